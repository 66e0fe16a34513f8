/* SPDX-License-Identifier: BSD-2-Clause */
#include "component.h"

#include <string.h>

static void
test_names(void)
{
    static const char *const cases[][2] = {
        {"tabby, tabby cat", "tabby"},
        {"sulphur-crested cockatoo", "sulphur-crested cockatoo"},
        {"Königskrabbe", "Königskrabbe"},
        {"jack-o'-lantern", "jack-o'-lantern"},
        {"", "class-7"},
        {NULL, "class-7"},
        {" . ", "class-7"},
        {", second", "class-7"},
        {"/", "_"},
        {"/etc/passwd", "_etc_passwd"},
        {"..", "class-7"},
        {"../../up", "_.._up"},
        {".hidden", "hidden"},
        {"--help", "help"},
        {"a\tb\nc\x1b[2J", "a_b_c_[2J"},
        {"a\xff"
         "b",
         "a\357\277\275b"},
        {"left\342\200\256right", "left_right"},
        {"C:\\a|b*?\"<>", "C__a_b_____"},
        {"ends . .", "ends"},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *name = effnet_component_new(cases[i][0], 7);

        g_assert_cmpstr(name, ==, cases[i][1]);
    }
}

static void
test_length(void)
{
    g_autoptr(GString) label = g_string_new(NULL);

    for (guint i = 0; i < 100; i++) {
        g_autofree char *name = NULL;

        g_string_append(label, i % 2 ? "\360\237\220\210" : "x");
        name = effnet_component_new(label->str, 7);
        g_assert_cmpuint(strlen(name), <=, 100);
        g_assert_true(g_utf8_validate(name, -1, NULL));
        g_assert_true(g_str_has_prefix(label->str, name));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/component/names", test_names);
    g_test_add_func("/component/length", test_length);
    return g_test_run();
}
