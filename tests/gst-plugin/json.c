/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include <locale.h>
#include <math.h>
#include <string.h>

#include "meta.h"

static GValue
make_results(const char *label, float score, guint age)
{
    static const EffNetClass zero;
    const char *labels[] = {"zero", label, NULL};
    GstEfficientNetFinding *finding = g_malloc0(sizeof *finding + 2 * sizeof zero);
    GValue results = G_VALUE_INIT;

    finding->subject = (GstEfficientNetSubject){
        .pts = 5, .region = {1, 2, 30, 40}, .width = 64, .height = 48, .roi_id = -1};
    finding->n = 2;
    finding->classes[0] = (EffNetClass){1, score};
    finding->classes[1] = (EffNetClass){0, 0.25f};
    g_value_init(&results, GST_TYPE_LIST);
    gst_efficientnet_meta_append_result(&results, finding, &finding->subject, "e0", "m", labels,
                                        age);
    g_free(finding);
    return results;
}

static void
set_similarity(GValue *results, float similarity, gboolean unknown)
{
    GValue *result = g_value_init(g_new0(GValue, 1), GST_TYPE_STRUCTURE);
    GstStructure *structure =
        gst_structure_copy(gst_value_get_structure(gst_value_list_get_value(results, 0)));

    gst_structure_set(structure, "similarity", G_TYPE_FLOAT, similarity, "unknown", G_TYPE_BOOLEAN,
                      unknown, NULL);
    g_value_take_boxed(result, structure);
    g_value_unset(results);
    g_value_init(results, GST_TYPE_LIST);
    gst_value_list_append_and_take_value(results, result);
    g_free(result);
}

static const GstEfficientNetJsonFrame frame = {
    .stream = "cam0",
    .frame = 12,
    .pts = 400000000,
    .time = G_GINT64_CONSTANT(1767225600001999), /* 2026-01-01, 1.999 ms past midnight */
    .width = 1280,
    .height = 720,
};

static void
assert_line(const GstEfficientNetJsonFrame *f, GValue *results, const char *expected)
{
    g_autoptr(GString) line = g_string_new(NULL);

    gst_efficientnet_json_append_line(line, f, results);
    g_assert_cmpstr(line->str, ==, expected);
    g_assert_true(g_utf8_validate(line->str, -1, NULL));
    if (results)
        g_value_unset(results);
}

static void
test_line(void)
{
    GValue results = make_results("tabby", 0.61f, 3);

    assert_line(&frame, &results,
                "{\"stream\":\"cam0\",\"frame\":12,\"pts\":400000000,"
                "\"time\":\"2026-01-01T00:00:00.001Z\","
                "\"resolution\":{\"width\":1280,\"height\":720},\"results\":[{\"element\":\"e0\","
                "\"model\":\"m\",\"region\":{\"x\":1,\"y\":2,\"w\":30,\"h\":40},\"roi_id\":-1,"
                "\"age\":3,\"classes\":[{\"index\":1,\"label\":\"tabby\",\"score\":0.61},"
                "{\"index\":0,\"label\":\"zero\",\"score\":0.25}]}]}\n");
}

static void
test_nothing(void)
{
    const GstEfficientNetJsonFrame empty = {.uri = "file:///a b", .pts = GST_CLOCK_TIME_NONE};

    assert_line(&empty, NULL,
                "{\"uri\":\"file:///a b\",\"stream\":\"\",\"frame\":0,\"pts\":null,"
                "\"time\":\"1970-01-01T00:00:00.000Z\","
                "\"resolution\":{\"width\":0,\"height\":0},\"results\":[]}\n");
}

static void
assert_contains(const char *label, float score, const char *expected)
{
    GValue results = make_results(label, score, 0);
    g_autoptr(GString) line = g_string_new(NULL);

    gst_efficientnet_json_append_line(line, &frame, &results);
    if (!strstr(line->str, expected))
        g_test_message("%s in %s", expected, line->str);
    g_assert_nonnull(strstr(line->str, expected));
    g_assert_true(g_utf8_validate(line->str, -1, NULL));
    g_assert_true(strchr(line->str, '\n') == line->str + line->len - 1);
    g_value_unset(&results);
}

static void
test_strings(void)
{
    assert_contains("a\"b\\c", 0, "\"label\":\"a\\\"b\\\\c\"");
    assert_contains("a\nb\tc\x01\x7f", 0, "\"label\":\"a\\u000ab\\u0009c\\u0001\\u007f\"");
    assert_contains("Kätzchen \xf0\x9f\x90\x88", 0, "\"label\":\"Kätzchen \xf0\x9f\x90\x88\"");
    assert_contains("latin\xe4", 0, "\"label\":\"latin\xef\xbf\xbd\"");
}

static void
test_numbers(void)
{
    assert_contains("a", 0.1f, "\"score\":0.1}");
    assert_contains("a", 1.0f, "\"score\":1}");
    assert_contains("a", 0.33333334f, "\"score\":0.33333334}");
    assert_contains("a", -12.5f, "\"score\":-12.5}");
    assert_contains("a", 1e-20f, "\"score\":1e-20}");
    assert_contains("a", (float)NAN, "\"score\":null}");
    assert_contains("a", INFINITY, "\"score\":null}");
}

static void
test_locale(void)
{
    if (!setlocale(LC_ALL, "de_DE.UTF-8")) {
        g_test_skip(
            "the locale de_DE.UTF-8 is missing (locales; dpkg-reconfigure locales makes it)");
        return;
    }
    assert_contains("a", 0.5f, "\"score\":0.5}");
    setlocale(LC_ALL, "C");
}

static void
test_sender_time(void)
{
    GstEfficientNetJsonFrame f = frame;
    g_autoptr(GString) line = g_string_new(NULL);

    f.sender_time = G_GINT64_CONSTANT(1767225599500000);
    gst_efficientnet_json_append_line(line, &f, NULL);
    g_assert_nonnull(strstr(line->str, ",\"time\":\"2026-01-01T00:00:00.001Z\","
                                       "\"sender_time\":\"2025-12-31T23:59:59.500Z\","
                                       "\"resolution\""));
}

static void
test_similarity(void)
{
    GValue results = make_results("tabby", 0.5f, 0);
    g_autoptr(GString) line = g_string_new(NULL);

    set_similarity(&results, 0.25f, TRUE);
    gst_efficientnet_json_append_line(line, &frame, &results);
    g_assert_nonnull(strstr(line->str, "}],\"similarity\":0.25,\"unknown\":true}]}\n"));
    g_string_truncate(line, 0);
    set_similarity(&results, 0.75f, FALSE);
    gst_efficientnet_json_append_line(line, &frame, &results);
    g_assert_nonnull(strstr(line->str, ",\"similarity\":0.75,\"unknown\":false}]}\n"));
    g_value_unset(&results);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/json/line", test_line);
    g_test_add_func("/json/sender-time", test_sender_time);
    g_test_add_func("/json/similarity", test_similarity);
    g_test_add_func("/json/nothing", test_nothing);
    g_test_add_func("/json/strings", test_strings);
    g_test_add_func("/json/numbers", test_numbers);
    g_test_add_func("/json/locale", test_locale);
    return g_test_run();
}
