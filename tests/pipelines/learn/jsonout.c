/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/jsonout.h"

#include <math.h>

static void
test_all(void)
{
    g_autoptr(GString) json = g_string_new(NULL);

    effnet_json_open(json, NULL, '{');
    effnet_json_add_text(json, "a \"b\"", "c\nd");
    effnet_json_add_number(json, "n", 0.1);
    effnet_json_open(json, "list", '[');
    effnet_json_add_number(json, NULL, 1);
    effnet_json_add_number(json, NULL, NAN);
    effnet_json_open(json, NULL, '{');
    g_string_append_c(json, '}');
    effnet_json_add_text(json, NULL, "\xff");
    g_string_append(json, "]}");
    g_assert_cmpstr(json->str, ==,
                    "{\"a \\\"b\\\"\": \"c\\u000ad\", \"n\": 0.1, \"list\": [1, null, {}, "
                    "\"\xef\xbf\xbd\"]}");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/jsonout/all", test_all);
    return g_test_run();
}
