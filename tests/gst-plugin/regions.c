/* SPDX-License-Identifier: BSD-2-Clause */
#include "regions.h"

#if EFFNET_HAVE_GST_ANALYTICS
#include <gst/analytics/analytics.h>
#endif

typedef struct {
    GstBuffer *buffer;
    GArray *regions;
    GstEfficientNetFrameSettings settings;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->buffer = gst_buffer_new();
    f->regions = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetRegion));
    f->settings = gst_efficientnet_frame_defaults;
    f->settings.inference_region = GST_EFFICIENTNET_INFERENCE_REGION_ROI_LIST;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    gst_buffer_unref(f->buffer);
    g_array_unref(f->regions);
}

static GstVideoRegionOfInterestMeta *
add(Fixture *f, const char *type, guint x, guint y, guint w, guint h)
{
    return gst_buffer_add_video_region_of_interest_meta(f->buffer, type, x, y, w, h);
}

static const GstEfficientNetRegion *
get(Fixture *f, guint i)
{
    g_assert_cmpuint(i, <, f->regions->len);
    return &g_array_index(f->regions, GstEfficientNetRegion, i);
}

static guint
collect(Fixture *f)
{
    gst_efficientnet_regions_collect(f->regions, f->buffer, &f->settings, 100, 80);
    return f->regions->len;
}

static void
assert_rect(const EffNetRect *rect, guint x, guint y, guint w, guint h)
{
    g_assert_cmpuint(rect->x, ==, x);
    g_assert_cmpuint(rect->y, ==, y);
    g_assert_cmpuint(rect->w, ==, w);
    g_assert_cmpuint(rect->h, ==, h);
}

static void
test_frame(Fixture *f, gconstpointer data)
{
    f->settings.inference_region = GST_EFFICIENTNET_INFERENCE_REGION_FULL_FRAME;
    add(f, "cat", 1, 2, 3, 4);
    g_assert_cmpuint(collect(f), ==, 1);
    g_assert_cmpint(get(f, 0)->key, ==, GST_EFFICIENTNET_KEY_FRAME);
    g_assert_cmpint(get(f, 0)->roi_id, ==, -1);
    assert_rect(&get(f, 0)->rect, 0, 0, 100, 80);
    f->settings.roi = (GstEfficientNetZone){90, 20, 50, 30, FALSE};
    g_assert_cmpuint(collect(f), ==, 1);
    assert_rect(&get(f, 0)->rect, 90, 20, 10, 30);
    f->settings.roi = (GstEfficientNetZone){100, 20, 50, 30, FALSE};
    g_assert_cmpuint(collect(f), ==, 0);
}

/* Zones in shares of a frame of 100 x 80 pixels. */
static void
test_shares(Fixture *f, gconstpointer data)
{
    static const struct {
        GstEfficientNetZone zone;
        EffNetRect rect;
    } rows[] = {
        {{0, 0, 1, 1, TRUE}, {0, 0, 100, 80}},
        {{0.25, 0.5, 0.5, 0.25, TRUE}, {25, 40, 50, 20}},
        {{0.5, 0, 1, 1, TRUE}, {50, 0, 50, 80}},
        {{0, 0, 1.0 / 3, 1, TRUE}, {0, 0, 33, 80}},
        {{1.0 / 3, 0, 1.0 / 3, 1, TRUE}, {33, 0, 34, 80}}, /* side by side */
        {{0.999, 0, 0.001, 0.001, TRUE}, {99, 0, 1, 1}},
        {{0, 0, 0.001, 0.001, TRUE}, {0, 0, 1, 1}},
    };

    f->settings.inference_region = GST_EFFICIENTNET_INFERENCE_REGION_FULL_FRAME;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        f->settings.roi = rows[i].zone;
        g_assert_cmpuint(collect(f), ==, 1);
        assert_rect(&get(f, 0)->rect, rows[i].rect.x, rows[i].rect.y, rows[i].rect.w,
                    rows[i].rect.h);
    }
    f->settings.roi = (GstEfficientNetZone){1, 0, 0.5, 1, TRUE};
    g_assert_cmpuint(collect(f), ==, 0);
}

static void
test_rois(Fixture *f, gconstpointer data)
{
    g_assert_cmpuint(collect(f), ==, 0);
    add(f, "cat", 1, 2, 3, 4)->id = 7;
    add(f, "dog", 90, 70, 1000, G_MAXUINT);
    add(f, "cow", 100, 0, 5, 5);
    add(f, "fly", 5, 5, 0, 5);
    g_assert_cmpuint(collect(f), ==, 2);
    assert_rect(&get(f, 0)->rect, 1, 2, 3, 4);
    g_assert_cmpint(get(f, 0)->roi_id, ==, 7);
    g_assert_cmpstr(g_quark_to_string(get(f, 0)->roi->roi_type), ==, "cat");
    assert_rect(&get(f, 1)->rect, 90, 70, 10, 10);
    g_assert_cmpint(get(f, 1)->key, ==, GST_EFFICIENTNET_KEY_UNTRACKED);
}

static void
test_filters(Fixture *f, gconstpointer data)
{
    add(f, "cat", 0, 0, 30, 30);
    add(f, "dog", 40, 0, 30, 8);
    add(f, "cow", 60, 40, 30, 30);
    f->settings.object_class = "cat, cow";
    g_assert_cmpuint(collect(f), ==, 2);
    f->settings.object_class = "ca";
    g_assert_cmpuint(collect(f), ==, 0);
    f->settings.object_class = "";
    g_assert_cmpuint(collect(f), ==, 3);
    f->settings.min_object_size = 9;
    g_assert_cmpuint(collect(f), ==, 2);
    f->settings.roi = (GstEfficientNetZone){50, 0, 50, 80, FALSE};
    g_assert_cmpuint(collect(f), ==, 1);
    g_assert_cmpstr(g_quark_to_string(get(f, 0)->type), ==, "cow");
}

/* A tracker's id precedes the meta's own; the two never mean the same. */
static void
test_keys(Fixture *f, gconstpointer data)
{
    GstVideoRegionOfInterestMeta *tracked;
    gint64 first, second;

    add(f, "cat", 0, 0, 10, 10)->id = 7;
    tracked = add(f, "cat", 20, 0, 10, 10);
    tracked->id = 3;
    gst_video_region_of_interest_meta_add_param(
        tracked, gst_structure_new("object_id", "id", G_TYPE_INT, 7, NULL));
    add(f, "cat", 40, 0, 10, 10)->id = 7;
    add(f, "cat", 60, 0, 10, 10)->id = -1;
    g_assert_cmpuint(collect(f), ==, 4);
    first = get(f, 0)->key;
    second = get(f, 1)->key;
    g_assert_cmpint(first, !=, second);
    g_assert_cmpint(first, !=, GST_EFFICIENTNET_KEY_UNTRACKED);
    g_assert_cmpint(second, !=, GST_EFFICIENTNET_KEY_UNTRACKED);
    g_assert_cmpint(get(f, 1)->roi_id, ==, 3);
    g_assert_cmpint(get(f, 2)->key, ==, GST_EFFICIENTNET_KEY_UNTRACKED);
    g_assert_cmpint(get(f, 3)->key, ==, GST_EFFICIENTNET_KEY_UNTRACKED);
    collect(f);
    g_assert_cmpint(get(f, 0)->key, ==, first);
    g_assert_cmpint(get(f, 1)->key, ==, second);
}

#if EFFNET_HAVE_GST_ANALYTICS
static guint
detect(GstAnalyticsRelationMeta *meta, const char *type, gint x, gint y, gint w, gint h)
{
    GstAnalyticsODMtd od;

    g_assert_true(gst_analytics_relation_meta_add_od_mtd(meta, g_quark_from_string(type), x, y, w,
                                                         h, 0.5f, &od));
    return od.id;
}

/* An object in both forms is one region; two objects in the same place are two. */
static void
test_both_forms(Fixture *f, gconstpointer data)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(f->buffer);
    GstAnalyticsTrackingMtd tracking;
    guint cat, dog, cow;
    gint64 key;

    add(f, "cat", 10, 10, 20, 20)->id = 5;
    cat = detect(meta, "cat", 11, 10, 19, 21);
    dog = detect(meta, "dog", 10, 10, 20, 20);
    cow = detect(meta, "cow", -10, 40, 30, 30);
    g_assert_cmpuint(collect(f), ==, 3);
    g_assert_nonnull(get(f, 0)->roi);
    g_assert_true(get(f, 0)->has_mtd);
    g_assert_cmpuint(get(f, 0)->mtd, ==, cat);
    g_assert_cmpint(get(f, 0)->roi_id, ==, 5);
    g_assert_null(get(f, 1)->roi);
    g_assert_cmpuint(get(f, 1)->mtd, ==, dog);
    g_assert_cmpint(get(f, 1)->key, ==, GST_EFFICIENTNET_KEY_UNTRACKED);
    g_assert_cmpuint(get(f, 2)->mtd, ==, cow);
    g_assert_cmpint(get(f, 2)->roi_id, ==, (gint)cow);
    assert_rect(&get(f, 2)->rect, 0, 40, 20, 30);

    g_assert_true(gst_analytics_relation_meta_add_tracking_mtd(meta, 99, 0, &tracking));
    g_assert_true(gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_RELATE_TO,
                                                           cow, tracking.id));
    collect(f);
    key = get(f, 2)->key;
    g_assert_cmpint(key, !=, GST_EFFICIENTNET_KEY_UNTRACKED);
    collect(f);
    g_assert_cmpint(get(f, 2)->key, ==, key);
    f->settings.object_class = "cow";
    g_assert_cmpuint(collect(f), ==, 1);
}
#endif

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)
    ADD("/regions/frame", test_frame);
    ADD("/regions/shares", test_shares);
    ADD("/regions/rois", test_rois);
    ADD("/regions/filters", test_filters);
    ADD("/regions/keys", test_keys);
#if EFFNET_HAVE_GST_ANALYTICS
    ADD("/regions/both-forms", test_both_forms);
#endif
    return g_test_run();
}
