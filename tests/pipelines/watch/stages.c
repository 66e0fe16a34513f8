/* SPDX-License-Identifier: BSD-2-Clause */
#include "stages.h"

#include <gst/app/gstappsrc.h>
#include <gst/base/gstbasetransform.h>

#define DECODE_TIME (5 * GST_MSECOND)
#define N_FRAMES    5

/* What looks like a decoder, and takes its time. */
typedef GstBaseTransform TestDecoder;
typedef GstBaseTransformClass TestDecoderClass;
GType test_decoder_get_type(void);
G_DEFINE_TYPE(TestDecoder, test_decoder, GST_TYPE_BASE_TRANSFORM)

static GstFlowReturn
decode(GstBaseTransform *transform, GstBuffer *buffer)
{
    g_usleep(GST_TIME_AS_USECONDS(DECODE_TIME));
    return GST_FLOW_OK;
}

static void
test_decoder_class_init(TestDecoderClass *class)
{
    static GstStaticPadTemplate sink =
        GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
    static GstStaticPadTemplate src =
        GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
    GstElementClass *element = GST_ELEMENT_CLASS(class);

    gst_element_class_add_static_pad_template(element, &sink);
    gst_element_class_add_static_pad_template(element, &src);
    gst_element_class_set_static_metadata(element, "Test", "Codec/Decoder/Video", "Test", "Test");
    class->transform_ip = decode;
}

static void
test_decoder_init(TestDecoder *self)
{
}

static GstElement *
add(GstElement *bin, GstElement *element)
{
    g_assert_true(gst_bin_add(GST_BIN(bin), element));
    return element;
}

/* Runs frames of these times through a pipeline, with a decoder in a bin of it or without, and sets
 * what was measured. */
static void
measure(gboolean decoded, gboolean live, const GstClockTime *times, EffNetWatchSnapshot *now)
{
    g_autoptr(GstElement) pipeline = gst_object_ref_sink(gst_pipeline_new(NULL));
    g_autoptr(GstBus) bus = gst_element_get_bus(pipeline);
    GstElement *source = add(pipeline, gst_element_factory_make("appsrc", NULL));
    GstElement *first = add(pipeline, gst_element_factory_make("identity", NULL));
    GstElement *sink = add(pipeline, gst_element_factory_make("fakesink", NULL));
    EffNetWatchStatus *status = effnet_watch_status_new("cam");
    EffNetWatchStages *stages = effnet_watch_stages_measure(pipeline, first, status);
    GstElement *last = source;
    g_autoptr(GstMessage) end = NULL;

    if (decoded)
        last = add(add(pipeline, gst_bin_new(NULL)), g_object_new(test_decoder_get_type(), NULL));
    g_assert_true(last == source || gst_element_link(source, last));
    g_assert_true(gst_element_link_many(last, first, sink, NULL));
    effnet_watch_stages_set_live(stages, live);
    g_object_set(source, "format", GST_FORMAT_TIME, "is-live", TRUE, NULL);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    for (guint i = 0; i < N_FRAMES; i++) {
        GstBuffer *buffer = gst_buffer_new();

        GST_BUFFER_PTS(buffer) = times[i];
        g_assert_cmpint(gst_app_src_push_buffer(GST_APP_SRC(source), buffer), ==, GST_FLOW_OK);
    }
    gst_app_src_end_of_stream(GST_APP_SRC(source));
    end = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_cmpint(GST_MESSAGE_TYPE(end), ==, GST_MESSAGE_EOS);
    gst_element_set_state(pipeline, GST_STATE_NULL);
    effnet_watch_status_get(status, now);
    effnet_watch_status_free(status);
}

static void
test_decoding(void)
{
    static const GstClockTime timed[N_FRAMES] = {0, 3, 1, 2, 7};
    static const GstClockTime untimed[N_FRAMES] = {
        GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE,
        GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE,
    };
    EffNetWatchSnapshot now;

    measure(TRUE, FALSE, timed, &now);
    g_assert_cmpuint(now.times[EFFNET_WATCH_DECODING].n, ==, N_FRAMES);
    g_assert_cmpuint(now.times[EFFNET_WATCH_DECODING].sum, >=, N_FRAMES * DECODE_TIME);
    measure(TRUE, FALSE, untimed, &now);
    g_assert_cmpuint(now.times[EFFNET_WATCH_DECODING].n, ==, N_FRAMES);
    g_assert_cmpuint(now.times[EFFNET_WATCH_DECODING].sum, >=, N_FRAMES * DECODE_TIME);
    measure(FALSE, FALSE, timed, &now);
    g_assert_cmpuint(now.times[EFFNET_WATCH_DECODING].n, ==, 0);
}

/* All frames were seen at the start: each waits for those before it. */
static void
test_queueing(void)
{
    static const GstClockTime past[N_FRAMES] = {0};
    static const GstClockTime future[N_FRAMES] = {1000 * GST_SECOND, GST_CLOCK_TIME_NONE,
                                                  1000 * GST_SECOND, 1000 * GST_SECOND,
                                                  1000 * GST_SECOND};
    EffNetWatchSnapshot now;

    measure(TRUE, TRUE, past, &now);
    g_assert_cmpuint(now.times[EFFNET_WATCH_QUEUEING].n, ==, N_FRAMES);
    g_assert_cmpuint(now.times[EFFNET_WATCH_QUEUEING].sum, >=, (1 + 2 + 3 + 4) * DECODE_TIME);
    measure(TRUE, TRUE, future, &now);
    g_assert_cmpuint(now.times[EFFNET_WATCH_QUEUEING].n, ==, N_FRAMES - 1);
    g_assert_cmpuint(now.times[EFFNET_WATCH_QUEUEING].sum, ==, 0);
    measure(FALSE, TRUE, past, &now);
    g_assert_cmpuint(now.times[EFFNET_WATCH_QUEUEING].n, ==, N_FRAMES);
    measure(TRUE, FALSE, past, &now);
    g_assert_cmpuint(now.times[EFFNET_WATCH_QUEUEING].n, ==, 0);
    measure(FALSE, FALSE, past, &now);
    g_assert_cmpuint(now.times[EFFNET_WATCH_QUEUEING].n, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/stages/decoding", test_decoding);
    g_test_add_func("/stages/queueing", test_queueing);
    return g_test_run();
}
