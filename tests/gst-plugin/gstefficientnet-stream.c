/* SPDX-License-Identifier: BSD-2-Clause */
/* What the element does over time: events, states, intervals, policies, latency, memory. */
#include <gst/efficientnet/meta.h>

#include "harness.h"

#define WIDTH  60
#define HEIGHT 40

static char *model;
static char *rgb_caps;

static GstBuffer *
make_frame(guint number)
{
    GstBuffer *buffer = effnet_test_make_rgb(WIDTH, HEIGHT, number % 2);

    GST_BUFFER_PTS(buffer) = number * GST_SECOND / 30;
    return buffer;
}

static GstBuffer *
pass(GstHarness *h, guint number)
{
    GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(number));

    g_assert_nonnull(buffer);
    g_assert_cmpuint(GST_BUFFER_PTS(buffer), ==, number * GST_SECOND / 30);
    return buffer;
}

/* The age of what the N-th frame carries; -1: nothing. */
static gint
pass_for_age(GstHarness *h, guint number)
{
    GstBuffer *buffer = pass(h, number);
    GstEfficientNetResult result;
    gint age = -1;

    if (gst_efficientnet_buffer_get_result(buffer, 0, &result)) {
        age = (gint)result.age;
        g_assert_cmpuint(result.pts, ==, (number - result.age) * GST_SECOND / 30);
    }
    gst_buffer_unref(buffer);
    return age;
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

static void
test_interval(void)
{
    GstHarness *h = effnet_test_make_harness(model, "inference-interval=4", rgb_caps);

    for (guint i = 0; i < 13; i++)
        g_assert_cmpint(pass_for_age(h, i), ==, (gint)(i % 4));
    g_assert_cmpuint(effnet_test_get_stat(h->element, "frames"), ==, 13);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 4);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "held"), ==, 9);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "skipped"), ==, 0);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "latency-p50"), >, 0);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "latency-p99"), >=,
                     effnet_test_get_stat(h->element, "latency-p50"));
    /* Shortened while it runs: at the next frame. */
    g_object_set(h->element, "inference-interval", 1, NULL);
    g_assert_cmpint(pass_for_age(h, 13), ==, 0);
    gst_harness_teardown(h);
}

static void
test_no_hold(void)
{
    GstHarness *h =
        effnet_test_make_harness(model, "inference-interval=3 hold-last=false", rgb_caps);

    for (guint i = 0; i < 9; i++)
        g_assert_cmpint(pass_for_age(h, i), ==, i % 3 == 0 ? 0 : -1);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "held"), ==, 0);
    /* Nor is a result held that there is not. */
    g_object_set(h->element, "hold-last", TRUE, "threshold", 2.0f, NULL);
    for (guint i = 9; i < 15; i++)
        g_assert_cmpint(pass_for_age(h, i), ==, -1);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "held"), ==, 0);
    gst_harness_teardown(h);
}

/* A frame that was lost makes the next one no more due; a repeated one is not inferred. */
static void
test_discont_and_gap(void)
{
    GstHarness *h = effnet_test_make_harness(model, "inference-interval=10", rgb_caps);
    GstEfficientNetResult result;
    GstBuffer *buffer;

    g_assert_cmpint(pass_for_age(h, 0), ==, 0);
    g_assert_cmpint(pass_for_age(h, 1), ==, 1);
    buffer = make_frame(2);
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpuint(result.age, ==, 2);
    gst_buffer_unref(buffer);

    g_object_set(h->element, "inference-interval", 1, NULL);
    buffer = make_frame(3);
    GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_GAP);
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpuint(result.age, ==, 3);
    gst_buffer_unref(buffer);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 1);

    g_assert_true(gst_harness_push_event(h, gst_event_new_gap(4 * GST_SECOND / 30, GST_SECOND)));
    g_assert_cmpint(pass_for_age(h, 4), ==, 0);
    gst_harness_teardown(h);
}

/* Results from before a flush are not held after it. */
static void
test_flush(gconstpointer description)
{
    GstHarness *h = effnet_test_make_harness(model, description, rgb_caps);
    GstSegment segment;
    GstEvent *event;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    for (guint i = 0; i < 5; i++)
        gst_buffer_unref(pass(h, i));
    for (guint round = 0; round < 20; round++) {
        GstBuffer *buffer = make_frame(round);
        GstEfficientNetResult result;

        g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
        g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
        g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
        while ((event = gst_harness_try_pull_event(h)))
            gst_event_unref(event);
        GST_BUFFER_FLAG_SET(buffer, GST_BUFFER_FLAG_DISCONT);
        buffer = gst_harness_push_and_pull(h, buffer);
        if (gst_efficientnet_buffer_get_result(buffer, 0, &result))
            g_assert_cmpuint(result.age, ==, 0);
        gst_buffer_unref(buffer);
    }
    gst_harness_teardown(h);
}

static void
test_eos(void)
{
    GstHarness *h = effnet_test_make_harness(model, "", rgb_caps);

    gst_buffer_unref(pass(h, 0));
    g_assert_true(gst_harness_push_event(h, gst_event_new_eos()));
    g_assert_cmpint(gst_harness_push(h, make_frame(1)), ==, GST_FLOW_EOS);
    gst_harness_push_event(h, gst_event_new_eos());
    g_assert_cmpuint(gst_harness_buffers_in_queue(h), ==, 0);

    /* A new stream begins. */
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    g_assert_true(gst_harness_push_event(h, gst_event_new_stream_start("second")));
    gst_harness_set_src_caps_str(h, rgb_caps);
    gst_harness_teardown(h);
}

static void
test_empty_stream(void)
{
    GstHarness *h = effnet_test_make_harness(model, "late-policy=skip-inference", rgb_caps);

    g_assert_true(gst_harness_push_event(h, gst_event_new_eos()));
    g_assert_cmpuint(effnet_test_get_stat(h->element, "frames"), ==, 0);
    gst_harness_teardown(h);
}

/* Another size and format at any frame. */
static void
test_renegotiation(gconstpointer description)
{
    static const struct {
        const char *format;
        guint width, height;
    } caps[] = {{"RGB", 60, 40}, {"I420", 33, 77}, {"YUY2", 640, 10},
                {"GRAY8", 1, 1}, {"NV12", 2, 300}, {"BGRx", 320, 240}};
    GstHarness *h = effnet_test_make_harness(model, description, rgb_caps);

    for (guint i = 0; i < 30; i++) {
        guint c = i % G_N_ELEMENTS(caps);
        g_autofree char *text =
            effnet_test_make_caps(caps[c].format, caps[c].width, caps[c].height);
        GstBuffer *buffer = effnet_test_make_rgb(caps[c].width, caps[c].height, i);
        GstEfficientNetResult result;

        gst_harness_set_src_caps_str(h, text);
        if (strcmp(caps[c].format, "RGB") != 0)
            buffer = effnet_test_convert(buffer, caps[c].width, caps[c].height, text);
        buffer = gst_harness_push_and_pull(h, buffer);
        g_assert_nonnull(buffer);
        if (gst_efficientnet_buffer_get_result(buffer, 0, &result)) {
            guint seen =
                (c + G_N_ELEMENTS(caps) - result.age % G_N_ELEMENTS(caps)) % G_N_ELEMENTS(caps);

            g_assert_cmpint(result.width, ==, (gint)caps[seen].width);
            g_assert_cmpint(result.h, ==, (gint)caps[seen].height);
        } else {
            g_assert_cmpstr(description, !=, "");
        }
        gst_buffer_unref(buffer);
    }
    gst_harness_teardown(h);
}

/* Pushed as fast as can be: all frames pass, some are inferred, ages are true. */
static void
test_skip(void)
{
    GstHarness *h = effnet_test_make_harness(model, "late-policy=skip-inference", rgb_caps);
    gint last = -1;
    guint with_result = 0;

    for (guint i = 0; i < 500; i++) {
        gint age = pass_for_age(h, i);

        g_assert_true(age >= 0 || last < 0);
        g_assert_cmpint(age, <=, (gint)i);
        with_result += age >= 0;
        last = age;
        if (i % 50 == 0)
            g_usleep(10000);
    }
    g_assert_cmpuint(with_result, >, 0);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "frames"), ==, 500);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), >=, 9);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "skipped"), >, 0);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "skipped") +
                         effnet_test_get_stat(h->element, "inferences"),
                     <=, 500);
    gst_harness_teardown(h);
}

/* The one in flight at the end is not lost: its message comes before EOS. */
static void
test_skip_eos(void)
{
    GstHarness *h =
        effnet_test_make_harness(model, "late-policy=skip-inference post-messages=all", rgb_caps);
    GstBus *bus = effnet_test_watch(h);

    g_assert_cmpint(pass_for_age(h, 0), <=, 0);
    g_assert_true(gst_harness_push_event(h, gst_event_new_eos()));
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_ELEMENT), ==, 1);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 1);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

static void
test_switch_policy(void)
{
    GstHarness *h = effnet_test_make_harness(model, "", rgb_caps);
    GstBus *bus = effnet_test_watch(h);

    for (guint i = 0; i < 200; i++) {
        gint age = pass_for_age(h, i);

        if (i / 10 % 2 == 0)
            g_assert_cmpint(age, ==, 0);
        if (i % 10 == 9)
            gst_util_set_object_arg(G_OBJECT(h->element), "late-policy",
                                    i / 10 % 2 == 0 ? "skip-inference" : "wait");
    }
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_LATENCY), >=, 20);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

static void
test_messages_all(void)
{
    GstHarness *h = effnet_test_make_harness(model, "post-messages=all top-k=2", rgb_caps);
    GstBus *bus = effnet_test_watch(h);
    const GstStructure *structure;
    GstEfficientNetResult result;
    GstMessage *message;
    guint64 pts;

    for (guint i = 0; i < 5; i++)
        gst_buffer_unref(pass(h, i));
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT);
    g_assert_nonnull(message);
    structure = gst_message_get_structure(message);
    g_assert_true(gst_structure_has_name(structure, "efficientnet"));
    g_assert_true(gst_structure_has_field_typed(structure, "stream", G_TYPE_STRING));
    g_assert_true(gst_structure_get_uint64(structure, "pts", &pts));
    g_assert_cmpuint(pts, ==, 0);
    g_assert_true(
        gst_efficientnet_results_get(gst_structure_get_value(structure, "results"), 0, &result));
    g_assert_cmpuint(result.n_classes, ==, 2);
    gst_message_unref(message);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_ELEMENT), ==, 4);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

/* One when the best class changes, and one when it goes. */
static void
test_messages_changes(void)
{
    GstHarness *h = effnet_test_make_harness(model, "post-messages=changes", rgb_caps);
    GstBus *bus = effnet_test_watch(h);
    GstMessage *message;
    const GValue *results;

    for (guint i = 0; i < 6; i += 2)
        gst_buffer_unref(pass(h, i));
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_ELEMENT), ==, 1);
    g_object_set(h->element, "threshold", 2.0f, NULL);
    gst_buffer_unref(pass(h, 6));
    gst_buffer_unref(pass(h, 8));
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT);
    g_assert_nonnull(message);
    results = gst_structure_get_value(gst_message_get_structure(message), "results");
    g_assert_cmpuint(gst_value_list_get_size(results), ==, 0);
    gst_message_unref(message);
    g_assert_cmpuint(count_messages(bus, GST_MESSAGE_ELEMENT), ==, 0);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

static void
test_latency(void)
{
    GstHarness *h = effnet_test_make_harness(model, "", rgb_caps);
    GstClockTime own;

    gst_harness_set_upstream_latency(h, 5 * GST_MSECOND);
    own = gst_harness_query_latency(h) - 5 * GST_MSECOND;
    g_assert_cmpuint(own, >, 0);
    g_assert_cmpuint(own, <, 10 * GST_SECOND);
    gst_util_set_object_arg(G_OBJECT(h->element), "late-policy", "skip-inference");
    g_assert_cmpuint(gst_harness_query_latency(h), ==, 5 * GST_MSECOND);
    gst_harness_teardown(h);
}

/* What downstream proposes is what upstream sees, no less and no more. */
static void
test_allocation(gconstpointer with_meta)
{
    GstHarness *h = effnet_test_make_harness(model, "", rgb_caps);
    GstCaps *caps = gst_caps_from_string(rgb_caps);
    GstQuery *query = gst_query_new_allocation(caps, TRUE);

    if (with_meta)
        gst_harness_add_propose_allocation_meta(h, GST_VIDEO_META_API_TYPE, NULL);
    gst_buffer_unref(pass(h, 0));
    g_assert_true(gst_pad_peer_query(h->srcpad, query));
    g_assert_true(gst_query_find_allocation_meta(query, GST_VIDEO_META_API_TYPE, NULL) ==
                  (with_meta != NULL));
    g_assert_cmpuint(gst_query_get_n_allocation_metas(query), ==, with_meta ? 1 : 0);
    gst_query_unref(query);
    gst_caps_unref(caps);
    gst_harness_teardown(h);
}

/* A frame that comes late for the sink is still a frame, and whoever waits for results gets them.
 */
static void
test_qos_wait(void)
{
    GstHarness *h = effnet_test_make_harness(model, "", rgb_caps);

    gst_buffer_unref(pass(h, 0));
    g_assert_true(gst_harness_push_upstream_event(
        h, gst_event_new_qos(GST_QOS_TYPE_UNDERFLOW, 5.0, GST_SECOND, 0)));
    for (guint i = 1; i < 10; i++)
        g_assert_cmpint(pass_for_age(h, i), ==, 0);
    gst_harness_teardown(h);
}

static void
push_lateness(GstHarness *h, GstClockTimeDiff lateness, GstClockTime time)
{
    g_assert_true(gst_harness_push_upstream_event(
        h, gst_event_new_qos(lateness > 0 ? GST_QOS_TYPE_UNDERFLOW : GST_QOS_TYPE_OVERFLOW, 1.0,
                             lateness, time)));
}

/* Frames that come too late are not inferred, but for one a second; all pass, also upstream hears
 * of it. */
static void
test_qos_skip(void)
{
    GstHarness *h = effnet_test_make_harness(model, "late-policy=skip-inference", rgb_caps);
    GstSegment segment;
    GstEvent *event;
    guint upstream = 0;
    guint64 skipped;

    /* Nothing is known yet, and nothing is late. */
    g_assert_true(effnet_test_is_inferred(h, make_frame(0)));
    push_lateness(h, -GST_MSECOND, GST_MSECOND);
    g_assert_true(effnet_test_is_inferred(h, make_frame(1)));
    /* Up to frame 90, at 3 s. */
    push_lateness(h, 2 * GST_SECOND, GST_SECOND);
    skipped = effnet_test_get_stat(h->element, "skipped");
    for (guint i = 2; i <= 90; i++)
        g_assert_cmpint(effnet_test_is_inferred(h, make_frame(i)), ==, i % 30 == 1);
    g_assert_true(effnet_test_is_inferred(h, make_frame(91)));
    g_assert_cmpuint(effnet_test_get_stat(h->element, "skipped"), ==, skipped + 87);
    /* In time again. */
    push_lateness(h, 10 * GST_SECOND, GST_SECOND);
    g_assert_false(effnet_test_is_inferred(h, make_frame(92)));
    push_lateness(h, -GST_MSECOND, 92 * GST_SECOND / 30);
    g_assert_true(effnet_test_is_inferred(h, make_frame(93)));
    /* Lateness before a flush has no effect after it. */
    push_lateness(h, 10 * GST_SECOND, GST_SECOND);
    gst_segment_init(&segment, GST_FORMAT_TIME);
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
    g_assert_true(effnet_test_is_inferred(h, make_frame(94)));
    g_assert_true(effnet_test_is_inferred(h, make_frame(95)));
    while ((event = gst_harness_try_pull_upstream_event(h))) {
        upstream += GST_EVENT_TYPE(event) == GST_EVENT_QOS;
        gst_event_unref(event);
    }
    g_assert_cmpuint(upstream, ==, 5);
    gst_harness_teardown(h);
}

static void
test_state_cycles(gconstpointer description)
{
    GstElement *holder = gst_object_ref_sink(effnet_test_make_element(model, ""));

    /* Keeps the model, so that a cycle is quick. */
    g_assert_cmpint(gst_element_set_state(holder, GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
    for (guint i = 0; i < 100; i++) {
        GstHarness *h = effnet_test_make_harness(model, description, rgb_caps);

        for (guint frame = 0; frame < i % 3; frame++)
            gst_buffer_unref(pass(h, frame));
        gst_element_set_state(h->element, i % 2 ? GST_STATE_READY : GST_STATE_NULL);
        if (i % 5 == 0)
            gst_element_set_state(h->element, GST_STATE_PLAYING);
        gst_harness_teardown(h);
    }
    gst_element_set_state(holder, GST_STATE_NULL);
    gst_object_unref(holder);
}

static void
test_reopen(void)
{
    GstElement *element = gst_object_ref_sink(effnet_test_make_element(model, ""));

    for (guint i = 0; i < 100; i++) {
        GstState state = i % 2 ? GST_STATE_PAUSED : GST_STATE_READY;

        g_assert_cmpint(gst_element_set_state(element, state), ==, GST_STATE_CHANGE_SUCCESS);
        if (i % 10 == 0)
            gst_element_set_state(element, GST_STATE_NULL);
    }
    /* What is set in READY counts from PAUSED on, or is refused there. */
    gst_element_set_state(element, GST_STATE_READY);
    gst_util_set_object_arg(G_OBJECT(element), "labels", "<a,b>");
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_FAILURE);
    gst_util_set_object_arg(G_OBJECT(element), "labels", "<>");
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_PAUSED), ==, GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
}

static gsize
resident_kb(void)
{
    g_autofree char *status = NULL;
    const char *line;

    g_assert_true(g_file_get_contents("/proc/self/status", &status, NULL, NULL));
    line = strstr(status, "VmRSS:");
    g_assert_nonnull(line);
    return (gsize)g_ascii_strtoull(line + 6, NULL, 10);
}

#ifdef __SANITIZE_ADDRESS__ /* ten times slower, and it keeps what was freed */
#define MANY_FRAMES 1000
#else
#define MANY_FRAMES 10000
#endif

/* Many frames, results and messages leave nothing behind. */
static void
test_no_growth(gconstpointer description)
{
    GstHarness *h = effnet_test_make_harness(model, description, rgb_caps);
    GstBus *bus = effnet_test_watch(h);
    GstBuffer *frame = make_frame(0);
    gsize before = 0, after;

    for (guint i = 0; i < MANY_FRAMES; i++) {
        gst_buffer_unref(gst_harness_push_and_pull(h, gst_buffer_copy(frame)));
        if (i % 100 == 0)
            count_messages(bus, GST_MESSAGE_ANY);
        if (i == MANY_FRAMES / 5)
            before = resident_kb();
    }
    after = resident_kb();
    g_test_message("%" G_GSIZE_FORMAT " kB, then %" G_GSIZE_FORMAT " kB", before, after);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "frames"), ==, MANY_FRAMES);
#ifndef __SANITIZE_ADDRESS__
    g_assert_cmpuint(after, <, before + 1024);
#endif
    gst_buffer_unref(frame);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

int
main(int argc, char **argv)
{
    static const char skip[] = "late-policy=skip-inference";
    int ret;

    model = effnet_test_begin(&argc, &argv);
    rgb_caps = effnet_test_make_caps("RGB", WIDTH, HEIGHT);
    g_test_add_func("/stream/interval", test_interval);
    g_test_add_func("/stream/no-hold", test_no_hold);
    g_test_add_func("/stream/discont-and-gap", test_discont_and_gap);
    g_test_add_data_func("/stream/flush", "", test_flush);
    g_test_add_data_func("/stream/flush-skip", skip, test_flush);
    g_test_add_func("/stream/eos", test_eos);
    g_test_add_func("/stream/empty", test_empty_stream);
    g_test_add_data_func("/stream/renegotiation", "", test_renegotiation);
    g_test_add_data_func("/stream/renegotiation-skip", skip, test_renegotiation);
    g_test_add_func("/stream/skip", test_skip);
    g_test_add_func("/stream/skip-eos", test_skip_eos);
    g_test_add_func("/stream/switch-policy", test_switch_policy);
    g_test_add_func("/stream/messages-all", test_messages_all);
    g_test_add_func("/stream/messages-changes", test_messages_changes);
    g_test_add_func("/stream/latency", test_latency);
    g_test_add_data_func("/stream/allocation", NULL, test_allocation);
    g_test_add_data_func("/stream/allocation-meta", "meta", test_allocation);
    g_test_add_func("/stream/qos/wait", test_qos_wait);
    g_test_add_func("/stream/qos/skip", test_qos_skip);
    g_test_add_data_func("/stream/state-cycles", "", test_state_cycles);
    g_test_add_data_func("/stream/state-cycles-skip", skip, test_state_cycles);
    g_test_add_func("/stream/reopen", test_reopen);
    g_test_add_data_func("/stream/no-growth", "post-messages=all", test_no_growth);
    g_test_add_data_func("/stream/no-growth-skip", "late-policy=skip-inference post-messages=all",
                         test_no_growth);
    ret = effnet_test_run(model);
    g_free(rgb_caps);
    return ret;
}
