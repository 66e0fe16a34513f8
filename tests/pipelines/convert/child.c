/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert/child.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <effnet/error.h>

static const EffNetWorkLimits patient = {1000, G_MAXINT64};

static gboolean
succeed(gpointer data, GError **error)
{
    return TRUE;
}

static gboolean
fail(gpointer data, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s says why", (const char *)data);
    return FALSE;
}

static gboolean
die(gpointer data, GError **error)
{
    abort();
}

static gboolean
leave(gpointer data, GError **error)
{
    _exit(3);
}

static void
test_work(void)
{
    GError *error = NULL;

    g_assert_true(effnet_work_in_child(succeed, NULL, "file", &patient, &error));
    g_assert_no_error(error);
    g_assert_false(effnet_work_in_child(fail, (gpointer) "the child", "file", &patient, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_assert_cmpstr(error->message, ==, "the child says why");
    g_clear_error(&error);
}

static void
test_death(void)
{
    static const EffNetWork works[] = {die, leave};

    for (gsize i = 0; i < G_N_ELEMENTS(works); i++) {
        GError *error = NULL;

        g_assert_false(effnet_work_in_child(works[i], NULL, "file", &patient, &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
        g_assert_true(g_str_has_prefix(error->message, "file is broken"));
        g_clear_error(&error);
    }
}

static gboolean
sleep_long(gpointer data, GError **error)
{
    sleep(1000);
    return TRUE;
}

/* Time also passes for a child that does not compute. */
static void
test_time(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(
        effnet_work_in_child(sleep_long, NULL, "file", &(EffNetWorkLimits){1, G_MAXINT64}, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
    g_assert_true(g_str_has_suffix(error->message, "in time"));
}

static gboolean
tell_pid(gpointer data, GError **error)
{
    pid_t own = getpid();

    return write(GPOINTER_TO_INT(data), &own, sizeof own) == sizeof own && sleep_long(data, error);
}

/* The pipe ends when no writer is left. */
static void
test_orphan(void)
{
    int ends[2];
    pid_t parent, child;
    char byte;

    g_assert_cmpint(pipe(ends), ==, 0);
    parent = fork();
    if (parent == 0) {
        effnet_work_in_child(tell_pid, GINT_TO_POINTER(ends[1]), "file", &patient, NULL);
        _exit(0);
    }
    close(ends[1]);
    g_assert_cmpint(read(ends[0], &child, sizeof child), ==, sizeof child);
    g_assert_cmpint(kill(parent, SIGKILL), ==, 0);
    g_assert_cmpint(waitpid(parent, NULL, 0), ==, parent);
    g_assert_cmpint(read(ends[0], &byte, 1), ==, 0);
    close(ends[0]);
}

/* A process that limits itself has no parent who waits. */
static void
test_limit(void)
{
    int status;
    pid_t child = fork();

    if (child == 0) {
        effnet_work_limit(&(EffNetWorkLimits){1, G_MAXINT64});
        for (;;)
            continue;
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFSIGNALED(status));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/convert/child/work", test_work);
    g_test_add_func("/convert/child/death", test_death);
    g_test_add_func("/convert/child/time", test_time);
    g_test_add_func("/convert/child/orphan", test_orphan);
    g_test_add_func("/convert/child/limit", test_limit);
    return g_test_run();
}
