/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "checkpoint/json.h"
#include "../support.h"

static EffNetJson *
parse(const char *text)
{
    GError *error = NULL;
    EffNetJson *json = effnet_json_parse(text, strlen(text), &error);

    g_assert_no_error(error);
    return json;
}

static void
test_values(void)
{
    g_autoptr(EffNetJson) json =
        parse(" {\"a\": [1, -2.5e1, true, false, null, \"x\"], \"b\":{} } ");
    const EffNetJson *a = effnet_json_member(json, "a");
    gboolean truth = FALSE;
    double number;

    g_assert_cmpuint(effnet_json_length(json), ==, 2);
    g_assert_cmpstr(effnet_json_key(json, 1), ==, "b");
    g_assert_null(effnet_json_key(json, 2));
    g_assert_null(effnet_json_member(json, "c"));
    g_assert_cmpuint(effnet_json_length(a), ==, 6);
    g_assert_true(effnet_json_number(effnet_json_item(a, 1), &number));
    g_assert_false(effnet_json_boolean(effnet_json_item(a, 1), &truth));
    g_assert_true(effnet_json_boolean(effnet_json_item(a, 2), &truth));
    g_assert_true(truth);
    g_assert_true(effnet_json_boolean(effnet_json_item(a, 3), &truth));
    g_assert_false(truth);
    g_assert_cmpfloat(number, ==, -25);
    g_assert_true(effnet_json_is(effnet_json_item(a, 2), EFFNET_JSON_BOOL));
    g_assert_true(effnet_json_is(effnet_json_item(a, 4), EFFNET_JSON_NULL));
    g_assert_cmpstr(effnet_json_string(effnet_json_item(a, 5)), ==, "x");
    g_assert_null(effnet_json_item(a, 6));
    g_assert_null(effnet_json_string(effnet_json_item(a, 0)));
    g_assert_cmpuint(effnet_json_length(effnet_json_member(json, "b")), ==, 0);
}

static void
test_strings(void)
{
    g_autoptr(EffNetJson) json =
        parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\\ud83d\\ude00\xc3\xa9\"");

    g_assert_cmpstr(effnet_json_string(json), ==,
                    "\"\\/\b\f\n\r\t\xc3\xa9\xf0\x9f\x98\x80\xc3\xa9");
}

static void
test_integers(void)
{
    static const struct {
        const char *text;
        gboolean exact;
        guint64 value;
    } cases[] = {
        {"0", TRUE, 0},      {"9007199254740992", TRUE, (guint64)1 << 53},
        {"1e3", TRUE, 1000}, {"9007199254740994", FALSE, 0},
        {"-1", FALSE, 0},    {"1.5", FALSE, 0},
        {"1e300", FALSE, 0}, {"\"1\"", FALSE, 0},
    };
    guint64 value;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EffNetJson) json = parse(cases[i].text);

        g_assert_cmpint(effnet_json_integer(json, &value), ==, cases[i].exact);
        if (cases[i].exact)
            g_assert_cmpuint(value, ==, cases[i].value);
    }
}

static void
test_errors(void)
{
    static const struct {
        const char *text, *error;
    } cases[] = {
        {"", "neither a value"},
        {"{", "no key"},
        {"{\"a\"", "no ':'"},
        {"{\"a\":1", "no ',' or '}'"},
        {"{\"a\":1,}", "no key"},
        {"{\"a\":1,\"a\":2}", "for the second time at byte 10"},
        {"[1", "no ',' or ']'"},
        {"[1,]", "neither a value"},
        {"01", "something behind"},
        {"1 2", "something behind the value at byte 2"},
        {"-", "neither a value"},
        {"1.", "neither a value"},
        {"1e", "neither a value"},
        {"1e999", "beyond all measure"},
        {"nul", "unknown word"},
        {"\"a", "without end"},
        {"\"\n\"", "control character"},
        {"\"\\x\"", "bad escape"},
        {"\"\\u12g4\"", "bad escape"},
        {"\"\\u0000\"", "bad escape"},
        {"\"\\ud800\"", "bad escape"},
        {"\"\\udc00\"", "bad escape"},
        {"\"\\ud800\\u0041\"", "bad escape"},
        {"\"\xff\"", "not UTF-8 at byte 1"},
    };
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_assert_null(effnet_json_parse(cases[i].text, strlen(cases[i].text), &error));
        support_check_error(&error, EFFNET_ERROR_FORMAT, cases[i].error);
    }
    g_assert_null(effnet_json_parse("1\0", 2, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "not UTF-8");
}

static void
test_bounds(void)
{
    g_autofree char *deep = g_strnfill(100000, '['), *wide = g_malloc(1200000);
    g_autoptr(EffNetJson) json = NULL;
    GError *error = NULL;

    g_assert_null(effnet_json_parse(deep, 100000, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "too deep a nesting at byte 64");
    memset(deep + 64, ']', 64);
    json = effnet_json_parse(deep, 128, NULL);
    g_assert_nonnull(json);
    for (gsize i = 0; i < 1200000; i += 3)
        memcpy(wide + i, "[],", 3);
    wide[0] = '[';
    g_assert_null(effnet_json_parse(wide, 1200000, &error));
    g_clear_error(&error);
    memcpy(wide, "[1,", 3);
    g_assert_null(effnet_json_parse(wide, 1200000, &error));
    support_check_error(&error, EFFNET_ERROR_FORMAT, "too many values");
}

/* Nothing beyond the end of the text is read, wherever that is. */
static void
test_truncations(void)
{
    static const char text[] = "{\"a\":[1.5e2,true,null,\"\\u00e9\\n\"],\"b\":{\"c\":-1}}";

    for (gsize n = 0; n < sizeof text - 1; n++) {
        g_autofree char *cut = g_memdup2(text, n + 1);
        g_autofree char *exact = g_malloc(MAX(n, 1));
        GError *error = NULL;

        memcpy(exact, cut, n);
        g_assert_null(effnet_json_parse(exact, n, &error));
        g_assert_nonnull(error);
        g_clear_error(&error);
    }
}

static void
test_written(void)
{
    static const char text[] = "\x01\x1f\t\n\"\\/\x7f\xc3\xa9\xf0\x9f\x8c\xb8";
    static const float numbers[] = {0,          -1,       0.485f,        1 / 3.0f,
                                    16777216.f, 1.5e-45f, 3.4028235e38f, 0.1f + 0.2f};
    g_autoptr(GString) written = g_string_new("[");
    g_autoptr(EffNetJson) json = NULL;
    double number;

    effnet_json_append_string(written, text);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_string_append_c(written, ',');
        effnet_json_append_float(written, numbers[i]);
    }
    g_string_append_c(written, ']');
    g_assert_nonnull(strstr(written->str, ",-1,0.485,"));
    json = parse(written->str);
    g_assert_cmpstr(effnet_json_string(effnet_json_item(json, 0)), ==, text);
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        g_assert_true(effnet_json_number(effnet_json_item(json, i + 1), &number));
        g_assert_cmpfloat((float)number, ==, numbers[i]);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/json/values", test_values);
    g_test_add_func("/model/json/strings", test_strings);
    g_test_add_func("/model/json/integers", test_integers);
    g_test_add_func("/model/json/written", test_written);
    g_test_add_func("/model/json/errors", test_errors);
    g_test_add_func("/model/json/bounds", test_bounds);
    g_test_add_func("/model/json/truncations", test_truncations);
    return g_test_run();
}
