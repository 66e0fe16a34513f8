/* SPDX-License-Identifier: BSD-2-Clause */
#include "printable.h"

#include <unistd.h>

static void
test_text(void)
{
    static const char *const cases[][2] = {
        {"tabby, tabby cat", "tabby, tabby cat"},
        {"größer 猫 🐈", "größer 猫 🐈"},
        {"\033]0;title\007\033[2J", "?]0;title??[2J"},
        {"one\ntwo\r\tthree", "one?two??three"},
        {"\302\2332J\177", "?2J?"}, /* CSI in one character, DEL */
        {"a\342\200\256b\342\201\246c\342\200\250",
         "a?b?c?"}, /* a change of direction; an end of line */
        {"\377x", "\357\277\275x"},
        {"rtsp://u:p\033@h", "rtsp://u:***@h"},
        {"", ""},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *printable = effnet_printable_new(cases[i][0], 0);

        g_assert_cmpstr(printable, ==, cases[i][1]);
    }
}

static void
test_cut(void)
{
    g_autofree char *whole = effnet_printable_new("abcdef", 6);
    g_autofree char *cut = effnet_printable_new("abcdef", 5);
    g_autofree char *between = effnet_printable_new("äöü", 5);

    g_assert_cmpstr(whole, ==, "abcdef");
    g_assert_cmpstr(cut, ==, "abcde…");
    g_assert_cmpstr(between, ==, "äö…");
}

/* Nothing but passwords and what is not UTF-8 is lost. */
static void
test_escaped(void)
{
    static const char *const cases[][2] = {
        {"größer 猫 🐈", "größer 猫 🐈"},
        {"a \"b\" \\n\n\tc", "a \\\"b\\\" \\\\n\\n\\u0009c"},
        {"\033[2J\302\233\177", "\\u001b[2J\\u009b\\u007f"},
        {"a\342\200\256b\342\201\246c\342\200\250", "a\\u202eb\\u2066c\\u2028"},
        {"\377x", "\357\277\275x"},
        {"rtsp://me:p\\w@host/?token=t\" x", "rtsp://me:***@host/?token=***\\\" x"},
        {"0123456789abcdefghijklmnopqrstuvwxyz\"\"0", "0123456789abcdefghijklmnopqrstuvwxyz\\\"…"},
        {"", ""},
    };

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) out = g_string_new(NULL);

        effnet_printable_append_escaped(out, cases[i][0], 37);
        g_assert_cmpstr(out->str, ==, cases[i][1]);
    }
}

static void
test_line(void)
{
    FILE *file = tmpfile();
    char line[64];

    effnet_print(file, "%s: %d", "a\nb", 3);
    rewind(file);
    g_assert_nonnull(fgets(line, sizeof line, file));
    g_assert_cmpstr(line, ==, "a?b: 3\n");
    g_assert_null(fgets(line, sizeof line, file));
    fclose(file);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/printable/text", test_text);
    g_test_add_func("/printable/cut", test_cut);
    g_test_add_func("/printable/escaped", test_escaped);
    g_test_add_func("/printable/line", test_line);
    return g_test_run();
}
