/* SPDX-License-Identifier: BSD-2-Clause */
#include "gates.h"

#define FRAME (GST_SECOND / 30)

static GstEfficientNetMoment
at(GstClockTime time)
{
    return (GstEfficientNetMoment){time, time};
}

/* How many of N frames, STEP apart, pass. */
static guint
count_passing(GstEfficientNetGates *gates, const GstEfficientNetFrameSettings *settings,
              GstClockTime start, GstClockTime step, guint n)
{
    guint passing = 0;

    for (guint i = 0; i < n; i++) {
        GstEfficientNetMoment moment = at(start + i * step);

        if (!gst_efficientnet_gates_due(gates, settings, &moment))
            continue;
        gst_efficientnet_gates_pass(gates, settings, &moment);
        passing++;
    }
    return passing;
}

static void
test_interval(void)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    GstEfficientNetMoment moment = at(0);
    GstEfficientNetGates gates = {0};

    g_assert_cmpuint(count_passing(&gates, &settings, 0, FRAME, 10), ==, 10);
    settings.interval = 4;
    gst_efficientnet_gates_reset(&gates);
    g_assert_cmpuint(count_passing(&gates, &settings, 0, FRAME, 13), ==, 4);
    gst_efficientnet_gates_reset(&gates);
    g_assert_true(gst_efficientnet_gates_due(&gates, &settings, &moment));
    /* Nobody had time for the frame: the next one is due. */
    g_assert_true(gst_efficientnet_gates_due(&gates, &settings, &moment));
    gst_efficientnet_gates_hold(&gates, &settings);
    g_assert_false(gst_efficientnet_gates_due(&gates, &settings, &moment));
}

/* The mean rate is the one asked for, whether or not it divides the framerate. */
static void
test_rate(void)
{
    static const struct {
        GstEfficientNetFraction rate;
        guint expected; /* of 3000 frames, in 100 seconds */
    } rates[] = {{{2, 1}, 200},   {{25, 1}, 2500}, {{15, 1}, 1500}, {{1, 10}, 10},
                 {{30, 1}, 3000}, {{60, 1}, 3000}, {{1, 1000}, 1},  {{1, G_MAXINT}, 1}};

    for (gsize i = 0; i < G_N_ELEMENTS(rates); i++) {
        GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
        GstEfficientNetGates gates = {0};
        guint n;

        settings.max_rate = rates[i].rate;
        n = count_passing(&gates, &settings, 5 * GST_SECOND, FRAME, 3000);
        g_test_message("%d/%d: %u", rates[i].rate.n, rates[i].rate.d, n);
        g_assert_cmpuint(n, >=, rates[i].expected - rates[i].expected / 500);
        g_assert_cmpuint(n, <=, rates[i].expected + 1);
    }
}

/* Times that stand still, jump or are unknown. */
static void
test_rate_jumps(void)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    GstEfficientNetMoment unknown = {GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE};
    GstEfficientNetGates gates = {0};

    settings.max_rate = (GstEfficientNetFraction){1, 1};
    g_assert_cmpuint(count_passing(&gates, &settings, 100 * GST_SECOND, 0, 50), ==, 1);
    /* No burst makes up for a pause. */
    g_assert_cmpuint(count_passing(&gates, &settings, 900 * GST_SECOND, FRAME, 30), ==, 1);
    /* Back to the start. */
    g_assert_cmpuint(count_passing(&gates, &settings, 0, FRAME, 30), ==, 1);
    for (guint i = 0; i < 10; i++) {
        g_assert_true(gst_efficientnet_gates_due(&gates, &settings, &unknown));
        gst_efficientnet_gates_pass(&gates, &settings, &unknown);
    }
    g_assert_cmpuint(count_passing(&gates, &settings, 0, FRAME, 30), ==, 1);
}

/* A new rate applies at once: no frame waits for what the old one asked for. */
static void
test_rate_set(void)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    GstEfficientNetGates gates = {0};

    settings.max_rate = (GstEfficientNetFraction){1, 1000};
    g_assert_cmpuint(count_passing(&gates, &settings, 0, FRAME, 30), ==, 1);
    settings.max_rate = (GstEfficientNetFraction){1, 1};
    g_assert_cmpuint(count_passing(&gates, &settings, 30 * FRAME, FRAME, 300), ==, 10);
    settings.max_rate = (GstEfficientNetFraction){0, 1};
    g_assert_cmpuint(count_passing(&gates, &settings, 330 * FRAME, FRAME, 30), ==, 30);
}

/* The interval comes first: of every third frame, at most ten per second. */
static void
test_order(void)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    GstEfficientNetGates gates = {0};
    guint passing = 0;

    settings.interval = 4;
    settings.max_rate = (GstEfficientNetFraction){5, 1};
    for (guint i = 0; i < 300; i++) {
        GstEfficientNetMoment moment = at(i * FRAME);

        if (!gst_efficientnet_gates_due(&gates, &settings, &moment))
            continue;
        g_assert_cmpuint(i % 4, ==, 0);
        gst_efficientnet_gates_pass(&gates, &settings, &moment);
        passing++;
    }
    g_assert_cmpuint(passing, >=, 48);
    g_assert_cmpuint(passing, <=, 51);
}

static gboolean
changed_at(GstEfficientNetGates *gates, const GstEfficientNetFrameSettings *settings, guint8 grey,
           GstEfficientNetMoment moment)
{
    const EffNetRect all = {0, 0, 8, 8};
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 64, NULL);
    GstVideoFrame map;
    GstVideoInfo info;
    gboolean result;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_GRAY8, 8, 8);
    gst_buffer_memset(buffer, 0, grey, 64);
    g_assert_true(gst_video_frame_map(&map, &info, buffer, GST_MAP_READ));
    result = gst_efficientnet_gates_changed(gates, settings, &moment, &map, &all);
    if (result)
        gst_efficientnet_gates_pass(gates, settings, &moment);
    else
        gst_efficientnet_gates_hold(gates, settings);
    gst_video_frame_unmap(&map);
    gst_buffer_unref(buffer);
    return result;
}

static gboolean
changed(GstEfficientNetGates *gates, const GstEfficientNetFrameSettings *settings, guint8 grey)
{
    return changed_at(gates, settings, grey, at(0));
}

/* Though nothing changes, a frame passes every so often; not where times are unknown. */
static void
test_refresh(void)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    GstEfficientNetMoment unknown = {GST_CLOCK_TIME_NONE, GST_CLOCK_TIME_NONE};
    GstEfficientNetGates gates = {0};

    settings.change_threshold = 0.1f;
    settings.refresh_interval = GST_SECOND;
    for (guint i = 0; i < 100; i++)
        g_assert_true(changed_at(&gates, &settings, 100, at(i * FRAME)) == (i % 30 == 0));
    g_assert_true(changed_at(&gates, &settings, 200, at(100 * FRAME)));
    g_assert_false(changed_at(&gates, &settings, 200, at(129 * FRAME)));
    g_assert_false(changed_at(&gates, &settings, 200, unknown));
    g_assert_true(changed_at(&gates, &settings, 200, at(130 * FRAME)));
    settings.refresh_interval = 0;
    g_assert_false(changed_at(&gates, &settings, 200, at(1000 * FRAME)));
}

static void
test_change(void)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    GstEfficientNetGates gates = {0};

    g_assert_true(changed(&gates, &settings, 100));
    settings.change_threshold = 10.0f / 255.0f;
    g_assert_true(changed(&gates, &settings, 100)); /* nothing to compare it with */
    g_assert_false(changed(&gates, &settings, 100));
    g_assert_false(changed(&gates, &settings, 109));
    g_assert_true(changed(&gates, &settings, 110));
    /* Slow changes add up: frames are compared with the one that was inferred. */
    for (guint8 grey = 111; grey < 120; grey++)
        g_assert_false(changed(&gates, &settings, grey));
    g_assert_true(changed(&gates, &settings, 120));
    gst_efficientnet_gates_reset(&gates);
    g_assert_true(changed(&gates, &settings, 120));
    /* Switched off and on, it starts again. */
    settings.change_threshold = 0.0f;
    g_assert_true(changed(&gates, &settings, 120));
    settings.change_threshold = 0.5f;
    g_assert_true(changed(&gates, &settings, 120));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/gates/interval", test_interval);
    g_test_add_func("/gates/rate", test_rate);
    g_test_add_func("/gates/rate-jumps", test_rate_jumps);
    g_test_add_func("/gates/rate-set", test_rate_set);
    g_test_add_func("/gates/order", test_order);
    g_test_add_func("/gates/change", test_change);
    g_test_add_func("/gates/refresh", test_refresh);
    return g_test_run();
}
