/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishfile.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "checkpoint.h"

/* Opens a writer to LOCATION, with files of at most MAX_SIZE bytes (0: any size). */
static GstEfficientNetWriter *
open_writer(const char *location, guint64 max_size, guint max_files, GError **error)
{
    g_autoptr(GstEfficientNetWriter) writer =
        g_object_new(GST_TYPE_EFFICIENTNET_PUBLISH_FILE, "location", location, "max-size", max_size,
                     "max-files", max_files, NULL);

    if (!gst_efficientnet_writer_open(writer, NULL, NULL, error))
        return NULL;
    return g_steal_pointer(&writer);
}

static void
close_writer(GstEfficientNetWriter *writer)
{
    gst_efficientnet_writer_close(writer);
    g_object_unref(writer);
}

/* Writes LINE, whose newline the writer adds itself. */
static gboolean
write_line(GstEfficientNetWriter *writer, const char *line, GError **error)
{
    const GstEfficientNetMessage message = {.data = line, .length = strlen(line) - 1};

    return gst_efficientnet_writer_write(writer, &message, error);
}

static void
assert_accepted(GstEfficientNetWriter *writer, const char *line)
{
    GError *error = NULL;

    g_assert_true(write_line(writer, line, &error));
    g_assert_no_error(error);
}

static char *
make_line(gsize length)
{
    char *line = g_strnfill(length, 'x');

    line[length - 1] = '\n';
    return line;
}

static void
assert_all_counts(GstEfficientNetWriter *writer, guint64 written, guint64 dropped, guint64 queued)
{
    GstEfficientNetWriterCounts counts;

    gst_efficientnet_writer_get_counts(writer, &counts);
    g_assert_cmpuint(counts.written, ==, written);
    g_assert_cmpuint(counts.dropped, ==, dropped);
    g_assert_cmpuint(counts.queued, ==, queued);
}

static void
assert_counts(GstEfficientNetWriter *writer, guint64 written, guint64 dropped)
{
    assert_all_counts(writer, written, dropped, 0);
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
    /* Nothing stays in our buffers. */
    assert_file(path, "one\ntwo\n");
    assert_counts(writer, 2, 0);
    close_writer(writer);
    effnet_test_remove_folder(folder);
}

/* Files are as long as allowed, in whole lines; a restart continues where the last one ended. */
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

/* A failure to rename is reported, and no line is lost silently. */
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
    g_assert_false(write_line(writer, "two\n", &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_OPEN_WRITE);
    assert_counts(writer, 1, 1);
    close_writer(writer);
    effnet_test_remove_folder(folder);
}

/* A line that another process left unfinished does not merge with the next. */
static void
test_appended_begins_line(void)
{
    static const struct {
        const char *before, *after, *renamed;
        guint64 max_size;
    } rows[] = {
        {"", "one\ntwo\n", NULL, 100},         {"whole\n", "whole\none\ntwo\n", NULL, 100},
        {"cut", "cut\none\ntwo\n", NULL, 100}, {"cut", "cut\none\ntwo\n", NULL, 12},
        {"cut", "two\n", "cut\none\n", 11},    {"cut", "two\n", "cut\none\n", 8},
        {"cut", "two\n", "one\n", 7},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        char *folder = effnet_test_make_folder();
        g_autofree char *path = g_build_filename(folder, "lines", NULL);
        g_autofree char *first = g_strconcat(path, ".1", NULL);
        GstEfficientNetWriter *writer;

        g_test_message("%s, %d bytes", rows[i].before, (int)rows[i].max_size);
        g_assert_true(g_file_set_contents(path, rows[i].before, -1, NULL));
        writer = open_writer(path, rows[i].max_size, 1, NULL);
        /* Nothing is written before the first line. */
        assert_file(path, rows[i].before);
        assert_accepted(writer, "one\n");
        assert_accepted(writer, "two\n");
        close_writer(writer);
        assert_file(path, rows[i].after);
        if (rows[i].renamed)
            assert_file(first, rows[i].renamed);
        effnet_test_remove_folder(folder);
    }
}

/* Replaces standard output by FD, which it closes; the writer is open until restore_output(). */
static GstEfficientNetWriter *
replace_output(int fd, int *saved)
{
    g_assert_cmpint(fd, >=, 0);
    fflush(stdout);
    *saved = dup(STDOUT_FILENO);
    dup2(fd, STDOUT_FILENO);
    close(fd);
    return open_writer(NULL, 0, 0, NULL);
}

static void
restore_output(GstEfficientNetWriter *writer, int saved)
{
    close_writer(writer);
    dup2(saved, STDOUT_FILENO);
    close(saved);
}

/* As with a shell's >>, which cannot be read from. */
static void
test_appended_output(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    GstEfficientNetWriter *writer;
    int saved;

    g_assert_true(g_file_set_contents(path, "cut", -1, NULL));
    writer = replace_output(open(path, O_WRONLY | O_APPEND), &saved);
    assert_accepted(writer, "one\n");
    restore_output(writer, saved);
    assert_file(path, "cut\none\n");
    /* In the middle of existing text, and after a whole line. */
    writer = replace_output(open(path, O_WRONLY), &saved);
    g_assert_cmpint(lseek(STDOUT_FILENO, 4, SEEK_SET), ==, 4);
    assert_accepted(writer, "two\n");
    restore_output(writer, saved);
    assert_file(path, "cut\ntwo\n");
    effnet_test_remove_folder(folder);
}

/* A full disk, or a limit, accepts part of a line: the rest comes first once there is room, and
 * nothing kills the process. */
static void
test_short_write(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    g_autofree char *line = make_line(15000);
    g_autofree char *expected = g_strconcat("one\n", line, "two\n", NULL);
    GstEfficientNetWriter *writer = open_writer(path, 0, 0, NULL);
    struct rlimit before, limit;

    signal(SIGXFSZ, SIG_DFL);
    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    limit = before;
    limit.rlim_cur = 10000;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    assert_accepted(writer, "one\n");
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(write_line(writer, line, &error));
        g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
        assert_all_counts(writer, 1, i, 1);
    }
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    assert_accepted(writer, "two\n");
    assert_counts(writer, 3, 1);
    assert_file(path, expected);
    close_writer(writer);
    effnet_test_remove_folder(folder);
}

/* The same, but the end comes first. */
static void
test_short_write_ends(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lines", NULL);
    g_autofree char *line = make_line(15000);
    g_autofree char *beginning = g_strndup(line, 10000);
    g_autofree char *expected = g_strconcat(beginning, "\none\n", NULL);
    GstEfficientNetWriter *writer = open_writer(path, 100000, 0, NULL);
    GstEfficientNetWriterCounts counts;
    struct rlimit before, limit;

    g_assert_cmpint(getrlimit(RLIMIT_FSIZE, &before), ==, 0);
    limit = before;
    limit.rlim_cur = 10000;
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &limit), ==, 0);
    g_assert_false(write_line(writer, line, NULL));
    gst_efficientnet_writer_close(writer);
    gst_efficientnet_writer_get_counts(writer, &counts);
    g_assert_cmpuint(counts.dropped, ==, 1);
    g_assert_cmpuint(counts.queued, ==, 0);
    g_object_unref(writer);
    g_assert_cmpint(setrlimit(RLIMIT_FSIZE, &before), ==, 0);
    writer = open_writer(path, 100000, 0, NULL);
    assert_accepted(writer, "one\n");
    close_writer(writer);
    assert_file(path, expected);
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
    g_assert_false(write_line(writer, "a\n", &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT);
    close_writer(writer);
}

/* A pipe without a reader gives an error, and the process survives. */
static void
test_reader_gone(void)
{
    GstEfficientNetWriter *writer;
    g_autoptr(GError) error = NULL;
    sigset_t pending;
    int saved, ends[2];

    g_assert_cmpint(pipe(ends), ==, 0);
    signal(SIGPIPE, SIG_DFL);
    writer = replace_output(ends[1], &saved);
    close(ends[0]);
    g_assert_false(write_line(writer, "a\n", &error));
    restore_output(writer, saved);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
    sigpending(&pending);
    g_assert_false(sigismember(&pending, SIGPIPE));
}

static gpointer
read_to_end(gpointer fd)
{
    GString *text = g_string_new(NULL);
    char bytes[512];
    gssize n;

    while ((n = read(GPOINTER_TO_INT(fd), bytes, sizeof bytes)) > 0)
        g_string_append_len(text, bytes, n);
    close(GPOINTER_TO_INT(fd));
    return text;
}

/* A pipe that returns EAGAIN instead of waiting, as another program may have set it. */
static void
test_nonblocking_output(void)
{
    g_autofree char *line = make_line(300000);
    GstEfficientNetWriter *writer;
    GThread *reader;
    GString *text;
    int saved, ends[2];

    g_assert_cmpint(pipe(ends), ==, 0);
    g_assert_cmpint(fcntl(ends[1], F_SETFL, O_NONBLOCK), ==, 0);
    writer = replace_output(ends[1], &saved);
    reader = g_thread_new("reader", read_to_end, GINT_TO_POINTER(ends[0]));
    assert_accepted(writer, line);
    assert_accepted(writer, "end\n");
    assert_counts(writer, 2, 0);
    restore_output(writer, saved);
    text = g_thread_join(reader);
    g_assert_cmpuint(text->len, ==, 300004);
    g_assert_cmpmem(text->str, 300000, line, 300000);
    g_assert_cmpstr(text->str + 300000, ==, "end\n");
    g_string_free(text, TRUE);
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

/* Lines without a reader are dropped, before one comes and after it has left. */
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
    g_autofree char *line = make_line(10000);
    int fd = open(fifo->path, O_RDONLY | O_NONBLOCK);
    GString *text;
    GThread *reader;

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

    while (write_line(data, "0123456789abcde\n", &error))
        lines++;
    g_assert_no_error(error);
    return GUINT_TO_POINTER(lines);
}

/* The reader reads nothing: the writer waits, until a flush. */
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

/* The reader leaves while the writer waits for it. */
static void
test_fifo_reader_leaves(Fifo *fifo, gconstpointer data)
{
    int fd = open(fifo->path, O_RDONLY | O_NONBLOCK);
    g_autofree char *line = make_line(200000);
    GstEfficientNetWriterCounts counts;
    GThread *thread;

    thread = g_thread_new("closer", close_later, GINT_TO_POINTER(fd));
    assert_accepted(fifo->writer, line);
    g_thread_join(thread);
    gst_efficientnet_writer_get_counts(fifo->writer, &counts);
    g_assert_cmpuint(counts.dropped, ==, 1);
}

#define CUT 100000 /* bytes of a line, more than a pipe holds */

static gpointer
write_until_flushed(gpointer data)
{
    g_autofree char *line = make_line(CUT);
    GError *error = NULL;
    gboolean accepted = write_line(data, line, &error);

    g_assert_no_error(error);
    return GINT_TO_POINTER(accepted);
}

/* A flush comes while the writer waits inside a line, and ends. Returns the reader's end. */
static int
cut_line(Fifo *fifo)
{
    int fd = open(fifo->path, O_RDONLY | O_NONBLOCK), there = 0;
    GThread *thread = g_thread_new("writer", write_until_flushed, fifo->writer);

    while (there < fcntl(fd, F_GETPIPE_SZ)) {
        g_assert_cmpint(ioctl(fd, FIONREAD, &there), ==, 0);
        g_usleep(1000);
    }
    gst_efficientnet_writer_set_flushing(fifo->writer, TRUE);
    g_assert_false(GPOINTER_TO_INT(g_thread_join(thread)));
    assert_all_counts(fifo->writer, 0, 0, 1);
    gst_efficientnet_writer_set_flushing(fifo->writer, FALSE);
    return fd;
}

static void
assert_text(GString *text, gsize length, const char *end)
{
    g_assert_cmpuint(text->len, ==, length + strlen(end));
    for (gsize i = 0; i < length - 1; i++)
        g_assert_cmpint(text->str[i], ==, 'x');
    g_assert_cmpint(text->str[length - 1], ==, '\n');
    g_assert_cmpstr(text->str + length, ==, end);
    g_string_free(text, TRUE);
}

/* A line that a flush has cut is finished before the next one, */
static void
test_flush_cuts(Fifo *fifo, gconstpointer data)
{
    int fd = cut_line(fifo);
    GThread *reader = g_thread_new("reader", read_all, fifo->path);

    assert_accepted(fifo->writer, "end\n");
    assert_text(g_thread_join(reader), CUT, "end\n");
    assert_counts(fifo->writer, 2, 0);
    close(fd);
}

/* or at the end of the stream, */
static void
test_flush_drains(Fifo *fifo, gconstpointer data)
{
    int fd = cut_line(fifo);
    GThread *reader = g_thread_new("reader", read_all, fifo->path);

    gst_efficientnet_writer_drain(fifo->writer);
    assert_counts(fifo->writer, 1, 0);
    assert_accepted(fifo->writer, "end\n");
    assert_text(g_thread_join(reader), CUT, "end\n");
    close(fd);
}

/* or when the element is stopped, which flushes, and waits for nobody. */
static void
test_flush_closes(Fifo *fifo, gconstpointer data)
{
    int fd = cut_line(fifo), size = fcntl(fd, F_GETPIPE_SZ);
    g_autofree char *bytes = g_malloc(CUT);

    g_assert_cmpint(read(fd, bytes, (gsize)size), ==, size);
    gst_efficientnet_writer_set_flushing(fifo->writer, TRUE);
    gst_efficientnet_writer_close(fifo->writer);
    assert_counts(fifo->writer, 1, 0);
    g_assert_cmpint(read(fd, bytes, CUT), ==, CUT - size);
    g_assert_cmpint(bytes[CUT - size - 1], ==, '\n');
    close(fd);
    g_object_unref(fifo->writer);
    fifo->writer = open_writer(fifo->path, 0, 0, NULL);
}

/* A reader that left does not need the rest, nor does the next one. */
static void
test_flush_reader_leaves(Fifo *fifo, gconstpointer data)
{
    char bytes[64] = "";
    int fd = cut_line(fifo);

    close(fd);
    assert_accepted(fifo->writer, "nobody\n");
    assert_counts(fifo->writer, 0, 2);
    fd = open(fifo->path, O_RDONLY | O_NONBLOCK);
    assert_accepted(fifo->writer, "somebody\n");
    g_assert_cmpint(read(fd, bytes, sizeof bytes), ==, 9);
    g_assert_cmpmem(bytes, 9, "somebody\n", 9);
    close(fd);
}

/* Of a line that was not started, nothing is left. */
static void
test_flush_between_lines(Fifo *fifo, gconstpointer data)
{
    int fd = open(fifo->path, O_RDONLY | O_NONBLOCK);
    char bytes[64] = "";

    gst_efficientnet_writer_set_flushing(fifo->writer, TRUE);
    g_assert_false(write_line(fifo->writer, "one\n", NULL));
    assert_counts(fifo->writer, 0, 1);
    gst_efficientnet_writer_set_flushing(fifo->writer, FALSE);
    assert_accepted(fifo->writer, "two\n");
    g_assert_cmpint(read(fd, bytes, sizeof bytes), ==, 4);
    g_assert_cmpmem(bytes, 4, "two\n", 4);
    close(fd);
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
    g_test_add_func("/publishfile/appended-begins-line", test_appended_begins_line);
    g_test_add_func("/publishfile/appended-output", test_appended_output);
    g_test_add_func("/publishfile/short-write", test_short_write);
    g_test_add_func("/publishfile/short-write-ends", test_short_write_ends);
    g_test_add_func("/publishfile/cannot-open", test_cannot_open);
    g_test_add_func("/publishfile/full", test_full);
    g_test_add_func("/publishfile/reader-gone", test_reader_gone);
    g_test_add_func("/publishfile/nonblocking-output", test_nonblocking_output);
#define ADD(name, func) g_test_add(name, Fifo, NULL, fifo_set_up, func, fifo_tear_down)
    ADD("/publishfile/fifo-readers", test_fifo_readers);
    ADD("/publishfile/fifo-slow-reader", test_fifo_slow_reader);
    ADD("/publishfile/fifo-flush", test_fifo_flush);
    ADD("/publishfile/fifo-reader-leaves", test_fifo_reader_leaves);
    ADD("/publishfile/flush-cuts", test_flush_cuts);
    ADD("/publishfile/flush-drains", test_flush_drains);
    ADD("/publishfile/flush-closes", test_flush_closes);
    ADD("/publishfile/flush-reader-leaves", test_flush_reader_leaves);
    ADD("/publishfile/flush-between-lines", test_flush_between_lines);
    return g_test_run();
}
