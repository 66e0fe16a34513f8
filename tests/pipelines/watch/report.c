/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include "fake.h"

#include <string.h>

#include <glib/gstdio.h>

typedef struct {
    EffNetWatchStatus *status;
    EffNetWatchReport report;
    char *path;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    int fd = g_file_open_tmp("effnet-XXXXXX", &f->path, NULL);

    g_close(fd, NULL);
    f->status = effnet_watch_status_new("c\nam");
    effnet_watch_report_init(&f->report, f->status);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_watch_report_clear(&f->report);
    effnet_watch_status_free(f->status);
    g_unlink(f->path);
    g_free(f->path);
}

static void
show(Fixture *f, const char *label, gint index, guint age, GstClockTime inferred)
{
    GstClockTime pts = f->report.frame * GST_SECOND / 4;
    g_autoptr(GstBuffer) buffer = effnet_test_fake_frame(pts, label, index, 0.5f, age, inferred);

    effnet_watch_report_frame(&f->report, buffer, 64, 48, NULL);
}

/* Returns the lines so far, and removes them. */
static char **
take_lines(Fixture *f, EffNetWatchLines **lines)
{
    g_autofree char *text = NULL;

    g_clear_pointer(lines, effnet_watch_lines_close);
    g_assert_true(g_file_get_contents(f->path, &text, NULL, NULL));
    g_strchomp(text);
    return g_strsplit(text, "\n", -1);
}

/* A held result is reported once, whether frames have times or not. */
static void
test_json(Fixture *f, gconstpointer data)
{
    gboolean timed = GPOINTER_TO_INT(data);
    g_auto(GStrv) lines = NULL;

    f->report.json = effnet_watch_lines_open(f->path, NULL);
    for (guint i = 0; i < 12; i++)
        show(f, "cat", 1, i % 4 + 1, timed ? i / 4 * 1000 : GST_CLOCK_TIME_NONE);
    lines = take_lines(f, &f->report.json);
    g_assert_cmpuint(g_strv_length(lines), ==, 3);
    for (guint i = 0; i < 3; i++) {
        g_autofree char *expected = g_strdup_printf(
            "{\"stream\":\"c\\u000aam\",\"frame\":%u,\"pts\":%" G_GUINT64_FORMAT ",", 4 * i,
            i * GST_SECOND);

        g_assert_true(g_str_has_prefix(lines[i], expected));
        g_assert_nonnull(strstr(lines[i], "\"resolution\":{\"width\":64,\"height\":48}"));
        g_assert_nonnull(strstr(lines[i], "{\"index\":1,\"label\":\"cat\",\"score\":0.5}"));
    }
}

static void
test_changes_only(Fixture *f, gconstpointer data)
{
    g_auto(GStrv) lines = NULL;

    f->report.json = effnet_watch_lines_open(f->path, NULL);
    f->report.changes_only = TRUE;
    show(f, NULL, 0, 0, 0);
    show(f, "cat", 1, 0, 1);
    show(f, "cat", 1, 0, 2);
    show(f, "dog", 2, 0, 3);
    show(f, NULL, 0, 0, 0);
    show(f, NULL, 0, 0, 0);
    show(f, "dog", 2, 0, 6);
    lines = take_lines(f, &f->report.json);
    g_assert_cmpuint(g_strv_length(lines), ==, 4);
    g_assert_nonnull(strstr(lines[0], "\"frame\":1,"));
    g_assert_nonnull(strstr(lines[1], "\"frame\":3,"));
    g_assert_nonnull(strstr(lines[2], "\"frame\":4,"));
    g_assert_nonnull(strstr(lines[2], "\"results\":[]"));
    g_assert_nonnull(strstr(lines[3], "\"frame\":6,"));
}

static void
test_plain(Fixture *f, gconstpointer data)
{
    g_auto(GStrv) lines = NULL;

    f->report.plain = effnet_watch_lines_open(f->path, NULL);
    show(f, "a\033[2Jb", 1, 0, 0);
    show(f, "a\033[2Jb", 1, 0, 1);
    show(f, NULL, 0, 0, 0);
    lines = take_lines(f, &f->report.plain);
    g_assert_cmpuint(g_strv_length(lines), ==, 2);
    g_assert_cmpstr(lines[0], ==, "c?am  0.000 s  a?[2Jb 50.0 %  other 1.0 %");
    g_assert_cmpstr(lines[1], ==, "c?am  0.500 s  -");
}

static void
note_failure(const GError *error, gpointer data)
{
    guint *failures = data;

    (*failures)++;
}

static void
test_failure(Fixture *f, gconstpointer data)
{
    guint failures = 0;

    f->report.publish = effnet_watch_lines_open("/dev/full", NULL);
    f->report.failed = note_failure;
    f->report.data = &failures;
    show(f, "cat", 1, 0, 0);
    show(f, "cat", 1, 0, 1);
    g_assert_cmpuint(failures, ==, 1);
    effnet_watch_lines_close(f->report.publish);
}

/* The same time, after reconnecting, is another frame. */
static void
test_begin(Fixture *f, gconstpointer data)
{
    g_auto(GStrv) lines = NULL;

    f->report.json = effnet_watch_lines_open(f->path, NULL);
    show(f, "cat", 1, 1, 7);
    show(f, "cat", 1, 2, 7);
    effnet_watch_report_begin(&f->report);
    show(f, "cat", 1, 1, 7);
    lines = take_lines(f, &f->report.json);
    g_assert_cmpuint(g_strv_length(lines), ==, 2);
    g_assert_nonnull(strstr(lines[1], "\"frame\":2,"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add("/report/json", Fixture, GINT_TO_POINTER(TRUE), set_up, test_json, tear_down);
    g_test_add("/report/json-untimed", Fixture, NULL, set_up, test_json, tear_down);
    g_test_add("/report/changes-only", Fixture, NULL, set_up, test_changes_only, tear_down);
    g_test_add("/report/plain", Fixture, NULL, set_up, test_plain, tear_down);
    g_test_add("/report/failure", Fixture, NULL, set_up, test_failure, tear_down);
    g_test_add("/report/begin", Fixture, NULL, set_up, test_begin, tear_down);
    return g_test_run();
}
