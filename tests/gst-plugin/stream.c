/* SPDX-License-Identifier: BSD-2-Clause */
/* Gates, smoothing and regions, as seen on a stream's buffers. */
#include <effnet/effnet.h>
#include <gst/efficientnet/meta.h>
#include <string.h>

#include "harness.h"
#include "results.h"

#define WIDTH  60
#define HEIGHT 40

static char *model;
static char *caps;

static GstBuffer *
make_frame(guint number, guint seed)
{
    GstBuffer *buffer = effnet_test_make_rgb(WIDTH, HEIGHT, seed);

    GST_BUFFER_PTS(buffer) = number * GST_SECOND / 30;
    return buffer;
}

static GstVideoRegionOfInterestMeta *
add_roi(GstBuffer *buffer, gint id, guint x, guint y, guint w, guint h)
{
    GstVideoRegionOfInterestMeta *roi =
        gst_buffer_add_video_region_of_interest_meta(buffer, "cat", x, y, w, h);

    roi->id = id;
    return roi;
}

static void
assert_age(GstBuffer *buffer, guint i, guint age)
{
    GstEfficientNetResult result;

    g_assert_true(gst_efficientnet_buffer_get_result(buffer, i, &result));
    g_assert_cmpuint(result.age, ==, age);
}

static void
pass_for_scores(GstHarness *h, GstBuffer *frame, float scores[EFFNET_TEST_CLASSES])
{
    GstBuffer *buffer = gst_harness_push_and_pull(h, frame);

    effnet_test_read_scores(buffer, 0, scores);
    gst_buffer_unref(buffer);
}

static void
assert_equal(const float *a, const float *b)
{
    for (guint k = 0; k < EFFNET_TEST_CLASSES; k++)
        g_assert_cmpfloat(a[k], ==, b[k]);
}

static void
test_max_rate(void)
{
    GstHarness *h = effnet_test_make_harness(model, "max-rate=2/1", caps);

    for (guint i = 0; i < 91; i++) {
        GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(i, 1));

        assert_age(buffer, 0, i % 15);
        gst_buffer_unref(buffer);
    }
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 7);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "held"), ==, 84);
    g_object_set(h->element, "max-rate", 0, 1, NULL);
    gst_buffer_unref(gst_harness_push_and_pull(h, make_frame(91, 1)));
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 8);
    gst_harness_teardown(h);
}

/* Stream time counts, not running time: at a rate of 2, a second shows twice as much. */
static void
test_max_rate_segment(void)
{
    GstHarness *h = effnet_test_make_harness(model, "max-rate=2/1", caps);
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    segment.start = segment.time = 0;
    segment.rate = 2.0;
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
    for (guint i = 0; i < 60; i++)
        gst_buffer_unref(gst_harness_push_and_pull(h, make_frame(i, 1)));
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 4);
    gst_harness_teardown(h);
}

static void
test_change_threshold(void)
{
    GstHarness *h = effnet_test_make_harness(model, "change-threshold=0.02", caps);

    for (guint i = 0; i < 40; i++) {
        GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(i, i / 10));

        assert_age(buffer, 0, i % 10);
        gst_buffer_unref(buffer);
    }
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 4);
    gst_harness_teardown(h);
}

static void
test_smoothing(void)
{
    GstHarness *h = effnet_test_make_harness(model, "activation=none top-k=10", caps);
    float a[EFFNET_TEST_CLASSES], b[EFFNET_TEST_CLASSES], mixed[EFFNET_TEST_CLASSES];
    GstSegment segment;

    gst_segment_init(&segment, GST_FORMAT_TIME);
    pass_for_scores(h, make_frame(0, 1), a);
    pass_for_scores(h, make_frame(1, 2), b);
    g_object_set(h->element, "smoothing", 0.75f, NULL);
    pass_for_scores(h, make_frame(2, 1), mixed);
    assert_equal(mixed, a);
    pass_for_scores(h, make_frame(3, 2), mixed);
    for (guint k = 0; k < EFFNET_TEST_CLASSES; k++)
        g_assert_cmpfloat_with_epsilon(mixed[k], 0.75f * a[k] + 0.25f * b[k], 1e-4f);
    /* A flush forgets. */
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
    g_assert_true(gst_harness_push_event(h, gst_event_new_flush_stop(TRUE)));
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment(&segment)));
    pass_for_scores(h, make_frame(4, 2), mixed);
    assert_equal(mixed, b);
    gst_harness_teardown(h);
}

static void
test_embedding(void)
{
    GstHarness *h = effnet_test_make_harness(model, "embedding=true", caps);
    GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(0, 1));
    GstEfficientNetResult result;
    GBytes *bytes = NULL;
    const float *features;
    gsize size;
    float sum = 0;

    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_true(gst_structure_get(result.structure, "embedding", G_TYPE_BYTES, &bytes, NULL));
    features = g_bytes_get_data(bytes, &size);
    g_assert_cmpuint(size, ==, 1280 * sizeof(float));
    for (guint i = 0; i < 1280; i++) {
        g_assert_true(features[i] >= 0 && features[i] <= 6); /* pooled ReLU6 */
        sum += features[i];
    }
    g_assert_cmpfloat(sum, >, 0);
    g_bytes_unref(bytes);
    gst_buffer_unref(buffer);
    g_object_set(h->element, "embedding", FALSE, NULL);
    buffer = gst_harness_push_and_pull(h, make_frame(1, 1));
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_false(gst_structure_has_field(result.structure, "embedding"));
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

/* Reads the heatmap of a frame with seed 1, 3 x 3, and returns its class. */
static gint
pass_for_heatmap(GstHarness *h, float map[9], EffNetView *view)
{
    GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(0, 1));
    GstEfficientNetResultHeatmap heatmap;
    GstEfficientNetResult result;

    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_true(gst_efficientnet_result_get_heatmap(&result, &heatmap));
    g_assert_cmpuint(heatmap.size, ==, 3);
    memcpy(map, heatmap.values, 9 * sizeof *map);
    *view = (EffNetView){heatmap.x, heatmap.y, heatmap.w, heatmap.h};
    g_assert_cmpint(heatmap.index, ==, gst_efficientnet_result_get_index(&result, 0));
    gst_buffer_unref(buffer);
    return heatmap.index;
}

/* The engine's map of the same frame. */
static void
expect_heatmap(guint class, float map[9])
{
    const EffNetModelOptions options = {.resolution = 96, .precision = EFFNET_PRECISION_FP32};
    g_autoptr(EffNetModel) opened = effnet_model_open(model, &options, NULL);
    g_autoptr(EffNetSession) session = effnet_session_new(opened, 1, 1, NULL);
    const EffNetResize stretch = {.mode = EFFNET_RESIZE_STRETCH};
    GstBuffer *frame = make_frame(0, 1);
    GstVideoInfo info;
    GstVideoFrame pixels;

    gst_video_info_set_format(&info, GST_VIDEO_FORMAT_RGB, WIDTH, HEIGHT);
    g_assert_true(gst_video_frame_map(&pixels, &info, frame, GST_MAP_READ));
    g_assert_true(effnet_session_set_heatmaps(session, TRUE, NULL));
    g_assert_true(effnet_session_set_resize(session, &stretch, NULL));
    g_assert_true(effnet_session_set_frame(
        session, 0,
        &(EffNetFrame){.format = EFFNET_PIXEL_RGB,
                       .width = WIDTH,
                       .height = HEIGHT,
                       .plane = {GST_VIDEO_FRAME_PLANE_DATA(&pixels, 0)},
                       .stride = {GST_VIDEO_FRAME_PLANE_STRIDE(&pixels, 0)}},
        NULL));
    effnet_session_run(session, 1);
    effnet_session_get_heatmap(session, 0, class, map);
    gst_video_frame_unmap(&pixels);
    gst_buffer_unref(frame);
}

/* Alone or in a batch, maps are the engine's; switched on and off while frames flow. */
static void
test_heatmap(gconstpointer batch)
{
    g_autofree char *description = g_strdup_printf(
        "precision=fp32 model-options=resolution=96 resize-mode=stretch heatmap=true %s",
        (const char *)batch);
    GstHarness *h = effnet_test_make_harness(model, description, caps);
    float map[9], expected[9];
    EffNetView view;
    gint class = pass_for_heatmap(h, map, &view);

    expect_heatmap((guint) class, expected);
    g_assert_cmpmem(map, sizeof map, expected, sizeof expected);
    g_assert_true(view.x == 0 && view.y == 0 && view.w == 1 && view.h == 1);
    gst_util_set_object_arg(G_OBJECT(h->element), "resize-mode", "letterbox");
    pass_for_heatmap(h, map, &view);
    g_assert_true(view.x == 0 && view.w == 1);
    g_assert_cmpfloat_with_epsilon(view.y, -0.25, 1e-6);
    g_assert_cmpfloat_with_epsilon(view.h, 1.5, 1e-6);
    gst_harness_teardown(h);
}

static void
test_no_heatmap(void)
{
    GstHarness *h = effnet_test_make_harness(model, "", caps);
    GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(0, 1));
    GstEfficientNetResultHeatmap heatmap;
    GstEfficientNetResult result;

    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_false(gst_efficientnet_result_get_heatmap(&result, &heatmap));
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

/* A zone gives the same as a frame that was cut to it. */
static void
test_zone(void)
{
    GstHarness *h = effnet_test_make_harness(
        model, "activation=none top-k=10 roi=\"10,5,30,20\" resize-mode=stretch", caps);
    GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(0, 1)), *cropped;
    float zone[EFFNET_TEST_CLASSES], cut[EFFNET_TEST_CLASSES];
    GstEfficientNetResult result;
    GstVideoCropMeta *crop;

    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpint(result.x, ==, 10);
    g_assert_cmpint(result.y, ==, 5);
    g_assert_cmpint(result.w, ==, 30);
    g_assert_cmpint(result.h, ==, 20);
    g_assert_cmpint(result.width, ==, WIDTH);
    g_assert_cmpint(result.roi_id, ==, -1);
    effnet_test_read_scores(buffer, 0, zone);
    gst_buffer_unref(buffer);

    g_object_set(h->element, "roi", NULL, NULL);
    cropped = make_frame(1, 1);
    crop = gst_buffer_add_video_crop_meta(cropped);
    crop->x = 10;
    crop->y = 5;
    crop->width = 30;
    crop->height = 20;
    pass_for_scores(h, cropped, cut);
    assert_equal(cut, zone);

    /* Outside of the frame there is nothing to see. */
    g_object_set(h->element, "roi", "60,0,5,5", NULL);
    buffer = gst_harness_push_and_pull(h, make_frame(2, 1));
    g_assert_cmpuint(effnet_test_count_results(buffer), ==, 0);
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

/* A wrong zone is reported on the bus, and the old one kept. */
static void
test_wrong_zone(void)
{
    GstHarness *h = effnet_test_make_harness(model, "roi=\"1,2,30,4\"", caps);
    GstBus *bus = effnet_test_watch(h);
    GstMessage *message;
    char *text;

    g_object_set(h->element, "roi", "1,2,x,4", NULL);
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING);
    g_assert_nonnull(message);
    gst_message_unref(message);
    g_object_get(h->element, "roi", &text, NULL);
    g_assert_cmpstr(text, ==, "1,2,30,4");
    g_free(text);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

/* Each region gives the same as alone as a zone, whatever else is in the frame. */
static void
test_regions(void)
{
    GstHarness *h = effnet_test_make_harness(
        model, "activation=none top-k=10 inference-region=roi-list meta=roi", caps);
    float expected[EFFNET_TEST_CLASSES], scores[EFFNET_TEST_CLASSES];
    GstBuffer *frame = make_frame(0, 1), *buffer;
    GstVideoRegionOfInterestMeta *roi;
    gpointer state = NULL;

    for (guint i = 0; i < 40; i++)
        add_roi(frame, (gint)i % 3, i % 20, i % 10, 20 + i % 7, 15);
    buffer = gst_harness_push_and_pull(h, frame);
    g_assert_cmpuint(effnet_test_count_results(buffer), ==, 40);
    while ((roi = (gpointer)gst_buffer_iterate_meta_filtered(
                buffer, &state, GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE)))
        g_assert_nonnull(gst_video_region_of_interest_meta_get_param(roi, "efficientnet"));
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 40);

    gst_util_set_object_arg(G_OBJECT(h->element), "inference-region", "full-frame");
    for (guint i = 0; i < 40; i += 7) {
        GstEfficientNetResult result;
        g_autofree char *zone = NULL;

        g_assert_true(gst_efficientnet_buffer_get_result(buffer, i, &result));
        zone = g_strdup_printf("%d,%d,%d,%d", result.x, result.y, result.w, result.h);
        effnet_test_read_scores(buffer, i, scores);
        g_object_set(h->element, "roi", zone, NULL);
        pass_for_scores(h, make_frame(1, 1), expected);
        assert_equal(scores, expected);
    }
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

static GstBuffer *
pass_regions(GstHarness *h, guint number, guint n)
{
    GstBuffer *frame = make_frame(number, number);

    for (guint i = 0; i < n; i++)
        add_roi(frame, (gint)i + 1, number, i, 20, 20);
    return gst_harness_push_and_pull(h, frame);
}

/* Known objects keep their results as they move; one that leaves and comes back is new. */
static void
test_reclassify(void)
{
    GstHarness *h =
        effnet_test_make_harness(model, "inference-region=roi-list reclassify-interval=5", caps);
    GstEfficientNetResult result;
    GstBuffer *buffer;

    for (guint i = 0; i < 10; i++) {
        buffer = pass_regions(h, i, 2);
        g_assert_cmpuint(effnet_test_count_results(buffer), ==, 2);
        g_assert_true(gst_efficientnet_buffer_get_result(buffer, 1, &result));
        g_assert_cmpuint(result.age, ==, i % 5);
        g_assert_cmpint(result.x, ==, (gint)i);
        g_assert_cmpint(result.y, ==, 1);
        g_assert_cmpint(result.roi_id, ==, 2);
        g_assert_cmpuint(result.pts, ==, i / 5 * 5 * GST_SECOND / 30);
        gst_buffer_unref(buffer);
    }
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 4);
    buffer = pass_regions(h, 10, 3); /* all: two in turn, one new */
    assert_age(buffer, 2, 0);
    gst_buffer_unref(buffer);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 7);
    buffer = pass_regions(h, 11, 1);
    g_assert_cmpuint(effnet_test_count_results(buffer), ==, 1);
    assert_age(buffer, 0, 1);
    gst_buffer_unref(buffer);
    buffer = pass_regions(h, 12, 3);
    assert_age(buffer, 0, 2);
    assert_age(buffer, 1, 0);
    assert_age(buffer, 2, 0);
    gst_buffer_unref(buffer);
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 9);
    gst_harness_teardown(h);
}

/* Results of untracked regions are not held; without regions there is nothing to do. */
static void
test_untracked(void)
{
    GstHarness *h =
        effnet_test_make_harness(model, "inference-region=roi-list inference-interval=2", caps);

    for (guint i = 0; i < 6; i++) {
        GstBuffer *frame = make_frame(i, 1), *buffer;

        add_roi(frame, 0, 5, 5, 20, 20);
        add_roi(frame, 0, 6, 6, 20, 20);
        buffer = gst_harness_push_and_pull(h, frame);
        g_assert_cmpuint(effnet_test_count_results(buffer), ==, i % 2 == 0 ? 2 : 0);
        gst_buffer_unref(buffer);
    }
    gst_buffer_unref(gst_harness_push_and_pull(h, make_frame(6, 1)));
    g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, 6);
    gst_harness_teardown(h);
}

/* On the worker, every region gets a turn, and every frame passes. */
static void
test_regions_skip(void)
{
    GstHarness *h = effnet_test_make_harness(
        model, "inference-region=roi-list late-policy=skip-inference", caps);
    guint most = 0, n = 0;

    for (; n < 100 || most < 40; n++) {
        GstBuffer *buffer = pass_regions(h, n % 30, 40);

        g_assert_cmpuint(n, <, 10000);
        most = MAX(most, effnet_test_count_results(buffer));
        gst_buffer_unref(buffer);
        g_usleep(2000);
    }
    g_assert_cmpuint(effnet_test_get_stat(h->element, "frames"), ==, n);
    gst_harness_teardown(h);
}

static float
best_score(GstHarness *h, guint seed)
{
    GstBuffer *buffer = gst_harness_push_and_pull(h, make_frame(seed, seed));
    GstEfficientNetResult result;
    float score;

    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    score = gst_efficientnet_result_get_score(&result, 0);
    gst_buffer_unref(buffer);
    return score;
}

/* With smoothing, a class that is gone for a single frame gives no message. */
static void
test_changes(gconstpointer smoothing)
{
    GstHarness *h = effnet_test_make_harness(model, "", caps);
    float one = best_score(h, 1), two = best_score(h, 2);
    guint strong = one > two ? 1 : 2, weak = 3 - strong, n = 0;
    GstBus *bus = effnet_test_watch(h);
    GstMessage *message;

    g_assert_true(gst_harness_push_event(h, gst_event_new_stream_start("another")));
    gst_harness_set_src_caps_str(h, caps);
    gst_util_set_object_arg(G_OBJECT(h->element), "post-messages", "changes");
    gst_util_set_object_arg(G_OBJECT(h->element), "smoothing", smoothing);
    g_object_set(h->element, "threshold", (one + two) / 2, NULL);
    for (guint i = 0; i < 20; i++)
        gst_buffer_unref(gst_harness_push_and_pull(h, make_frame(i, i % 5 == 3 ? weak : strong)));
    while ((message = gst_bus_pop_filtered(bus, GST_MESSAGE_ELEMENT))) {
        gst_message_unref(message);
        n++;
    }
    g_assert_cmpuint(n, ==, strcmp(smoothing, "0") == 0 ? 9 : 1);
    effnet_test_unwatch(h, bus);
    gst_harness_teardown(h);
}

int
main(int argc, char **argv)
{
    int ret;

    model = effnet_test_begin(&argc, &argv);
    caps = effnet_test_make_caps("RGB", WIDTH, HEIGHT);
    g_test_add_func("/stream/max-rate", test_max_rate);
    g_test_add_func("/stream/max-rate-segment", test_max_rate_segment);
    g_test_add_func("/stream/change-threshold", test_change_threshold);
    g_test_add_func("/stream/smoothing", test_smoothing);
    g_test_add_data_func("/stream/changes", "0", test_changes);
    g_test_add_data_func("/stream/changes-smooth", "0.001", test_changes);
    g_test_add_func("/stream/embedding", test_embedding);
    g_test_add_data_func("/stream/heatmap", "", test_heatmap);
    g_test_add_data_func("/stream/heatmap-batch", "model-instance-id=heat batch-size=2",
                         test_heatmap);
    g_test_add_func("/stream/no-heatmap", test_no_heatmap);
    g_test_add_func("/stream/zone", test_zone);
    g_test_add_func("/stream/wrong-zone", test_wrong_zone);
    g_test_add_func("/stream/regions", test_regions);
    g_test_add_func("/stream/reclassify", test_reclassify);
    g_test_add_func("/stream/untracked", test_untracked);
    g_test_add_func("/stream/regions-skip", test_regions_skip);
    ret = effnet_test_run(model);
    g_free(caps);
    return ret;
}
