/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishfile.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "checkpoint.h"

/* LOCATION is written to, in files of at most MAX_SIZE bytes (0: any). */
static GstEfficientNetWriter *
open_writer(const char *location, guint64 max_size, guint max_files, GError **error)
{
    GstEfficientNetPublishSettings settings = {
        .location = (char *)location, .max_size = max_size, .max_files = max_files};

    return gst_efficientnet_writer_open(&settings, NULL, error);
}

static void
close_writer(GstEfficientNetWriter *writer)
{
    gst_efficientnet_writer_close(writer);
    g_object_unref(writer);
}

static void
assert_accepted(GstEfficientNetWriter *writer, const char *line)
{
    GError *error = NULL;

    g_assert_true(gst_efficientnet_writer_write(writer, line, strlen(line), &error));
    g_assert_no_error(error);
}

static void
assert_counts(GstEfficientNetWriter *writer, guint64 written, guint64 dropped)
{
    GstEfficientNetWriterCounts counts;

    gst_efficientnet_writer_get_counts(writer, &counts);
    g_assert_cmpuint(counts.written, ==, written);
    g_assert_cmpuint(counts.dropped, ==, dropped);
    g_assert_cmpuint(counts.queued, ==, 0);
}

static void
assert_file(const char *path, const char *expected)
{
    g_autofree char *contents = NULL;

    g_assert_true(g_file_get_contents(path, &contents, NULL, NULL));
    g_assert_cmpstr(contents, ==, expected);
}

static void
test_file(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    GstEfficientNetWriter *writer;

    g_assert_true(g_file_set_contents(path, "what was there before", -1, NULL));
    writer = open_writer(path, 0, 0, NULL);
    g_assert_nonnull(writer);
    assert_accepted(writer, "one\n");
    assert_accepted(writer, "two\n");
    /* Nothing waits in a buffer of ours. */
    assert_file(path, "one\ntwo\n");
    assert_counts(writer, 2, 0);
    close_writer(writer);
    effnet_test_remove_folder(folder);
}

/* Files are as long as they may be, and whole lines; a restart goes on where the last one ended. */
static void
test_rotation(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    g_autofree char *first = g_strconcat(path, ".1", NULL);
    g_autofree char *second = g_strconcat(path, ".2", NULL);
    g_autofree char *third = g_strconcat(path, ".3", NULL);
    GstEfficientNetWriter *writer;

    g_assert_true(g_file_set_contents(path, "old\n", -1, NULL));
    writer = open_writer(path, 8, 2, NULL);
    assert_accepted(writer, "one\n");
    assert_file(path, "old\none\n");
    assert_accepted(writer, "two\n");
    assert_file(first, "old\none\n");
    assert_accepted(writer, "longer than a file may be\n");
    close_writer(writer);
    writer = open_writer(path, 8, 2, NULL);
    assert_accepted(writer, "end\n");
    close_writer(writer);
    assert_file(path, "end\n");
    assert_file(first, "longer than a file may be\n");
    assert_file(second, "two\n");
    g_assert_false(g_file_test(third, G_FILE_TEST_EXISTS));
    effnet_test_remove_folder(folder);
}

static void
test_rotation_keeps_none(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    g_autofree char *first = g_strconcat(path, ".1", NULL);
    GstEfficientNetWriter *writer = open_writer(path, 4, 0, NULL);

    assert_accepted(writer, "one\n");
    assert_accepted(writer, "two\n");
    assert_file(path, "two\n");
    g_assert_false(g_file_test(first, G_FILE_TEST_EXISTS));
    close_writer(writer);
    effnet_test_remove_folder(folder);
}

/* What cannot be renamed is said, and no line is lost unseen. */
static void
test_rotation_fails(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    g_autofree char *first = g_strconcat(path, ".1", NULL);
    GstEfficientNetWriter *writer = open_writer(path, 4, 1, NULL);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir(first, 0700), ==, 0);
    assert_accepted(writer, "one\n");
    g_assert_false(gst_efficientnet_writer_write(writer, "two\n", 4, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
    assert_counts(writer, 1, 1);
    close_writer(writer);
    effnet_test_remove_folder(folder);
}

static void
test_cannot_open(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(open_writer("/", 0, 0, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
    g_assert_true(g_str_has_prefix(error->message, "location: / "));
}

static void
test_full(void)
{
    GstEfficientNetWriter *writer = open_writer("/dev/full", 0, 0, NULL);
    g_autoptr(GError) error = NULL;

    if (!writer) {
        g_test_skip("/dev/full is not there");
        return;
    }
    g_assert_false(gst_efficientnet_writer_write(writer, "a\n", 2, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
    close_writer(writer);
}

/* Standard output replaced by a pipe without a reader: an error, and the process lives on. */
static void
test_reader_gone(void)
{
    int saved = dup(STDOUT_FILENO), ends[2];
    GstEfficientNetWriter *writer;
    g_autoptr(GError) error = NULL;
    sigset_t pending;

    g_assert_cmpint(pipe(ends), ==, 0);
    signal(SIGPIPE, SIG_DFL);
    dup2(ends[1], STDOUT_FILENO);
    close(ends[0]);
    writer = open_writer(NULL, 0, 0, NULL);
    g_assert_false(gst_efficientnet_writer_write(writer, "a\n", 2, &error));
    close_writer(writer);
    dup2(saved, STDOUT_FILENO);
    close(saved);
    close(ends[1]);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
    sigpending(&pending);
    g_assert_false(sigismember(&pending, SIGPIPE));
}

typedef struct {
    char *folder, *path;
    GstEfficientNetWriter *writer;
} Fifo;

static void
fifo_set_up(Fifo *fifo, gconstpointer data)
{
    fifo->folder = effnet_test_make_folder();
    fifo->path = g_build_filename(fifo->folder, "fifo", NULL);
    g_assert_cmpint(mkfifo(fifo->path, 0600), ==, 0);
    fifo->writer = open_writer(fifo->path, 0, 0, NULL);
    g_assert_nonnull(fifo->writer);
}

static void
fifo_tear_down(Fifo *fifo, gconstpointer data)
{
    close_writer(fifo->writer);
    effnet_test_remove_folder(fifo->folder);
    g_free(fifo->path);
}

/* Lines of which nobody is the reader are dropped, before one comes and after one has left. */
static void
test_fifo_readers(Fifo *fifo, gconstpointer data)
{
    char bytes[64] = "";

    assert_accepted(fifo->writer, "nobody\n");
    for (guint i = 1; i <= 3; i++) {
        int fd = open(fifo->path, O_RDONLY | O_NONBLOCK);

        assert_accepted(fifo->writer, "somebody\n");
        g_assert_cmpint(read(fd, bytes, sizeof bytes), ==, 9);
        g_assert_cmpmem(bytes, 9, "somebody\n", 9);
        assert_counts(fifo->writer, i, i);
        close(fd);
        assert_accepted(fifo->writer, "nobody\n");
    }
    assert_counts(fifo->writer, 3, 4);
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

/* More than a pipe holds, in lines longer than a pipe takes at once: a slow reader gets all. */
static void
test_fifo_slow_reader(Fifo *fifo, gconstpointer data)
{
    g_autofree char *line = g_strnfill(10000, 'x');
    int fd = open(fifo->path, O_RDONLY | O_NONBLOCK);
    GString *text;
    GThread *reader;

    line[9999] = '\n';
    assert_accepted(fifo->writer, line);
    reader = g_thread_new("reader", read_all, fifo->path);
    for (guint i = 0; i < 100; i++)
        assert_accepted(fifo->writer, line);
    assert_accepted(fifo->writer, "end\n");
    text = g_thread_join(reader);
    g_assert_cmpuint(text->len, ==, 101 * 10000 + 4);
    g_assert_cmpmem(text->str + 100 * 10000, 10000, line, 10000);
    assert_counts(fifo->writer, 102, 0);
    g_string_free(text, TRUE);
    close(fd);
}

static gpointer
close_later(gpointer fd)
{
    g_usleep(50000);
    close(GPOINTER_TO_INT(fd));
    return NULL;
}

static gpointer
fill(gpointer data)
{
    GError *error = NULL;
    guint lines = 0;

    while (gst_efficientnet_writer_write(data, "0123456789abcde\n", 16, &error))
        lines++;
    g_assert_no_error(error);
    return GUINT_TO_POINTER(lines);
}

/* There is a reader, who reads nothing: the writer waits, and is let go. */
static void
test_fifo_flush(Fifo *fifo, gconstpointer data)
{
    int fd = open(fifo->path, O_RDONLY | O_NONBLOCK);
    GThread *thread = g_thread_new("writer", fill, fifo->writer);

    g_usleep(50000);
    gst_efficientnet_writer_set_flushing(fifo->writer, TRUE);
    g_assert_cmpuint(GPOINTER_TO_UINT(g_thread_join(thread)), >, 100);
    close(fd);
}

/* He goes away while the writer waits for him. */
static void
test_fifo_reader_leaves(Fifo *fifo, gconstpointer data)
{
    int fd = open(fifo->path, O_RDONLY | O_NONBLOCK);
    g_autofree char *line = g_strnfill(200000, 'x');
    GstEfficientNetWriterCounts counts;
    GThread *thread;

    line[199999] = '\n';
    thread = g_thread_new("closer", close_later, GINT_TO_POINTER(fd));
    assert_accepted(fifo->writer, line);
    g_thread_join(thread);
    gst_efficientnet_writer_get_counts(fifo->writer, &counts);
    g_assert_cmpuint(counts.dropped, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/publishfile/file", test_file);
    g_test_add_func("/publishfile/rotation", test_rotation);
    g_test_add_func("/publishfile/rotation-keeps-none", test_rotation_keeps_none);
    g_test_add_func("/publishfile/rotation-fails", test_rotation_fails);
    g_test_add_func("/publishfile/cannot-open", test_cannot_open);
    g_test_add_func("/publishfile/full", test_full);
    g_test_add_func("/publishfile/reader-gone", test_reader_gone);
#define ADD(name, func) g_test_add(name, Fifo, NULL, fifo_set_up, func, fifo_tear_down)
    ADD("/publishfile/fifo-readers", test_fifo_readers);
    ADD("/publishfile/fifo-slow-reader", test_fifo_slow_reader);
    ADD("/publishfile/fifo-flush", test_fifo_flush);
    ADD("/publishfile/fifo-reader-leaves", test_fifo_reader_leaves);
    return g_test_run();
}
