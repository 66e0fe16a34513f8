/* SPDX-License-Identifier: BSD-2-Clause */
/* A stream for which no thread can be created. */
#include "stream.h"

#include <effnet/effnet.h>
#include <string.h>

GThread *
g_thread_try_new(const char *name, GThreadFunc func, gpointer data, GError **error)
{
    g_set_error_literal(error, G_THREAD_ERROR, G_THREAD_ERROR_AGAIN, "out of threads");
    return NULL;
}

static void
ended(const char *name, const GError *error, gpointer data)
{
    guint *calls = data;

    ++*calls;
    g_assert_cmpstr(name, ==, "cam");
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY);
    g_assert_nonnull(strstr(error->message, "out of threads"));
}

static void
test_none(void)
{
    guint calls = 0;
    const EffNetWatchObserver observer = {NULL, ended, &calls};
    EffNetWatchSettings settings = {.name = (char *)"cam"};
    EffNetWatchStatus *status = effnet_watch_status_new("cam");
    EffNetWatchOutlets outlets = {.settings = &settings, .status = status};
    EffNetWatchStream *stream = effnet_watch_stream_start(&outlets, &observer);
    EffNetWatchSnapshot now;

    g_assert_cmpuint(calls, ==, 1);
    effnet_watch_status_get(status, &now);
    g_assert_cmpint(now.phase, ==, EFFNET_WATCH_FAILED);
    effnet_watch_stream_stop(stream);
    effnet_watch_stream_free(stream);
    effnet_watch_status_free(status);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/streamthread/none", test_none);
    return g_test_run();
}
