/* SPDX-License-Identifier: BSD-2-Clause */
#include "filter/progress.h"

static void
check(guint64 all, guint64 total, guint64 first, guint64 errors, double seconds,
      const char *expected)
{
    g_autoptr(GString) line = g_string_new(NULL);

    effnet_progress_append(line, all, total, first, errors, seconds);
    g_assert_cmpstr(line->str, ==, expected);
}

static void
test_line(void)
{
    check(0, 0, 0, 0, 0, "0, 0.0 a second");
    check(0, 10, 0, 0, 1, "0 of 10, 0.0 a second");
    check(500, 0, 0, 0, 10, "500, 50.0 a second");
    check(500, 1000, 0, 0, 10, "500 of 1000, 50.0 a second, 10 s left");
    check(500, 1000000, 0, 3, 10, "500 of 1000000, 50.0 a second, 5 h left, 3 failed");
    check(100, 1000, 50, 1, 10, "100 of 1000, 5.0 a second, 3 min left, 1 failed");
    check(1000, 1000, 0, 0, 10, "1000 of 1000, 100.0 a second");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/progress/line", test_line);
    return g_test_run();
}
