/* SPDX-License-Identifier: BSD-2-Clause */
#include "analytics.h"

#if EFFNET_HAVE_GST_ANALYTICS
#include <gst/analytics/analytics.h>

static const char *const labels[] = {"zero", "one", "two", NULL};

/* Takes the place of GStreamer 1.30's, as the plugin finds it: the tag that each id got. */
static const char *tags[8];

gboolean gst_analytics_mtd_set_semantic_tag(GstAnalyticsMtd *mtd, const gchar *tag);

gboolean
gst_analytics_mtd_set_semantic_tag(GstAnalyticsMtd *mtd, const gchar *tag)
{
    g_assert_cmpuint(mtd->id, <, G_N_ELEMENTS(tags));
    tags[mtd->id] = g_intern_string(tag);
    return TRUE;
}

static GstEfficientNetFinding *
make_finding(void)
{
    const GstEfficientNetSubject subject = {.roi_id = -1};
    const float scores[] = {0.25f, 0.75f, 0};

    return gst_efficientnet_finding_new(
        &subject, scores, 3, &(GstEfficientNetSelection){.top_k = 2, .threshold = 0}, NULL);
}

static void
test_frame(void)
{
    g_autoptr(GstEfficientNetFinding) finding = make_finding();
    GstBuffer *buffer = gst_buffer_new();
    GstAnalyticsRelationMeta *meta;
    GstAnalyticsClsMtd classes;
    gpointer state = NULL;

    gst_efficientnet_analytics_attach(buffer, finding, "gate", labels, NULL);
    meta = gst_buffer_get_analytics_relation_meta(buffer);
    g_assert_nonnull(meta);
    g_assert_true(gst_analytics_relation_meta_iterate(
        meta, &state, gst_analytics_cls_mtd_get_mtd_type(), &classes));
    g_assert_cmpuint(gst_analytics_cls_mtd_get_length(&classes), ==, 2);
    g_assert_cmpfloat(gst_analytics_cls_mtd_get_level(&classes, 0), ==, 0.75f);
    g_assert_cmpstr(g_quark_to_string(gst_analytics_cls_mtd_get_quark(&classes, 0)), ==, "one");
    g_assert_cmpstr(g_quark_to_string(gst_analytics_cls_mtd_get_quark(&classes, 1)), ==, "zero");
    g_assert_cmpstr(tags[classes.id], ==, "gate");
    gst_buffer_unref(buffer);
}

/* Results of two elements in a row differ in their tags, which detections have as well. */
static void
test_tags(void)
{
    g_autoptr(GstEfficientNetFinding) finding = make_finding();
    GstBuffer *buffer = gst_buffer_new();
    guint mtd;

    g_assert_true(gst_efficientnet_analytics_add_detection(
        buffer, finding, &(EffNetRect){.w = 4, .h = 4}, "gate", labels, &mtd));
    gst_efficientnet_analytics_attach(buffer, finding, "gate", labels, &mtd);
    gst_efficientnet_analytics_attach(buffer, finding, "parcel", labels, NULL);
    g_assert_cmpuint(mtd, ==, 0);
    g_assert_cmpstr(tags[0], ==, "gate");
    g_assert_cmpstr(tags[1], ==, "gate");
    g_assert_cmpstr(tags[2], ==, "parcel");
    gst_buffer_unref(buffer);
}

static void
test_detection(void)
{
    g_autoptr(GstEfficientNetFinding) finding = make_finding();
    g_autoptr(GArray) detections = NULL;
    GstBuffer *buffer = gst_buffer_new();
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(buffer);
    const GstEfficientNetDetection *detection;
    GstAnalyticsODMtd od;
    GstAnalyticsTrackingMtd tracking;
    GstAnalyticsClsMtd classes;
    gpointer state = NULL;

    g_assert_true(gst_analytics_relation_meta_add_od_mtd(meta, g_quark_from_static_string("cat"),
                                                         -5, 2, 30, 40, 0.9f, &od));
    g_assert_true(gst_analytics_relation_meta_add_tracking_mtd(meta, 77, 0, &tracking));
    g_assert_true(gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_RELATE_TO,
                                                           od.id, tracking.id));
    detections = gst_efficientnet_analytics_get_detections(buffer);
    g_assert_cmpuint(detections->len, ==, 1);
    detection = &g_array_index(detections, GstEfficientNetDetection, 0);
    g_assert_cmpuint(detection->rect.x, ==, 0);
    g_assert_cmpuint(detection->rect.w, ==, 25);
    g_assert_cmpuint(detection->rect.h, ==, 40);
    g_assert_cmpstr(g_quark_to_string(detection->type), ==, "cat");
    g_assert_cmpfloat(detection->confidence, ==, 0.9f);
    g_assert_true(detection->tracked);
    g_assert_cmpuint(detection->tracking_id, ==, 77);

    gst_efficientnet_analytics_attach(buffer, finding, "gate", labels, &detection->mtd);
    g_assert_true(gst_analytics_relation_meta_get_direct_related(
        meta, od.id, GST_ANALYTICS_REL_TYPE_CONTAIN, gst_analytics_cls_mtd_get_mtd_type(), &state,
        &classes));
    g_assert_cmpstr(g_quark_to_string(gst_analytics_cls_mtd_get_quark(&classes, 0)), ==, "one");
    g_assert_true(gst_analytics_relation_meta_get_relation(meta, classes.id, od.id) &
                  GST_ANALYTICS_REL_TYPE_IS_PART_OF);
    gst_buffer_unref(buffer);
}
#endif

static void
test_none(void)
{
    GstBuffer *buffer = gst_buffer_new();
    g_autoptr(GArray) detections = gst_efficientnet_analytics_get_detections(buffer);

    g_assert_cmpuint(detections->len, ==, 0);
    gst_buffer_unref(buffer);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/analytics/none", test_none);
#if EFFNET_HAVE_GST_ANALYTICS
    g_test_add_func("/analytics/frame", test_frame);
    g_test_add_func("/analytics/tags", test_tags);
    g_test_add_func("/analytics/detection", test_detection);
#endif
    return g_test_run();
}
