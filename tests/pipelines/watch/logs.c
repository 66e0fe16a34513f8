/* SPDX-License-Identifier: BSD-2-Clause */
#include "logs.h"

#include <string.h>

#include "log.h"

static void
flood(void)
{
    effnet_watch_logs_limit();
    for (guint i = 0; i < 100000; i++)
        g_log("flood", G_LOG_LEVEL_WARNING, "\033[2Jmessage %u", i);
    g_usleep(G_USEC_PER_SEC + G_USEC_PER_SEC / 10);
    g_log("flood", G_LOG_LEVEL_WARNING, "the last");
}

/* Traps what a flood prints in FORMAT; FALSE in the process that prints it. */
static gboolean
trap_flood(const char *format)
{
    if (g_test_subprocess()) {
        g_log_set_always_fatal(G_LOG_FATAL_MASK);
        effnet_log_set_format(format);
        flood();
        return FALSE;
    }
    g_test_trap_subprocess(NULL, 0, 0);
    g_test_trap_assert_passed();
    return TRUE;
}

/* 100,000 messages, in however many seconds they take. */
static void
test_flood(void)
{
    if (!trap_flood("text"))
        return;
    g_test_trap_assert_stderr("*?[2Jmessage 0\n*more messages like these were left out*the last*");
    g_test_trap_assert_stderr_unmatched("*message 99999\n*");
    g_test_trap_assert_stderr_unmatched("*\033*");
}

/* The same as records. */
static void
test_records(void)
{
    if (!trap_flood("json"))
        return;
    g_test_trap_assert_stderr("{\"time\":\"*Z\",\"level\":\"warning\",\"msg\":\"flood: "
                              "?[2Jmessage 0\"}\n*\"level\":\"warning\",\"msg\":\"* more "
                              "messages like these were left out\"}\n*\"flood: the last\"}\n");
    g_test_trap_assert_stderr_unmatched("*flood-WARNING*");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/logs/flood", test_flood);
    g_test_add_func("/logs/records", test_records);
    return g_test_run();
}
