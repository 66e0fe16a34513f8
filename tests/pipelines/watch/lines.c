/* SPDX-License-Identifier: BSD-2-Clause */
#include "lines.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"

static char *folder;

static gpointer
write_many(gpointer lines)
{
    g_autofree char *text = g_strnfill(9999, 'a' + (char)g_random_int_range(0, 26));
    g_autofree char *line = g_strconcat(text, "\n", NULL);

    for (guint i = 0; i < 50; i++)
        g_assert_true(effnet_watch_lines_write(lines, line, 10000, NULL));
    return NULL;
}

/* Lines from several threads stay whole. */
static void
test_threads(void)
{
    g_autofree char *path = g_build_filename(folder, "threads", NULL), *text = NULL;
    EffNetWatchLines *lines = effnet_watch_lines_open(path, NULL);
    GThread *threads[4];
    gsize length;

    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new(NULL, write_many, lines);
    for (guint i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    effnet_watch_lines_close(lines);
    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_assert_cmpuint(length, ==, 4 * 50 * 10000);
    for (gsize i = 0; i < length; i += 10000) {
        g_assert_cmpuint(strspn(text + i, (char[]){text[i], '\0'}), ==, 9999);
        g_assert_true(text[i + 9999] == '\n');
    }
}

static void
test_append(void)
{
    g_autofree char *path = g_build_filename(folder, "append", NULL), *text = NULL;

    for (guint i = 0; i < 2; i++) {
        g_autoptr(EffNetWatchLines) lines = effnet_watch_lines_open(path, NULL);

        g_assert_true(effnet_watch_lines_write(lines, "x\n", 2, NULL));
    }
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "x\nx\n");
}

/* A line that another process left unfinished is ended first. */
static void
test_append_to_half(void)
{
    g_autofree char *path = g_build_filename(folder, "half", NULL), *text = NULL;
    EffNetWatchLines *lines;

    g_assert_true(g_file_set_contents(path, "x\n{\"half", -1, NULL));
    lines = effnet_watch_lines_open(path, NULL);
    g_assert_true(effnet_watch_lines_write(lines, "y\n", 2, NULL));
    effnet_watch_lines_close(lines);
    g_assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_assert_cmpstr(text, ==, "x\n{\"half\ny\n");
}

static gpointer
stop_soon(gpointer lines)
{
    g_usleep(G_USEC_PER_SEC / 10);
    effnet_watch_lines_stop(lines);
    return NULL;
}

/* Writing to a FIFO that nobody reads waits until it is stopped. */
static void
test_stop(void)
{
    g_autofree char *path = g_build_filename(folder, "fifo", NULL);
    g_autofree char *line = g_strnfill(1000000, 'x');
    EffNetWatchLines *lines;
    GThread *thread;

    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    lines = effnet_watch_lines_open(path, NULL);
    thread = g_thread_new(NULL, stop_soon, lines);
    g_assert_true(effnet_watch_lines_write(lines, line, 1000000, NULL));
    g_assert_true(effnet_watch_lines_write(lines, line, 1000000, NULL));
    g_thread_join(thread);
    effnet_watch_lines_close(lines);
}

static void
test_failure(void)
{
    g_autoptr(EffNetWatchLines) lines = effnet_watch_lines_open("/dev/full", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(effnet_watch_lines_write(lines, "x\n", 2, &error));
    g_assert_nonnull(strstr(error->message, "/dev/full cannot be written: "));
    /* Reported once. */
    g_assert_true(effnet_watch_lines_write(lines, "x\n", 2, NULL));
    g_clear_error(&error);
    g_assert_null(effnet_watch_lines_open("/nonexistent/x", &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent/x cannot be written: "));
}

int
main(int argc, char **argv)
{
    int code;

    g_test_init(&argc, &argv, NULL);
    folder = effnet_test_make_folder();
    g_test_add_func("/lines/threads", test_threads);
    g_test_add_func("/lines/append", test_append);
    g_test_add_func("/lines/append-to-half", test_append_to_half);
    g_test_add_func("/lines/stop", test_stop);
    g_test_add_func("/lines/failure", test_failure);
    code = g_test_run();
    effnet_test_remove_folder(folder);
    return code;
}
