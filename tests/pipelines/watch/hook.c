/* SPDX-License-Identifier: BSD-2-Clause */
#include "hook.h"

#include <string.h>

#include <glib/gstdio.h>

typedef struct {
    char *folder, *path;
    GAsyncQueue *notes;
    EffNetWatchHook *hook;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("effnet-hook-XXXXXX", NULL);
    f->path = g_build_filename(f->folder, "out", NULL);
    f->notes = g_async_queue_new_full(g_free);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_clear_pointer(&f->hook, effnet_watch_hook_free);
    g_unlink(f->path);
    g_assert_cmpint(g_rmdir(f->folder), ==, 0);
    g_async_queue_unref(f->notes);
    g_free(f->path);
    g_free(f->folder);
}

static void
note(EffNetLogLevel level, const char *stream, const char *text, gpointer data)
{
    Fixture *f = data;

    g_assert_cmpstr(stream, ==, "front door");
    g_async_queue_push(f->notes, g_strdup(text));
}

/* A script for a shell, which the test itself names: the hook starts none. */
static void
start(Fixture *f, const char *script, guint timeout)
{
    char *argv[] = {"sh", "-c", (char *)script, "sh", f->path, NULL};

    f->hook = effnet_watch_hook_new("front door", argv, timeout, note, f);
}

static void
notify(Fixture *f, const char *label, int index)
{
    EffNetWatchClass found = {.index = index, .score = 0.5f};

    g_strlcpy(found.label, label, sizeof found.label);
    effnet_watch_hook_notify(f->hook, &found, 1500 * GST_MSECOND, NULL);
}

/* Waits until the script has written LINE last; returns all that it has written. */
static char *
wait_for_line(const Fixture *f, const char *line)
{
    for (;;) {
        char *text = NULL;

        if (g_file_get_contents(f->path, &text, NULL, NULL) && g_str_has_suffix(text, line))
            return text;
        g_free(text);
        g_usleep(1000);
    }
}

static void
test_environment(Fixture *f, gconstpointer data)
{
    g_autofree char *text = NULL, *none = NULL;

    g_setenv("EFFNET_MQTT_PASSWORD", "secret", TRUE);
    g_setenv("EFFNET_KAFKA_PASSWORD", "secret", TRUE);
    start(f,
          "echo \"$EFFNET_STREAM|$EFFNET_LABEL|$EFFNET_INDEX|$EFFNET_SCORE|$EFFNET_SECONDS|"
          "$EFFNET_PREVIOUS_LABEL|$EFFNET_MQTT_PASSWORD$EFFNET_KAFKA_PASSWORD\" >>\"$1\"",
          60);
    notify(f, "$(touch /tmp/x) `id`\n\033[2J", 3);
    text = wait_for_line(f, "||\n");
    g_assert_cmpstr(text, ==, "front door|$(touch /tmp/x) `id`??[2J|3|0.5000|1.500||\n");
    effnet_watch_hook_notify(f->hook, NULL, GST_CLOCK_TIME_NONE, NULL);
    none = wait_for_line(f, "`id`??[2J|\n");
    g_assert_nonnull(strstr(none, "\nfront door||-1|0.0000||$(touch"));
    g_assert_null(g_async_queue_try_pop(f->notes));
}

/* The command finds the picture that it is told of. */
static void
test_snapshot(Fixture *f, gconstpointer data)
{
    g_autofree char *snapshot = g_build_filename(f->folder, "snap.jpg", NULL);
    g_autofree char *expected = g_strconcat(snapshot, " pixels\n", NULL), *text = NULL,
                    *without = NULL;

    g_setenv("EFFNET_SNAPSHOT", "/from/elsewhere", TRUE);
    start(f, "echo \"$EFFNET_SNAPSHOT $(cat \"$EFFNET_SNAPSHOT\")\" >>\"$1\"", 60);
    effnet_watch_hook_notify(f->hook, NULL, 0, snapshot);
    g_usleep(1000);
    g_assert_true(g_file_set_contents(snapshot, "pixels", -1, NULL));
    text = wait_for_line(f, expected);
    effnet_watch_hook_notify(f->hook, NULL, 0, NULL);
    without = wait_for_line(f, "\n \n");
    g_unlink(snapshot);
    g_unsetenv("EFFNET_SNAPSHOT");
}

/* While a command runs, only the newest change waits. */
static void
test_one_at_a_time(Fixture *f, gconstpointer data)
{
    g_autofree char *first = NULL, *text = NULL;

    start(f,
          "echo begin $EFFNET_LABEL >>\"$1\"; while [ -e \"$1\".wait ]; do sleep 0.01; done; "
          "echo end >>\"$1\"",
          600);
    {
        g_autofree char *wait = g_strconcat(f->path, ".wait", NULL);

        g_assert_true(g_file_set_contents(wait, "", 0, NULL));
        notify(f, "one", 1);
        first = wait_for_line(f, "begin one\n");
        notify(f, "two", 2);
        notify(f, "three", 3);
        g_unlink(wait);
    }
    text = wait_for_line(f, "begin three\nend\n");
    g_assert_cmpstr(text, ==, "begin one\nend\nbegin three\nend\n");
}

static void
test_failures(Fixture *f, gconstpointer data)
{
    g_autofree char *failure = NULL, *other = NULL;

    start(f, "[ $EFFNET_INDEX -lt 3 ] && exit 7; kill -TERM $$", 60);
    notify(f, "one", 1);
    failure = g_async_queue_pop(f->notes);
    g_assert_cmpstr(failure, ==, "on-change: sh ended with 7");
    notify(f, "two", 2); /* the failure is not reported again, whether the command runs or is
                          * replaced by the next */
    notify(f, "three", 3);
    other = g_async_queue_pop(f->notes);
    g_assert_cmpstr(other, ==, "on-change: sh was ended by signal 15");
}

static void
test_missing(Fixture *f, gconstpointer data)
{
    char *argv[] = {"/nonexistent/command", NULL};
    g_autofree char *failure = NULL;

    f->hook = effnet_watch_hook_new("front door", argv, 60, note, f);
    notify(f, "one", 1);
    failure = g_async_queue_pop(f->notes);
    g_assert_nonnull(strstr(failure, "/nonexistent/command"));
}

static void
test_killed(Fixture *f, gconstpointer data)
{
    g_autofree char *failure = NULL;

    start(f, "sleep 1000 & wait", 1);
    notify(f, "one", 1);
    failure = g_async_queue_pop(f->notes);
    g_assert_cmpstr(failure, ==, "on-change: sh was killed after 1 s");
}

/* A command that still runs does not delay the end of the program, and is not reported. */
static void
test_stopped(Fixture *f, gconstpointer data)
{
    g_autofree char *text = NULL;

    start(f, "echo begin >>\"$1\"; sleep 1000", 600);
    notify(f, "one", 1);
    text = wait_for_line(f, "begin\n");
    notify(f, "two", 2);
    g_clear_pointer(&f->hook, effnet_watch_hook_free);
    g_assert_null(g_async_queue_try_pop(f->notes));
}

static void
test_parse(void)
{
    static const char *const expected[] = {"/usr/bin/notify", "a b", "$HOME;", "*", NULL};
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) words = effnet_watch_hook_parse("/usr/bin/notify 'a b' $HOME; *", &error);

    g_assert_no_error(error);
    g_assert_true(g_strv_equal((const char *const *)words, expected));
    for (guint i = 0; i < 2; i++) {
        g_assert_null(effnet_watch_hook_parse(i ? "" : "echo 'a", &error));
        g_assert_true(g_str_has_prefix(error->message, "on-change cannot be split"));
        g_clear_error(&error);
    }
}

#define ADD(name, test) g_test_add("/hook/" name, Fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/hook/parse", test_parse);
    ADD("environment", test_environment);
    ADD("snapshot", test_snapshot);
    ADD("one-at-a-time", test_one_at_a_time);
    ADD("failures", test_failures);
    ADD("missing", test_missing);
    ADD("killed", test_killed);
    ADD("stopped", test_stopped);
    return g_test_run();
}
