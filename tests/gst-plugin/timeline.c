/* SPDX-License-Identifier: BSD-2-Clause */
#include "timeline.h"

#define NONE  GST_CLOCK_TIME_NONE
#define FRAME (GST_SECOND / 25)

typedef struct {
    GstEfficientNetTimeline timeline;
    GstSegment segment;
    GstVideoInfo info;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    gst_efficientnet_timeline_init(&f->timeline);
    gst_segment_init(&f->segment, GST_FORMAT_TIME);
    gst_video_info_init(&f->info);
    GST_VIDEO_INFO_FPS_N(&f->info) = 25;
    GST_VIDEO_INFO_FPS_D(&f->info) = 1;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
}

static void
assert_moment(Fixture *f, GstClockTime pts, GstClockTime position, GstClockTime passed)
{
    GstEfficientNetMoment moment =
        gst_efficientnet_timeline_advance(&f->timeline, &f->segment, pts, &f->info);

    g_assert_cmpuint(moment.position, ==, position);
    g_assert_cmpuint(moment.passed, ==, passed);
}

static void
test_directions(Fixture *f, gconstpointer data)
{
    f->segment.start = 10 * GST_SECOND;
    f->segment.stop = 20 * GST_SECOND;
    assert_moment(f, 12 * GST_SECOND, 2 * GST_SECOND, 0);
    assert_moment(f, 13 * GST_SECOND, 3 * GST_SECOND, GST_SECOND);
    /* Reversed at 13 s, three seconds of running time after 10 s. */
    f->segment.rate = -2.0;
    f->segment.stop = 13 * GST_SECOND;
    f->segment.base = 3 * GST_SECOND;
    assert_moment(f, 13 * GST_SECOND, 3 * GST_SECOND, GST_SECOND);
    assert_moment(f, 11 * GST_SECOND, GST_SECOND, 3 * GST_SECOND);
    /* Upstream plays backwards, so that times grow. */
    gst_segment_init(&f->segment, GST_FORMAT_TIME);
    f->segment.applied_rate = -1.0;
    f->segment.stop = 10 * GST_SECOND;
    f->segment.base = 4 * GST_SECOND;
    assert_moment(f, 0, 10 * GST_SECOND, 3 * GST_SECOND);
    assert_moment(f, GST_SECOND, 9 * GST_SECOND, 4 * GST_SECOND);
}

/* Slightly out of order, and starting again. */
static void
test_backwards(Fixture *f, gconstpointer data)
{
    assert_moment(f, 5 * GST_SECOND, 5 * GST_SECOND, 0);
    assert_moment(f, 5 * GST_SECOND + FRAME, 5 * GST_SECOND + FRAME, FRAME);
    assert_moment(f, 5 * GST_SECOND, 5 * GST_SECOND, FRAME);
    assert_moment(f, 5 * GST_SECOND + 2 * FRAME, 5 * GST_SECOND + 2 * FRAME, 2 * FRAME);
    assert_moment(f, 0, 0, 2 * FRAME);
    assert_moment(f, FRAME, FRAME, 3 * FRAME);
}

static void
test_untimed(Fixture *f, gconstpointer data)
{
    assert_moment(f, 0, 0, 0);
    assert_moment(f, NONE, NONE, FRAME);
    assert_moment(f, 2 * FRAME, 2 * FRAME, 2 * FRAME);
    assert_moment(f, NONE, NONE, 3 * FRAME);
    assert_moment(f, NONE, NONE, 4 * FRAME);
    /* Times that grow more slowly than by the framerate do not go back. */
    assert_moment(f, 3 * FRAME, 3 * FRAME, 4 * FRAME);
    assert_moment(f, 4 * FRAME, 4 * FRAME, 5 * FRAME);
    /* Outside of its segment a frame has no time. */
    f->segment.stop = GST_SECOND;
    assert_moment(f, 2 * GST_SECOND, NONE, 6 * FRAME);
    GST_VIDEO_INFO_FPS_N(&f->info) = 0;
    assert_moment(f, NONE, NONE, NONE);
    assert_moment(f, 6 * FRAME, 6 * FRAME, 7 * FRAME);
}

static void
test_other_format(Fixture *f, gconstpointer data)
{
    gst_segment_init(&f->segment, GST_FORMAT_BYTES);
    assert_moment(f, GST_SECOND, GST_SECOND, 0);
    assert_moment(f, 2 * GST_SECOND, 2 * GST_SECOND, GST_SECOND);
    assert_moment(f, NONE, NONE, GST_SECOND + FRAME);
}

/* Times and rates that no stream has. */
static void
test_extremes(Fixture *f, gconstpointer data)
{
    f->segment.rate = 1e300;
    f->segment.applied_rate = 1e300;
    for (guint i = 0; i < 20; i++)
        gst_efficientnet_timeline_advance(&f->timeline, &f->segment, i % 2 ? G_MAXUINT64 - i : i,
                                          &f->info);
    f->segment.rate = f->segment.applied_rate = 1.0;
    for (guint i = 0; i < 20; i++)
        gst_efficientnet_timeline_advance(&f->timeline, &f->segment, (i + 1) * (G_MAXUINT64 / 21),
                                          &f->info);
}

static void
test_apart(Fixture *f, gconstpointer data)
{
    GstEfficientNetMoment a = {5, 5}, b = {9, 8}, backwards = {2, 8}, far = {1000, 8};
    GstEfficientNetMoment untimed = {NONE, 8}, unknown = {NONE, NONE};

    g_assert_cmpuint(gst_efficientnet_moment_apart(&a, &a), ==, 0);
    g_assert_cmpuint(gst_efficientnet_moment_apart(&a, &b), ==, 4);
    g_assert_cmpuint(gst_efficientnet_moment_apart(&b, &a), ==, 4);
    g_assert_cmpuint(gst_efficientnet_moment_apart(&backwards, &a), ==, 3);
    g_assert_cmpuint(gst_efficientnet_moment_apart(&far, &a), ==, 995);
    g_assert_cmpuint(gst_efficientnet_moment_apart(&untimed, &a), ==, 3);
    g_assert_cmpuint(gst_efficientnet_moment_apart(&unknown, &a), ==, NONE);
    g_assert_cmpuint(gst_efficientnet_moment_apart(&a, &unknown), ==, NONE);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)
    ADD("/timeline/directions", test_directions);
    ADD("/timeline/backwards", test_backwards);
    ADD("/timeline/untimed", test_untimed);
    ADD("/timeline/other-format", test_other_format);
    ADD("/timeline/extremes", test_extremes);
    ADD("/timeline/apart", test_apart);
    return g_test_run();
}
