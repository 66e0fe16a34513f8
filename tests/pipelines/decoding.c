/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows the decoder; files are tested by effnet classify. */
#include "decoding.h"

typedef struct {
    GstElement *pipeline, *source, *appsrc;
    EffNetDecoding *decoding;
    guint shown;
} Fixture;

static GstPadProbeReturn
frame_shown(GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
    Fixture *fixture = data;

    fixture->shown++;
    effnet_decoding_note_done(fixture->decoding);
    return GST_PAD_PROBE_OK;
}

static void
set_up(Fixture *fixture, gconstpointer data)
{
    GstElement *sink = gst_element_factory_make("identity", NULL);
    GstElement *end = gst_element_factory_make("fakesink", NULL);
    g_autoptr(GstPad) pad = gst_element_get_static_pad(end, "sink");

    fixture->pipeline = gst_pipeline_new(NULL);
    fixture->source = gst_element_factory_make("uridecodebin", NULL);
    fixture->appsrc = gst_element_factory_make("appsrc", NULL);
    gst_object_ref_sink(fixture->source); /* nothing is decoded: it stays outside */
    gst_bin_add_many(GST_BIN(fixture->pipeline), fixture->appsrc, sink, end, NULL);
    gst_element_link_many(fixture->appsrc, sink, end, NULL);
    gst_pad_add_probe(pad, GST_PAD_PROBE_TYPE_BUFFER, frame_shown, fixture, NULL);
    fixture->decoding = effnet_decoding_new(fixture->pipeline, fixture->source, sink, 1000);
    effnet_decoding_begin(fixture->decoding);
    gst_element_set_state(fixture->pipeline, GST_STATE_PLAYING);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    gst_element_set_state(fixture->pipeline, GST_STATE_NULL);
    gst_object_unref(fixture->pipeline);
    gst_object_unref(fixture->source);
}

static void
push(Fixture *fixture, guint n, GstBufferFlags flags)
{
    for (guint i = 0; i < n; i++) {
        GstBuffer *buffer = gst_buffer_new_allocate(NULL, 16, NULL);
        GstFlowReturn flow;

        GST_BUFFER_FLAG_SET(buffer, flags);
        g_signal_emit_by_name(fixture->appsrc, "push-buffer", buffer, &flow);
        g_assert_cmpint(flow, ==, GST_FLOW_OK);
        gst_buffer_unref(buffer);
    }
}

static guint
count_shown(Fixture *fixture)
{
    g_autoptr(GstBus) bus = gst_element_get_bus(fixture->pipeline);
    g_autoptr(GstMessage) end = NULL;
    GstFlowReturn flow;

    g_signal_emit_by_name(fixture->appsrc, "end-of-stream", &flow);
    end = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_cmpint(GST_MESSAGE_TYPE(end), ==, GST_MESSAGE_EOS);
    return fixture->shown;
}

/* A camera's first frames, before the first complete one. */
static void
test_broken(Fixture *fixture, gconstpointer data)
{
    push(fixture, 5, GST_BUFFER_FLAG_CORRUPTED);
    push(fixture, 2, 0);
    push(fixture, 3, GST_BUFFER_FLAG_DECODE_ONLY);
    push(fixture, 1, GST_BUFFER_FLAG_CORRUPTED);
    push(fixture, 1, 0);
    g_assert_cmpuint(count_shown(fixture), ==, 3);
    g_assert_false(effnet_decoding_is_busy(fixture->decoding));
}

/* If every frame is marked, marks mean nothing. */
static void
test_all_broken(Fixture *fixture, gconstpointer data)
{
    push(fixture, 25, GST_BUFFER_FLAG_CORRUPTED);
    g_assert_cmpuint(count_shown(fixture), ==, 10);
}

static void
test_progress(Fixture *fixture, gconstpointer data)
{
    guint before = effnet_decoding_get_progress(fixture->decoding);

    push(fixture, 1, 0);
    g_assert_cmpuint(count_shown(fixture), ==, 1);
    g_assert_cmpuint(effnet_decoding_get_progress(fixture->decoding), >, before);
    g_assert_false(effnet_decoding_has_picture(fixture->decoding)); /* it is not a picture file */
    g_assert_false(effnet_decoding_is_truncated(fixture->decoding));
    g_assert_false(effnet_decoding_begin_again(fixture->decoding));
}

#define ADD(name, test) g_test_add("/decoding/" name, Fixture, NULL, set_up, test, tear_down)

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    ADD("broken", test_broken);
    ADD("all-broken", test_all_broken);
    ADD("progress", test_progress);
    return g_test_run();
}
