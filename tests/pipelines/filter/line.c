/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/line.h"

#include <string.h>

typedef struct {
    EffNetLine kind;
    const char *text;
} Expected;

static void
check(const char *bytes, gsize n, int end, gsize max, const Expected *expected)
{
    FILE *file = tmpfile();
    g_autoptr(GString) line = g_string_new("what was before");

    g_assert_cmpuint(fwrite(bytes, 1, n, file), ==, n);
    rewind(file);
    for (; expected->kind != EFFNET_LINE_NONE; expected++) {
        g_assert_cmpint(effnet_line_read(file, end, max, line), ==, expected->kind);
        g_assert_cmpstr(line->str, ==, expected->text);
    }
    g_assert_cmpint(effnet_line_read(file, end, max, line), ==, EFFNET_LINE_NONE);
    fclose(file);
}

static void
test_newlines(void)
{
    const char *text = "a\n\nb c\r\n\r\nlast";
    const Expected expected[] = {{EFFNET_LINE_WHOLE, "a"},   {EFFNET_LINE_WHOLE, ""},
                                 {EFFNET_LINE_WHOLE, "b c"}, {EFFNET_LINE_WHOLE, ""},
                                 {EFFNET_LINE_TORN, "last"}, {EFFNET_LINE_NONE, NULL}};
    const Expected nothing[] = {{EFFNET_LINE_NONE, NULL}};

    check(text, strlen(text), '\n', 100, expected);
    check(text, strlen(text) - 4, '\n', 100,
          (Expected[]){expected[0], expected[1], expected[2], expected[3], expected[5]});
    check("", 0, '\n', 100, nothing);
}

static void
test_nul(void)
{
    const char text[] = "a\nb\r\0\0c";
    const Expected expected[] = {{EFFNET_LINE_WHOLE, "a\nb\r"},
                                 {EFFNET_LINE_WHOLE, ""},
                                 {EFFNET_LINE_WHOLE, "c"},
                                 {EFFNET_LINE_NONE, NULL}};

    check(text, sizeof text, '\0', 100, expected);
}

/* What is too much is skipped, and what comes then is read. */
static void
test_long(void)
{
    const char *text = "12345\n123456\n1\n123456789";
    const Expected expected[] = {{EFFNET_LINE_WHOLE, "12345"},
                                 {EFFNET_LINE_LONG, "12345"},
                                 {EFFNET_LINE_WHOLE, "1"},
                                 {EFFNET_LINE_TORN, "12345"},
                                 {EFFNET_LINE_NONE, NULL}};

    check(text, strlen(text), '\n', 5, expected);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/line/newlines", test_newlines);
    g_test_add_func("/line/nul", test_nul);
    g_test_add_func("/line/long", test_long);
    return g_test_run();
}
