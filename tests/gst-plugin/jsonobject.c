/* SPDX-License-Identifier: BSD-2-Clause */
#include "jsonobject.h"

static void
test_valid(void)
{
    static const char *const texts[] = {
        "{}",
        " { } ",
        "{\"a\":1}",
        "{\"a\" : -0.5e+10 , \"b\":[1,2,[],{}],\n\"c\":null}",
        "{\"\":\"\\u00e9\\n\\\"\\\\ \xc3\xa9\",\"t\":true,\"f\":false,\"z\":0,\"n\":-0}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_test_message("%s", texts[i]);
        g_assert_true(gst_efficientnet_json_is_object(texts[i]));
    }
}

static void
test_wrong(void)
{
    static const char *const texts[] = {
        "",
        "[]",
        "\"a\"",
        "1",
        "{",
        "}",
        "{}}",
        "{} x",
        "{a:1}",
        "{\"a\"}",
        "{\"a\":}",
        "{\"a\":1,}",
        "{,}",
        "{\"a\":01}",
        "{\"a\":1.}",
        "{\"a\":.5}",
        "{\"a\":1e}",
        "{\"a\":+1}",
        "{\"a\":-}",
        "{\"a\":[1,]}",
        "{\"a\":[1}",
        "{\"a\":x}",
        "{\"a\":tru}",
        "{\"a\":\"}",
        "{\"a\n\":1}",
        "{\"\\x\":1}",
        "{\"\\u12g4\":1}",
        "{\"\\",
        "{\"a\":\"\\u12",
        "{'a':1}",
        "{\"a\":\"\xe9\"}",
        "{\"a\" 1}",
        "{\"a\":1 \"b\":2}",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        g_test_message("%s", texts[i]);
        g_assert_false(gst_efficientnet_json_is_object(texts[i]));
    }
}

static gboolean
nest(guint n)
{
    g_autoptr(GString) text = g_string_new("{\"a\":");

    for (guint i = 0; i < n; i++)
        g_string_append_c(text, '[');
    for (guint i = 0; i < n; i++)
        g_string_append_c(text, ']');
    g_string_append_c(text, '}');
    return gst_efficientnet_json_is_object(text->str);
}

static void
test_deep(void)
{
    g_assert_true(nest(63));
    g_assert_false(nest(64));
    g_assert_false(nest(1000000));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/jsonobject/valid", test_valid);
    g_test_add_func("/jsonobject/wrong", test_wrong);
    g_test_add_func("/jsonobject/deep", test_deep);
    return g_test_run();
}
