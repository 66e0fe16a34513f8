/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishfile.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"

static void
assert_written(GstEfficientNetPublishFile *file, const char *line)
{
    GError *error = NULL;

    g_assert_true(gst_efficientnet_publish_file_write(file, line, strlen(line), &error));
    g_assert_no_error(error);
}

static void
test_file(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    g_autofree char *contents = NULL;
    GstEfficientNetPublishFile *file;

    g_assert_true(g_file_set_contents(path, "what was there before", -1, NULL));
    file = gst_efficientnet_publish_file_open(path, NULL);
    g_assert_nonnull(file);
    assert_written(file, "one\n");
    assert_written(file, "two\n");
    /* Nothing waits in a buffer of ours. */
    g_assert_true(g_file_get_contents(path, &contents, NULL, NULL));
    g_assert_cmpstr(contents, ==, "one\ntwo\n");
    gst_efficientnet_publish_file_close(file);
    effnet_test_remove_folder(folder);
}

static void
test_cannot_open(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(gst_efficientnet_publish_file_open("/", &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
    g_assert_true(g_str_has_prefix(error->message, "location: / "));
}

static void
test_full(void)
{
    GstEfficientNetPublishFile *file = gst_efficientnet_publish_file_open("/dev/full", NULL);
    g_autoptr(GError) error = NULL;

    if (!file) {
        g_test_skip("/dev/full is not there");
        return;
    }
    g_assert_false(gst_efficientnet_publish_file_write(file, "a\n", 2, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
    gst_efficientnet_publish_file_close(file);
}

/* Standard output replaced by a pipe without a reader: an error, and the process lives on. */
static void
test_reader_gone(void)
{
    int saved = dup(STDOUT_FILENO), ends[2];
    GstEfficientNetPublishFile *file;
    g_autoptr(GError) error = NULL;
    sigset_t pending;

    g_assert_cmpint(pipe(ends), ==, 0);
    signal(SIGPIPE, SIG_DFL);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    file = gst_efficientnet_publish_file_open(NULL, NULL);
    g_assert_false(gst_efficientnet_publish_file_write(file, "a\n", 2, &error));
    gst_efficientnet_publish_file_close(file);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(ends[1]);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
    sigpending(&pending);
    g_assert_false(sigismember(&pending, SIGPIPE));
}

static gpointer
read_all(gpointer data)
{
    int fd = open(data, O_RDONLY);
    GString *text = g_string_new(NULL);
    char bytes[512];
    gssize n;

    g_assert_cmpint(fd, >=, 0);
    while ((n = read(fd, bytes, sizeof bytes)) > 0) {
        g_string_append_len(text, bytes, n);
        if (g_str_has_suffix(text->str, "end\n"))
            break;
    }
    close(fd);
    return text;
}

/* More than a pipe holds, in lines longer than a pipe takes at once. */
static void
test_fifo(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "fifo", NULL);
    g_autofree char *line = g_strnfill(10000, 'x');
    GstEfficientNetPublishFile *file;
    GString *text;
    GThread *reader;

    line[9999] = '\n';
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    file = gst_efficientnet_publish_file_open(path, NULL);
    g_assert_nonnull(file);
    assert_written(file, line);
    reader = g_thread_new("reader", read_all, path);
    for (guint i = 0; i < 100; i++)
        assert_written(file, line);
    assert_written(file, "end\n");
    text = g_thread_join(reader);
    g_assert_cmpuint(text->len, ==, 101 * 10000 + 4);
    g_assert_cmpmem(text->str + 100 * 10000, 10000, line, 10000);
    g_string_free(text, TRUE);
    gst_efficientnet_publish_file_close(file);
    effnet_test_remove_folder(folder);
}

static gpointer
fill(gpointer data)
{
    GError *error = NULL;
    guint lines = 0;

    while (gst_efficientnet_publish_file_write(data, "0123456789abcde\n", 16, &error))
        lines++;
    g_assert_no_error(error);
    return GUINT_TO_POINTER(lines);
}

/* Nobody reads: the writer waits, and is let go. */
static void
test_flush(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "fifo", NULL);
    GstEfficientNetPublishFile *file;
    GThread *writer;

    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    file = gst_efficientnet_publish_file_open(path, NULL);
    writer = g_thread_new("writer", fill, file);
    g_usleep(50000);
    gst_efficientnet_publish_file_set_flushing(file, TRUE);
    g_assert_cmpuint(GPOINTER_TO_UINT(g_thread_join(writer)), >, 100);
    gst_efficientnet_publish_file_close(file);
    effnet_test_remove_folder(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/publishfile/file", test_file);
    g_test_add_func("/publishfile/cannot-open", test_cannot_open);
    g_test_add_func("/publishfile/full", test_full);
    g_test_add_func("/publishfile/reader-gone", test_reader_gone);
    g_test_add_func("/publishfile/fifo", test_fifo);
    g_test_add_func("/publishfile/flush", test_flush);
    return g_test_run();
}
