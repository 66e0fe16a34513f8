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

/* A muxer that is followed by a thread of its own, whatever GStreamer's own does. */
typedef struct {
    char *folder;
    guint parts; /* the sink's thread's */
    EffNetWatchRecorder *recorder;
    GstElement *pipeline, *source;
    gboolean split;  /* the source's thread's */
    gboolean is_cut; /* the muxer's end does not come */
    gint lost;       /* atomic: it has been lost */
} Parts;

static char *
new_part(gpointer data)
{
    Parts *parts = data;
    g_autofree char *name = g_strdup_printf("%u.mkv", parts->parts++);

    return g_build_filename(parts->folder, name, NULL);
}

static void
part_created(const char *path, gpointer data)
{
    g_assert_true(g_file_test(path, G_FILE_TEST_EXISTS));
}

static GstPadProbeReturn
split_at_second(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Parts *parts = data;

    if (GST_BUFFER_PTS(GST_PAD_PROBE_INFO_BUFFER(info)) == GST_SECOND)
        parts->split = effnet_watch_recorder_split(parts->recorder, pad);
    return GST_PAD_PROBE_OK;
}

static void
push_frame(Parts *parts, guint second)
{
    GstBuffer *buffer = gst_buffer_new_memdup(second ? "second" : "first", 7 - !second);
    GstFlowReturn flow;

    GST_BUFFER_PTS(buffer) = second * GST_SECOND;
    g_signal_emit_by_name(parts->source, "push-buffer", buffer, &flow);
    gst_buffer_unref(buffer);
}

static GstPadProbeReturn
lose_end(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Parts *parts = data;

    if (GST_EVENT_TYPE(GST_PAD_PROBE_INFO_EVENT(info)) != GST_EVENT_EOS || !parts->is_cut)
        return GST_PAD_PROBE_OK;
    g_atomic_int_set(&parts->lost, TRUE);
    return GST_PAD_PROBE_DROP;
}

static void
begin_parts(Parts *parts)
{
    const EffNetWatchRecorderFiles files = {new_part, part_created, parts};
    g_autoptr(GstElement) muxer = NULL, queue = NULL, sink = NULL;
    g_autoptr(GstPad) pad = NULL, queued = NULL;

    parts->folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    parts->pipeline = gst_parse_launch(
        "appsrc name=source format=time caps=image/jpeg,width=8,height=8,framerate=1/1 ! "
        "matroskamux name=muxer ! queue name=queue ! appsink name=sink sync=false",
        NULL);
    parts->source = gst_bin_get_by_name(GST_BIN(parts->pipeline), "source");
    muxer = gst_bin_get_by_name(GST_BIN(parts->pipeline), "muxer");
    queue = gst_bin_get_by_name(GST_BIN(parts->pipeline), "queue");
    sink = gst_bin_get_by_name(GST_BIN(parts->pipeline), "sink");
    parts->recorder = effnet_watch_recorder_new(&files, GST_APP_SINK(sink));
    effnet_watch_recorder_set_muxer(parts->recorder, muxer);
    pad = gst_element_get_static_pad(parts->source, "src");
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, split_at_second, parts, NULL);
    /* Behind the queue, where what comes before the end is in the sink when the end is lost. */
    queued = gst_element_get_static_pad(queue, "src");
    gst_pad_add_probe(queued, GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, lose_end, parts, NULL);
    gst_element_set_state(parts->pipeline, GST_STATE_PLAYING);
    push_frame(parts, 0);
    push_frame(parts, 1);
}

static void
end_parts(Parts *parts)
{
    gst_element_set_state(parts->pipeline, GST_STATE_NULL);
    gst_object_unref(parts->source);
    gst_object_unref(parts->pipeline);
    g_assert_cmpint(g_rmdir(parts->folder), ==, 0);
    g_free(parts->folder);
}

static void
assert_part(const Parts *parts, const char *name, const char *has, const char *has_not)
{
    g_autofree char *path = g_build_filename(parts->folder, name, NULL), *found = NULL;
    gsize n;

    g_assert_true(g_file_get_contents(path, &found, &n, NULL));
    g_assert_nonnull(memmem(found, n, "matroska", strlen("matroska")));
    g_assert_nonnull(memmem(found, n, has, strlen(has)));
    g_assert_null(memmem(found, n, has_not, strlen(has_not)));
    g_unlink(path);
}

static void
test_split(void)
{
    Parts parts = {0};
    g_autoptr(GstBus) bus = NULL;
    g_autoptr(GstMessage) message = NULL;
    GstFlowReturn flow;

    begin_parts(&parts);
    g_signal_emit_by_name(parts.source, "end-of-stream", &flow);
    bus = gst_element_get_bus(parts.pipeline);
    message =
        gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, GST_MESSAGE_EOS);
    g_assert_true(parts.split);
    g_assert_cmpuint(parts.parts, ==, 2);
    assert_part(&parts, "0.mkv", "first", "second");
    assert_part(&parts, "1.mkv", "second", "first");
    end_parts(&parts);
}

/* The end of a file that does not come is not waited for when everything is stopped. */
static void
test_stopped(void)
{
    Parts parts = {.split = TRUE, .is_cut = TRUE};

    begin_parts(&parts);
    while (!g_atomic_int_get(&parts.lost))
        g_usleep(1000);
    gst_element_set_state(parts.pipeline, GST_STATE_NULL);
    g_assert_false(parts.split);
    assert_part(&parts, "0.mkv", "first", "second");
    end_parts(&parts);
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
    g_test_add_func("/recorder/split", test_split);
    g_test_add_func("/recorder/stopped", test_stopped);
    return g_test_run();
}
