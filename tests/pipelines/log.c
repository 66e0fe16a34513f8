/* SPDX-License-Identifier: BSD-2-Clause */
#include "log.h"

#define TIME G_GINT64_CONSTANT(1796079937004999) /* 2026-11-30 23:05:37.004 */

static void
test_formats(void)
{
    static const struct {
        const char *format;
        EffNetLogLevel level;
        const char *stream, *text, *line;
    } rows[] = {
        {"text", EFFNET_LOG_INFO, NULL, "the page is x", "effnet watch: the page is x"},
        {"text", EFFNET_LOG_WARNING, "front door", "one\r\ntwo\n",
         "effnet watch: front door: one  two"},
        {"logfmt", EFFNET_LOG_INFO, NULL, "the page is x",
         "time=2026-11-30T23:05:37.004Z level=info msg=\"the page is x\""},
        {"logfmt", EFFNET_LOG_WARNING, "front \"door\"", "one\ntwo",
         "time=2026-11-30T23:05:37.004Z level=warning stream=\"front \\\"door\\\"\" "
         "msg=\"one\\ntwo\""},
        {"json", EFFNET_LOG_ERROR, NULL, "",
         "{\"time\":\"2026-11-30T23:05:37.004Z\",\"level\":\"error\",\"msg\":\"\"}"},
        {"json", EFFNET_LOG_INFO, "größer 猫", "is back",
         "{\"time\":\"2026-11-30T23:05:37.004Z\",\"level\":\"info\","
         "\"stream\":\"größer 猫\",\"msg\":\"is back\"}"},
    };

    g_assert_true(effnet_log_is_text());
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *line = NULL;

        g_assert_true(effnet_log_set_format(rows[i].format));
        g_assert_true(effnet_log_is_text() == g_str_equal(rows[i].format, "text"));
        line = effnet_log_new_line(TIME, rows[i].level, rows[i].stream, rows[i].text);
        g_assert_cmpstr(line, ==, rows[i].line);
    }
    g_assert_false(effnet_log_set_format("xml"));
    g_assert_false(effnet_log_is_text());
}

static void
print_one(void)
{
    effnet_log_set_format("json");
    effnet_log(EFFNET_LOG_WARNING, "cam", "gone");
}

/* A line goes to standard error, with the present time. */
static void
test_print(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *pattern = g_date_time_format(
        now, "{\"time\":\"%Y-*Z\",\"level\":\"warning\",\"stream\":\"cam\",\"msg\":\"gone\"}\n");

    if (g_test_subprocess()) {
        print_one();
        return;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    g_test_trap_assert_stderr(pattern);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_set_prgname("effnet watch");
    g_test_add_func("/log/formats", test_formats);
    g_test_add_func("/log/print", test_print);
    return g_test_run();
}
