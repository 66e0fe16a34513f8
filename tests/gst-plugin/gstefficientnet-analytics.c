/* SPDX-License-Identifier: BSD-2-Clause */
/* What GStreamer's own users of GstAnalytics see. */
#include <gst/analytics/analytics.h>
#include <gst/efficientnet/meta.h>

#include "harness.h"
#include "results.h"

#define WIDTH  160
#define HEIGHT 120

static char *model, *caps;

/* A harness around efficientnet with PROPERTIES, followed by BEHIND. */
static GstHarness *
make_harness(const char *properties, const char *behind)
{
    g_autofree char *line = g_strdup_printf(
        "efficientnet name=net model=\"%s\" model-options=\"o,resolution=%d\" threads=1 %s %s",
        model, EFFNET_TEST_RESOLUTION, properties, behind);
    GstHarness *h = gst_harness_new_parse(line);

    g_assert_nonnull(h);
    gst_harness_set_src_caps_str(h, caps);
    return h;
}

static GstAnalyticsODMtd
add_detection(GstBuffer *buffer, const char *type, gint x, gint y, gint w, gint h)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(buffer);
    GstAnalyticsODMtd od;

    g_assert_true(gst_analytics_relation_meta_add_od_mtd(meta, g_quark_from_string(type), x, y, w,
                                                         h, 0.9f, &od));
    return od;
}

static guint
count(GstBuffer *buffer, GstAnalyticsMtdType type)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    GstAnalyticsMtd mtd;
    gpointer state = NULL;
    guint n = 0;

    while (meta && gst_analytics_relation_meta_iterate(meta, &state, type, &mtd))
        n++;
    return n;
}

/* The same as in the custom meta, sorted, wherever the frame went. */
static void
test_survives(void)
{
    GstHarness *h = make_harness("", "! tee ! queue ! videoconvert ! videoscale ! "
                                     "capsfilter caps=video/x-raw,format=I420,width=64,height=48");
    GstBuffer *buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(WIDTH, HEIGHT, 1));
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    GstAnalyticsClsMtd classes;
    GstEfficientNetResult result;
    gpointer state = NULL;

    g_assert_nonnull(meta);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_true(gst_analytics_relation_meta_iterate(
        meta, &state, gst_analytics_cls_mtd_get_mtd_type(), &classes));
    g_assert_cmpuint(gst_analytics_cls_mtd_get_length(&classes), ==, 5);
    g_assert_cmpuint(result.n_classes, ==, 5);
    for (guint i = 0; i < 5; i++) {
        gfloat level = gst_analytics_cls_mtd_get_level(&classes, i);

        g_assert_cmpfloat(level, ==, gst_efficientnet_result_get_score(&result, i));
        g_assert_cmpstr(g_quark_to_string(gst_analytics_cls_mtd_get_quark(&classes, i)), ==,
                        gst_efficientnet_result_get_label(&result, i));
        if (i > 0)
            g_assert_cmpfloat(level, <=, gst_analytics_cls_mtd_get_level(&classes, i - 1));
    }
    g_assert_cmpuint(count(buffer, gst_analytics_cls_mtd_get_mtd_type()), ==, 1);
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

/* Each object once, whether it is a detection, a region, or both; a detection's classes are related
 * to it, and it to them. */
static void
test_objects(void)
{
    const GstAnalyticsRelTypes down =
        GST_ANALYTICS_REL_TYPE_CONTAIN | GST_ANALYTICS_REL_TYPE_RELATE_TO;
    GstHarness *h = make_harness("inference-region=roi-list", "");
    GstBuffer *buffer = effnet_test_make_rgb(WIDTH, HEIGHT, 2);
    GstAnalyticsODMtd both, alone;
    GstAnalyticsRelationMeta *meta;

    both = add_detection(buffer, "cat", 10, 10, 40, 30);
    alone = add_detection(buffer, "dog", 80, 50, 30, 30);
    gst_buffer_add_video_region_of_interest_meta(buffer, "cat", 10, 10, 40, 30);
    gst_buffer_add_video_region_of_interest_meta(buffer, "bird", 100, 10, 20, 20);
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_cmpuint(effnet_test_count_results(buffer), ==, 3);
    g_assert_cmpuint(count(buffer, gst_analytics_cls_mtd_get_mtd_type()), ==, 3);
    g_assert_cmpuint(count(buffer, gst_analytics_od_mtd_get_mtd_type()), ==, 2);
    meta = gst_buffer_get_analytics_relation_meta(buffer);
    for (guint i = 0; i < 2; i++) {
        guint od = i == 0 ? both.id : alone.id;
        GstAnalyticsClsMtd classes, another;
        gpointer state = NULL;

        g_assert_true(gst_analytics_relation_meta_get_direct_related(
            meta, od, GST_ANALYTICS_REL_TYPE_RELATE_TO, gst_analytics_cls_mtd_get_mtd_type(),
            &state, &classes));
        g_assert_cmpuint(gst_analytics_cls_mtd_get_length(&classes), ==, 5);
        g_assert_true(gst_analytics_relation_meta_get_relation(meta, od, classes.id) == down);
        g_assert_true(gst_analytics_relation_meta_get_relation(meta, classes.id, od) ==
                      GST_ANALYTICS_REL_TYPE_IS_PART_OF);
        g_assert_false(gst_analytics_relation_meta_get_direct_related(
            meta, od, GST_ANALYTICS_REL_TYPE_RELATE_TO, gst_analytics_cls_mtd_get_mtd_type(),
            &state, &another));
    }
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

/* A tracked detection keeps its result until it is classified again. */
static void
test_tracked(void)
{
    GstHarness *h = make_harness("inference-region=roi-list reclassify-interval=3", "");

    for (guint i = 0; i < 7; i++) {
        GstBuffer *buffer = effnet_test_make_rgb(WIDTH, HEIGHT, i);
        GstAnalyticsODMtd od = add_detection(buffer, "cat", 10 + (gint)i, 10, 40, 30);
        GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
        GstAnalyticsTrackingMtd tracking;
        GstEfficientNetResult result;

        g_assert_true(gst_analytics_relation_meta_add_tracking_mtd(meta, 5, 0, &tracking));
        g_assert_true(gst_analytics_relation_meta_set_relation(
            meta, GST_ANALYTICS_REL_TYPE_RELATE_TO, od.id, tracking.id));
        buffer = gst_harness_push_and_pull(h, buffer);
        g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
        g_assert_cmpuint(result.age, ==, i % 3);
        g_assert_cmpint(result.x, ==, 10 + (gint)i);
        g_assert_cmpuint(count(buffer, gst_analytics_cls_mtd_get_mtd_type()), ==, 1);
        gst_buffer_unref(buffer);
    }
    gst_harness_teardown(h);
}

/* On request, the frame or its zone is an object of its first class, which the classes are of. */
static void
test_frame(gconstpointer roi)
{
    g_autofree char *properties = g_strdup_printf("meta=analytics+frame%s%s", roi ? " roi=" : "",
                                                  roi ? (const char *)roi : "");
    GstHarness *h = make_harness(properties, "! identity");
    GstBuffer *buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(WIDTH, HEIGHT, 1));
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    GstEfficientNetResult result;
    GstAnalyticsClsMtd classes;
    GstAnalyticsODMtd od;
    gpointer state = NULL;
    gint x, y, width, height;
    gfloat confidence;

    g_assert_nonnull(meta);
    g_assert_cmpuint(count(buffer, gst_analytics_od_mtd_get_mtd_type()), ==, 1);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_true(gst_analytics_relation_meta_iterate(meta, &state,
                                                      gst_analytics_od_mtd_get_mtd_type(), &od));
    g_assert_true(gst_analytics_od_mtd_get_location(&od, &x, &y, &width, &height, &confidence));
    g_assert_cmpint(x, ==, roi ? 20 : 0);
    g_assert_cmpint(y, ==, roi ? 30 : 0);
    g_assert_cmpint(width, ==, roi ? 50 : WIDTH);
    g_assert_cmpint(height, ==, roi ? 40 : HEIGHT);
    g_assert_cmpfloat(confidence, ==, gst_efficientnet_result_get_score(&result, 0));
    g_assert_cmpstr(g_quark_to_string(gst_analytics_od_mtd_get_obj_type(&od)), ==,
                    gst_efficientnet_result_get_label(&result, 0));
    state = NULL;
    g_assert_true(gst_analytics_relation_meta_get_direct_related(
        meta, od.id, GST_ANALYTICS_REL_TYPE_RELATE_TO, gst_analytics_cls_mtd_get_mtd_type(), &state,
        &classes));
    g_assert_cmpuint(gst_analytics_cls_mtd_get_length(&classes), ==, 5);
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

static GstBuffer *
draw(const char *properties)
{
    GstHarness *h =
        make_harness(properties, "! videoconvert ! objectdetectionoverlay ! videoconvert ! "
                                 "capsfilter caps=video/x-raw,format=RGB");
    GstBuffer *buffer = effnet_test_make_rgb(WIDTH, HEIGHT, 2);

    add_detection(buffer, "cat", 20, 40, 100, 60);
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_nonnull(buffer);
    gst_harness_teardown(h);
    return buffer;
}

/* GStreamer's own overlay writes the best class beside the object. */
static void
test_drawn(void)
{
    GstElementFactory *factory = gst_element_factory_find("objectdetectionoverlay");
    GstBuffer *with, *without, *frame;
    GstMapInfo map;

    if (!factory) {
        g_test_skip("objectdetectionoverlay (gstreamer1.0-plugins-bad) is missing");
        return;
    }
    with = draw("inference-region=roi-list");
    without = draw("inference-region=roi-list object-class=dog");
    frame = draw("meta=analytics+frame");
    g_assert_true(gst_buffer_map(without, &map, GST_MAP_READ));
    g_assert_cmpint(gst_buffer_memcmp(with, 0, map.data, map.size), !=, 0);
    g_assert_cmpint(gst_buffer_memcmp(frame, 0, map.data, map.size), !=, 0);
    gst_buffer_unmap(without, &map);
    gst_buffer_unref(with);
    gst_buffer_unref(without);
    gst_buffer_unref(frame);
    gst_object_unref(factory);
}

/* With meta set to no form, only the custom meta is there. */
static void
test_not_asked_for(void)
{
    GstHarness *h = make_harness("meta=0", "! identity");
    GstBuffer *buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(WIDTH, HEIGHT, 1));

    g_assert_cmpuint(effnet_test_count_results(buffer), ==, 1);
    g_assert_cmpuint(count(buffer, gst_analytics_cls_mtd_get_mtd_type()), ==, 0);
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

int
main(int argc, char **argv)
{
    int ret;

    model = effnet_test_begin(&argc, &argv);
    caps = effnet_test_make_caps("RGB", WIDTH, HEIGHT);
    g_test_add_func("/analytics/survives", test_survives);
    g_test_add_func("/analytics/objects", test_objects);
    g_test_add_func("/analytics/tracked", test_tracked);
    g_test_add_data_func("/analytics/frame", NULL, test_frame);
    g_test_add_data_func("/analytics/zone", "20,30,50,40", test_frame);
    g_test_add_func("/analytics/drawn", test_drawn);
    g_test_add_func("/analytics/not-asked-for", test_not_asked_for);
    ret = effnet_test_run(model);
    g_free(caps);
    return ret;
}
