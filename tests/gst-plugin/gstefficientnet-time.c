/* SPDX-License-Identifier: BSD-2-Clause */
/* Time in the element: directions, rates, segments, jumps, frames without a time. */
#include <gst/efficientnet/meta.h>

#include "harness.h"

#define WIDTH  60
#define HEIGHT 40
#define FRAME  (GST_SECOND / 25)

static char *model;
static char *caps; /* 25 frames per second, so that times are exact */

static GstBuffer *
make_frame(GstClockTime pts)
{
    GstBuffer *buffer = effnet_test_make_rgb(WIDTH, HEIGHT, 1);

    GST_BUFFER_PTS(buffer) = pts;
    GST_BUFFER_DURATION(buffer) = GST_CLOCK_TIME_NONE;
    return buffer;
}

/* Pushes BUFFER, of which it takes ownership; TRUE if it comes out with a result of its own. */
static gboolean
pass(GstHarness *h, GstBuffer *buffer)
{
    GstEfficientNetResult result;
    gboolean fresh;

    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_nonnull(buffer);
    fresh = gst_efficientnet_buffer_get_result(buffer, 0, &result) && result.age == 0;
    gst_buffer_unref(buffer);
    return fresh;
}

/* How many of N frames are inferred, where the first is at START and the others follow at distances
 * of STEP. */
static guint
count_inferred(GstHarness *h, GstClockTime start, GstClockTimeDiff step, guint n)
{
    guint inferred = 0;

    for (guint i = 0; i < n; i++)
        inferred += pass(
            h, make_frame((GstClockTime)((GstClockTimeDiff)start + step * (GstClockTimeDiff)i)));
    return inferred;
}

static guint
count_untimed(GstHarness *h, guint n)
{
    guint inferred = 0;

    for (guint i = 0; i < n; i++)
        inferred += pass(h, make_frame(GST_CLOCK_TIME_NONE));
    return inferred;
}

static void
push_segment(GstHarness *h, const GstSegment *segment)
{
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment(segment)));
}

static void
flush(GstHarness *h)
{
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
}

static guint
count_messages(GstBus *bus, GstMessageType type)
{
    GstMessage *message;
    guint n = 0;

    while ((message = gst_bus_pop_filtered(bus, type))) {
        gst_message_unref(message);
        n++;
    }
    return n;
}

/* 251 frames are ten seconds of the stream, whatever the direction, the speed, who implements it,
 * and where the frames are: at two per second, 21 are inferred, the first among them. */
static void
test_rates(void)
{
    static const struct {
        double rate, applied_rate;
        GstClockTime start, time, base, offset;
    } cases[] = {
        {1, 1, 0, 0, 0},
        {-1, 1, 0, 0, 0},
        {2, 1, 0, 0, 0},
        {0.5, 1, 0, 0, 0},
        {3, 1, 0, 0, 0},
        {-2, 1, 0, 0, 0},
        {-0.5, 1, 0, 0, 0},
        {-3, 1, 0, 0, 0},
        {1, -1, 0, 0, 0},
        {-1, -1, 0, 0, 0},
        {1, 1, 100 * GST_SECOND, 7 * GST_SECOND, 3 * GST_SECOND},
        {-1, 1, 100 * GST_SECOND, 7 * GST_SECOND, 3 * GST_SECOND},
        {-2, 1, 100 * GST_SECOND, 0, GST_SECOND / 3},
        {1, 1, 0, 0, GST_SECOND, 2 * GST_SECOND},
        {-1, 1, 0, 0, GST_SECOND, 2 * GST_SECOND},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        GstHarness *h = effnet_test_make_harness(model, "max-rate=2/1", caps);
        GstClockTime last = cases[i].start + 250 * FRAME;
        GstSegment segment;
        guint n;

        gst_segment_init(&segment, GST_FORMAT_TIME);
        segment.rate = cases[i].rate;
        segment.applied_rate = cases[i].applied_rate;
        segment.start = cases[i].start;
        segment.time = cases[i].time;
        segment.base = cases[i].base;
        segment.offset = cases[i].offset;
        segment.stop = last + FRAME;
        push_segment(h, &segment);
        n = segment.rate > 0 ? count_inferred(h, segment.start, FRAME, 251)
                             : count_inferred(h, last, -(GstClockTimeDiff)FRAME, 251);
        g_test_message("%g, %g from %" GST_TIME_FORMAT ": %u", segment.rate, segment.applied_rate,
                       GST_TIME_ARGS(segment.start), n);
        g_assert_cmpuint(n, ==, 21);
        g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 21);
        gst_harness_teardown(h);
    }
}

/* The speed that upstream applied counts: at four times, 251 frames are 40 seconds. Key frames that
 * are far apart all pass. */
static void
test_trick_modes(void)
{
    GstHarness *h = effnet_test_make_harness(model, "max-rate=2/1", caps);
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.applied_rate = 4;
    push_segment(h, &segment);
    g_assert_cmpuint(count_inferred(h, 0, FRAME, 251), ==, 81);
    flush(h);
    segment.applied_rate = 1;
    segment.rate = -8;
    segment.flags = GST_SEGMENT_FLAG_TRICKMODE | GST_SEGMENT_FLAG_TRICKMODE_KEY_UNITS;
    segment.stop = 100 * GST_SECOND;
    push_segment(h, &segment);
    g_assert_cmpuint(count_inferred(h, 98 * GST_SECOND, -2 * (GstClockTimeDiff)GST_SECOND, 50), ==,
                     50);
    gst_harness_teardown(h);
}

/* A part shorter than the period is played repeatedly: what is played counts. */
static void
test_loop(gconstpointer rate)
{
    GstHarness *h = effnet_test_make_harness(model, "max-rate=1/1", caps);
    GstClockTimeDiff step = FRAME;
    GstSegment segment;
    guint n = 0;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = g_ascii_strtod(rate, NULL);
    segment.stop = 10 * FRAME;
    for (guint i = 0; i < 20; i++) {
        segment.base = (guint64)((double)(i * segment.stop) / ABS(segment.rate));
        push_segment(h, &segment);
        n += segment.rate > 0 ? count_inferred(h, 0, step, 10)
                              : count_inferred(h, 9 * FRAME, -step, 10);
        g_assert_true(gst_harness_push_event(
            h, gst_event_new_segment_done(GST_FORMAT_TIME, (gint64)segment.position)));
    }
    g_assert_cmpuint(n, ==, 8);
    gst_harness_teardown(h);
}

/* After a jump in a stream, there is something else to see. A flush starts again, even without a
 * jump. */
static void
test_seeks(void)
{
    GstHarness *h = effnet_test_make_harness(model, "max-rate=1/2", caps);
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    push_segment(h, &segment);
    g_assert_cmpuint(count_inferred(h, 0, FRAME, 25), ==, 1);
    segment.start = segment.time = 100 * GST_SECOND;
    segment.base = GST_SECOND;
    push_segment(h, &segment);
    g_assert_cmpuint(count_inferred(h, segment.start, FRAME, 75), ==, 2);
    segment.start = segment.time = 50 * GST_SECOND;
    segment.base = 4 * GST_SECOND;
    segment.rate = -1;
    segment.stop = 60 * GST_SECOND;
    push_segment(h, &segment);
    g_assert_cmpuint(count_inferred(h, segment.stop - FRAME, -(GstClockTimeDiff)FRAME, 25), ==, 1);
    flush(h);
    push_segment(h, &segment);
    g_assert_cmpuint(count_inferred(h, segment.stop - FRAME, -(GstClockTimeDiff)FRAME, 25), ==, 1);
    /* A stream whose time starts again without notice. */
    gst_segment_init(&segment, GST_FORMAT_TIME);
    flush(h);
    push_segment(h, &segment);
    g_assert_cmpuint(count_inferred(h, 90 * GST_SECOND, FRAME, 100), ==, 2);
    g_assert_cmpuint(count_inferred(h, 0, FRAME, 100), ==, 2);
    gst_harness_teardown(h);
}

/* Frames in another order do not add time. */
static void
test_disorder(void)
{
    GstHarness *h = effnet_test_make_harness(model, "max-rate=2/1", caps);
    guint n = 0;

    for (guint i = 0; i < 250; i++)
        n += pass(h, make_frame((i ^ 1) * FRAME));
    g_assert_cmpuint(n, ==, 20);
    gst_harness_teardown(h);
}

/* Without times, frames and their rate are a clock. */
static void
test_untimed(void)
{
    GstHarness *h = effnet_test_make_harness(model, "max-rate=2/1", caps);
    GstBus *bus = effnet_test_watch(h);
    guint n = 0;

    g_assert_cmpuint(count_untimed(h, 251), ==, 21);
    flush(h);
    gst_harness_set_src_caps_str(h, caps);
    /* Every other frame has a time, which gives the same as all times. */
    for (guint i = 0; i < 251; i++)
        n += pass(h, make_frame(i % 2 ? GST_CLOCK_TIME_NONE : i * FRAME));
    g_assert_cmpuint(n, ==, 21);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING), ==, 0);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

/* A zone outside of the frame, where nothing can be inferred, is reported when it gets there. */
static void
test_outside(void)
{
    GstHarness *h = effnet_test_make_harness(model, "", caps);
    GstBus *bus = effnet_test_watch(h);

    gst_util_set_object_arg(G_OBJECT(h->element), "roi", "5000,5000,10,10");
    g_assert_cmpuint(count_untimed(h, 3), ==, 0);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING), ==, 1);
    gst_util_set_object_arg(G_OBJECT(h->element), "roi", "0.5,0.5,0.5,0.5");
    g_assert_cmpuint(count_untimed(h, 3), ==, 3);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING), ==, 0);
    gst_util_set_object_arg(G_OBJECT(h->element), "roi", "5000,0,10,10");
    g_assert_cmpuint(count_untimed(h, 3), ==, 0);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING), ==, 1);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

/* If nothing tells the time, that is reported once. */
static void
test_no_clock(void)
{
    static const char variable[] = "video/x-raw,format=RGB,width=" G_STRINGIFY(
        WIDTH) ",height=" G_STRINGIFY(HEIGHT) ",framerate=0/1";
    GstHarness *h = effnet_test_make_harness(model, "", variable);
    GstBus *bus = effnet_test_watch(h);
    GstMessage *message;
    GError *error;

    g_assert_cmpuint(count_untimed(h, 5), ==, 5);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING), ==, 0);
    g_object_set(h->element, "max-rate", 2, 1, NULL);
    g_assert_cmpuint(count_untimed(h, 5), ==, 5);
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING);
    g_assert_nonnull(message);
    gst_message_parse_warning(message, &error, NULL);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, "max-rate: "));
    g_error_free(error);
    gst_message_unref(message);
    flush(h);
    gst_harness_set_src_caps_str(h, variable);
    g_assert_cmpuint(count_untimed(h, 5), ==, 5);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_WARNING), ==, 0);
    /* With times again, the rate applies. */
    g_assert_cmpuint(count_inferred(h, 0, FRAME, 251), ==, 21);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

static void
push_lateness(GstHarness *h, GstClockTimeDiff lateness, GstClockTime time)
{
    GstEvent *event = gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 1.0, 0, time);

    gst_structure_set(gst_event_writable_structure(event), "diff", G_TYPE_INT64, lateness, NULL);
    g_assert_true(gst_harness_push_upstream_event(h, event));
}

/* Of frames that are too late, one per second is inferred, also backwards. */
static void
test_late_reverse(void)
{
    GstHarness *h = effnet_test_make_harness(model, "late-policy=skip-inference", caps);
    GstSegment segment;
    guint n = 0;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.rate = -1;
    segment.stop = 250 * FRAME;
    push_segment(h, &segment);
    push_lateness(h, 100 * (GstClockTimeDiff)GST_SECOND, 0);
    for (guint i = 250; i-- > 0;)
        n += effnet_test_is_inferred(h, make_frame(i * FRAME));
    g_assert_cmpuint(n, ==, 10);
    gst_harness_teardown(h);
}

/* So early that the time would be before the start: nothing is late. */
static void
test_lateness_limits(void)
{
    GstHarness *h = effnet_test_make_harness(model, "late-policy=skip-inference", caps);

    g_assert_true(effnet_test_is_inferred(h, make_frame(0)));
    push_lateness(h, -2 * (GstClockTimeDiff)GST_SECOND, GST_SECOND);
    for (guint i = 1; i < 10; i++)
        g_assert_true(effnet_test_is_inferred(h, make_frame(i * FRAME)));
    push_lateness(h, G_MININT64, GST_SECOND);
    for (guint i = 10; i < 20; i++)
        g_assert_true(effnet_test_is_inferred(h, make_frame(i * FRAME)));
    /* And later than any time. */
    push_lateness(h, GST_SECOND, G_MAXUINT64 - 5);
    for (guint i = 20; i < 30; i++)
        g_assert_false(effnet_test_is_inferred(h, make_frame(i * FRAME)));
    gst_harness_teardown(h);
}

/* Lost frames and new caps do not start another stream. */
static void
test_interval_goes_on(gconstpointer description)
{
    static const char *const formats[] = {"RGB", "BGR"};
    GstHarness *h = effnet_test_make_harness(model, description, caps);
    guint n = 0;

    for (guint i = 0; i < 100; i++) {
        GstBuffer *buffer = make_frame(i * FRAME);
        gboolean fresh;

        if (i % 3 == 2)
            GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
        if (i % 7 == 6) {
            g_autofree char *other = effnet_test_make_caps(formats[i / 7 % 2], WIDTH, HEIGHT);

            gst_harness_set_src_caps_str(h, other);
        }
        fresh = pass(h, buffer);
        g_assert_cmpint(fresh, ==, i % 10 == 0);
        n += fresh;
    }
    g_assert_cmpuint(n, ==, 10);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 10);
    gst_harness_teardown(h);
}

/* Caps that change while the image stays are no change of the image. */
static void
test_change_goes_on(void)
{
    static const guint widths[] = {60, 120};
    GstHarness *h = effnet_test_make_harness(model, "change-threshold=0.05", caps);
    guint n = 0;

    for (guint i = 0; i < 10; i++) {
        guint width = widths[i % 2];
        g_autofree char *other = effnet_test_make_caps("RGB", width, HEIGHT);

        gst_harness_set_src_caps_str(h, other);
        n += pass(h, effnet_test_make_rgb(width, HEIGHT, 1));
    }
    g_assert_cmpuint(n, ==, 1);
    gst_harness_teardown(h);
}

static void
test_interval_restarts(void)
{
    GstHarness *h = effnet_test_make_harness(model, "inference-interval=10", caps);

    g_assert_cmpuint(count_inferred(h, 0, FRAME, 14), ==, 2);
    flush(h);
    gst_harness_set_src_caps_str(h, caps);
    g_assert_true(pass(h, make_frame(14 * FRAME)));
    g_assert_cmpuint(count_inferred(h, 15 * FRAME, FRAME, 9), ==, 0);
    g_assert_true(pass(h, make_frame(24 * FRAME)));
    g_assert_false(pass(h, make_frame(25 * FRAME)));
    g_assert_true(gst_harness_push_event(h, gst_event_new_stream_start("second")));
    gst_harness_set_src_caps_str(h, caps);
    g_assert_true(pass(h, make_frame(26 * FRAME)));
    gst_harness_teardown(h);
}

/* A segment of another format than time has no times to go by; frames may have their own. */
static void
test_other_formats(void)
{
    static const GstFormat formats[] = {GST_FORMAT_BYTES, GST_FORMAT_DEFAULT, GST_FORMAT_BUFFERS};

    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        GstHarness *h =
            effnet_test_make_harness(model, "late-policy=skip-inference max-rate=2/1", caps);
        GstSegment segment;

        gst_segment_init(&segment, formats[i]);
        push_segment(h, &segment);
        /* Without a running time, none is late. */
        push_lateness(h, 100 * (GstClockTimeDiff)GST_SECOND, 0);
        gst_util_set_object_arg(G_OBJECT(h->element), "late-policy", "wait");
        g_assert_cmpuint(count_inferred(h, 0, FRAME, 251), ==, 21);
        flush(h);
        gst_harness_set_src_caps_str(h, caps);
        push_segment(h, &segment);
        g_assert_cmpuint(count_untimed(h, 251), ==, 21);
        gst_util_set_object_arg(G_OBJECT(h->element), "late-policy", "skip-inference");
        g_object_set(h->element, "max-rate", 0, 1, NULL);
        push_lateness(h, 100 * (GstClockTimeDiff)GST_SECOND, 0);
        for (guint k = 0; k < 10; k++)
            g_assert_true(effnet_test_is_inferred(h, make_frame(k * FRAME)));
        gst_harness_teardown(h);
    }
}

/* The inference in flight at the end of a segment is not lost: its message comes before. */
static void
test_segment_done(void)
{
    GstHarness *h =
        effnet_test_make_harness(model, "late-policy=skip-inference post-messages=all", caps);
    GstBus *bus = effnet_test_watch(h);

    for (guint i = 1; i <= 20; i++) {
        GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(i * FRAME));

        gst_buffer_unref(buffer);
        g_assert_true(
            gst_harness_push_event(h, gst_event_new_segment_done(GST_FORMAT_TIME, i * FRAME)));
        g_assert_cmpuint(count_messages(bus, GST_MESSAGE_ELEMENT), ==, 1);
        g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, i);
    }
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

/* A frame that is shown for any time carries its own result. */
static void
test_preroll(void)
{
    GstHarness *h = effnet_test_make_harness(model, "late-policy=skip-inference", caps);
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    g_assert_cmpint(gst_element_set_state(h->element, GST_STATE_PAUSED), ==,
                    GST_STATE_CHANGE_SUCCESS);
    for (guint i = 0; i < 10; i++) {
        flush(h);
        push_segment(h, &segment);
        g_assert_true(pass(h, make_frame(i * FRAME)));
        /* So does stepping, late or not. */
        push_lateness(h, 100 * (GstClockTimeDiff)GST_SECOND, 0);
        g_assert_true(pass(h, make_frame((i + 1) * FRAME)));
    }
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 20);
    g_assert_cmpint(gst_element_set_state(h->element, GST_STATE_PLAYING), ==,
                    GST_STATE_CHANGE_SUCCESS);
    g_assert_false(effnet_test_is_inferred(h, make_frame(11 * FRAME)));
    gst_harness_teardown(h);
}

int
main(int argc, char **argv)
{
    int ret;

    model = effnet_test_begin(&argc, &argv);
    caps =
        g_strdup_printf("video/x-raw,format=RGB,width=%d,height=%d,framerate=25/1", WIDTH, HEIGHT);
    g_test_add_func("/time/rates", test_rates);
    g_test_add_func("/time/trick-modes", test_trick_modes);
    g_test_add_data_func("/time/loop", "1", test_loop);
    g_test_add_data_func("/time/loop-reverse", "-2", test_loop);
    g_test_add_func("/time/seeks", test_seeks);
    g_test_add_func("/time/disorder", test_disorder);
    g_test_add_func("/time/untimed", test_untimed);
    g_test_add_func("/time/outside", test_outside);
    g_test_add_func("/time/no-clock", test_no_clock);
    g_test_add_func("/time/late-reverse", test_late_reverse);
    g_test_add_func("/time/lateness-limits", test_lateness_limits);
    g_test_add_data_func("/time/interval", "inference-interval=10", test_interval_goes_on);
    g_test_add_data_func("/time/rate", "max-rate=5/2", test_interval_goes_on);
    g_test_add_func("/time/change", test_change_goes_on);
    g_test_add_func("/time/interval-restarts", test_interval_restarts);
    g_test_add_func("/time/other-formats", test_other_formats);
    g_test_add_func("/time/segment-done", test_segment_done);
    g_test_add_func("/time/preroll", test_preroll);
    ret = effnet_test_run(model);
    g_free(caps);
    return ret;
}
