/* SPDX-License-Identifier: BSD-2-Clause */
#include "recorder.h"

#include <string.h>

#include <glib/gstdio.h>

typedef struct {
    char *folder;
    GstElement *pipeline, *source;
    GstBus *bus;
    char *path; /* NULL: nothing is to be recorded */
    guint created;
    EffNetWatchRecorder *recorder;
} Fixture;

static char *
new_path(gpointer data)
{
    const Fixture *fixture = data;

    return g_strdup(fixture->path);
}

static void
created(const char *path, gpointer data)
{
    Fixture *fixture = data;

    g_assert_cmpstr(path, ==, fixture->path);
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
    fixture->created++;
}

static void
set_up(Fixture *fixture, gconstpointer path)
{
    GstElement *sink = gst_element_factory_make("appsink", NULL);
    const EffNetWatchRecorderFiles files = {new_path, created, fixture};

    fixture->folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    fixture->path = path ? g_build_filename(fixture->folder, path, NULL) : NULL;
    fixture->pipeline = gst_pipeline_new(NULL);
    fixture->bus = gst_element_get_bus(fixture->pipeline);
    fixture->source = gst_element_factory_make("appsrc", NULL);
    gst_bin_add_many(GST_BIN(fixture->pipeline), fixture->source, sink, NULL);
    gst_element_link(fixture->source, sink);
    g_object_set(sink, "sync", FALSE, NULL);
    fixture->recorder = effnet_watch_recorder_new(&files, GST_APP_SINK(sink));
    gst_element_set_state(fixture->pipeline, GST_STATE_PLAYING);
}

static void
tear_down(Fixture *fixture, gconstpointer path)
{
    gst_element_set_state(fixture->pipeline, GST_STATE_NULL);
    gst_object_unref(fixture->bus);
    gst_object_unref(fixture->pipeline);
    g_assert_cmpint(g_rmdir(fixture->folder), ==, 0);
    g_free(fixture->path);
    g_free(fixture->folder);
}

static void
push(Fixture *fixture, const char *text, guint64 offset)
{
    GstBuffer *buffer = gst_buffer_new_memdup(text, strlen(text));
    GstFlowReturn flow;

    GST_BUFFER_OFFSET(buffer) = offset;
    g_signal_emit_by_name(fixture->source, "push-buffer", buffer, &flow);
    g_assert_cmpint(flow, ==, GST_FLOW_OK);
    gst_buffer_unref(buffer);
}

/* The failure, or NULL. */
static char *
end(Fixture *fixture)
{
    char *failure = NULL;
    GstFlowReturn flow;

    g_signal_emit_by_name(fixture->source, "end-of-stream", &flow);
    for (;;) {
        g_autoptr(GstMessage) message =
            gst_bus_timed_pop_filtered(fixture->bus, GST_CLOCK_TIME_NONE,
                                       GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_ELEMENT);

        g_assert_cmpint(GST_MESSAGE_TYPE(message), !=, GST_MESSAGE_ERROR);
        if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_EOS)
            return failure;
        g_assert_null(failure); /* reported once */
        failure = g_strdup(effnet_watch_recorder_get_failure(message));
    }
}

static void
assert_file(const Fixture *fixture, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(fixture->folder, name, NULL);
    g_autofree char *found = NULL;

    g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
    g_assert_cmpstr(found, ==, text);
    g_unlink(path);
}

static void
test_written(Fixture *fixture, gconstpointer path)
{
    g_autofree char *failure = NULL;

    push(fixture, "head?body", 0);
    push(fixture, "tail", GST_BUFFER_OFFSET_NONE);
    push(fixture, "!", 4); /* like a muxer that writes a length at the end */
    failure = end(fixture);
    g_assert_null(failure);
    g_assert_true(effnet_watch_recorder_is_active(fixture->recorder));
    g_assert_cmpuint(fixture->created, ==, 1);
    assert_file(fixture, "cam.mkv", "head!bodytail");
}

/* Drops what comes while there is no path, and goes on when there is. */
static void
test_no_path(Fixture *fixture, gconstpointer path)
{
    g_autofree char *failure = NULL;

    push(fixture, "header", 0);
    failure = end(fixture);
    g_assert_null(failure);
    g_assert_true(effnet_watch_recorder_is_active(fixture->recorder));
}

/* A file that is there is not written to. */
static void
test_existing(Fixture *fixture, gconstpointer path)
{
    g_autofree char *failure = NULL;

    g_assert_true(g_file_set_contents(fixture->path, "before", -1, NULL));
    push(fixture, "one", 0);
    failure = end(fixture);
    g_assert_nonnull(strstr(failure, "File exists"));
    g_assert_cmpuint(fixture->created, ==, 0);
    assert_file(fixture, "cam.mkv", "before");
}

static void
test_nothing(Fixture *fixture, gconstpointer path)
{
    g_autofree char *failure = end(fixture);

    g_assert_null(failure); /* and the folder is empty, as tear_down() sees */
}

static void
test_failure(Fixture *fixture, gconstpointer path)
{
    g_autofree char *failure = NULL;

    push(fixture, "one", 0);
    push(fixture, "two", 3);
    failure = end(fixture);
    g_assert_nonnull(failure);
    g_assert_true(g_str_has_prefix(failure, fixture->path));
    g_assert_nonnull(strstr(failure, "No such file"));
    g_assert_false(effnet_watch_recorder_is_active(fixture->recorder));
}

#define ADD(name, path, test) g_test_add("/recorder/" name, Fixture, path, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_setenv("LC_ALL", "C", TRUE);
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    ADD("written", "cam.mkv", test_written);
    ADD("nothing", "cam.mkv", test_nothing);
    ADD("no-path", NULL, test_no_path);
    ADD("existing", "cam.mkv", test_existing);
    ADD("failure", "no/film.mkv", test_failure);
    return g_test_run();
}
