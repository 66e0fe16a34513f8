/* SPDX-License-Identifier: BSD-2-Clause */
#include "regions.h"

#include <math.h>

#include "analytics.h"

/* The same object from two sources may have coordinates that were rounded differently. */
#define SAME_WITHIN 1

/* Cuts RECT to the frame; FALSE if nothing is left. */
static gboolean
cut(EffNetRect *rect, guint width, guint height)
{
    if (rect->w == 0 || rect->h == 0 || rect->x >= width || rect->y >= height)
        return FALSE;
    rect->w = MIN(rect->w, width - rect->x);
    rect->h = MIN(rect->h, height - rect->y);
    return TRUE;
}

/* From a zone's edges to the nearest between pixels, so that zones side by side stay so; but never
 * less than a pixel. */
static EffNetRect
scale_zone(const GstEfficientNetZone *zone, guint width, guint height)
{
    guint right = MAX((guint)((zone->x + zone->w) * width + 0.5), 1);
    guint bottom = MAX((guint)((zone->y + zone->h) * height + 0.5), 1);
    guint x = MIN((guint)(zone->x * width + 0.5), right - 1);
    guint y = MIN((guint)(zone->y * height + 0.5), bottom - 1);

    return (EffNetRect){x, y, right - x, bottom - y};
}

gboolean
gst_efficientnet_region_cut_zone(const GstEfficientNetFrameSettings *settings, guint width,
                                 guint height, EffNetRect *zone)
{
    const GstEfficientNetZone *roi = &settings->roi;

    if (roi->w == 0)
        *zone = (EffNetRect){0, 0, width, height};
    else if (roi->is_relative)
        *zone = scale_zone(roi, width, height);
    else
        *zone = (EffNetRect){(guint)roi->x, (guint)roi->y, (guint)roi->w, (guint)roi->h};
    return cut(zone, width, height);
}

static gboolean
has_middle_of(const EffNetRect *zone, const EffNetRect *rect)
{
    guint x = rect->x + rect->w / 2, y = rect->y + rect->h / 2;

    return x >= zone->x && x - zone->x < zone->w && y >= zone->y && y - zone->y < zone->h;
}

static gboolean
is_of_class(const char *classes, GQuark type)
{
    g_auto(GStrv) wanted = NULL;
    const char *name = g_quark_to_string(type);

    if (!classes || !*classes)
        return TRUE;
    wanted = g_strsplit(classes, ",", -1);
    for (guint i = 0; wanted[i]; i++) {
        if (g_strcmp0(g_strstrip(wanted[i]), name) == 0)
            return TRUE;
    }
    return FALSE;
}

/* Keeps ids of trackers apart from ids of the metas themselves. */
static gint64
make_key(guint64 id, gboolean of_meta)
{
    return (gint64)(id << 1 | of_meta);
}

/* The id that a tracker added to the meta, as DL Streamer's does, or else the meta's own, where 0
 * means unset. */
static gint64
roi_key(GstVideoRegionOfInterestMeta *roi)
{
    const GstStructure *object = gst_video_region_of_interest_meta_get_param(roi, "object_id");
    gint id;

    if (object && gst_structure_get_int(object, "id", &id))
        return make_key((guint)id, FALSE);
    return roi->id == 0 || roi->id == -1 ? GST_EFFICIENTNET_KEY_UNTRACKED
                                         : make_key((guint)roi->id, TRUE);
}

static void
append_rois(GArray *regions, GstBuffer *buffer)
{
    GstMeta *meta;
    gpointer state = NULL;

    while ((meta = gst_buffer_iterate_meta_filtered(buffer, &state,
                                                    GST_VIDEO_REGION_OF_INTEREST_META_API_TYPE))) {
        GstVideoRegionOfInterestMeta *roi = (GstVideoRegionOfInterestMeta *)meta;
        GstEfficientNetRegion region = {
            .key = roi_key(roi),
            .roi_id = roi->id,
            .rect = {roi->x, roi->y, roi->w, roi->h},
            .type = roi->roi_type,
            .confidence = NAN,
            .roi = roi,
        };

        g_array_append_val(regions, region);
    }
}

static gboolean
is_near(guint a, guint b)
{
    return MAX(a, b) - MIN(a, b) <= SAME_WITHIN;
}

static gboolean
is_same(const GstEfficientNetRegion *a, const GstEfficientNetRegion *b)
{
    return is_near(a->rect.x, b->rect.x) && is_near(a->rect.y, b->rect.y) &&
           is_near(a->rect.w, b->rect.w) && is_near(a->rect.h, b->rect.h);
}

/* Appends detections. If one also has a region-of-interest meta, among the first N_ROIS of REGIONS,
 * both become one region. */
static void
append_detections(GArray *regions, GstBuffer *buffer)
{
    g_autoptr(GArray) detections = gst_efficientnet_analytics_get_detections(buffer);
    guint n_rois = regions->len;

    for (guint i = 0; i < detections->len; i++) {
        const GstEfficientNetDetection *found =
            &g_array_index(detections, GstEfficientNetDetection, i);
        GstEfficientNetRegion region = {
            .key = found->tracked ? make_key(found->tracking_id, FALSE)
                                  : GST_EFFICIENTNET_KEY_UNTRACKED,
            .roi_id = (gint)found->mtd,
            .rect = found->rect,
            .type = found->type,
            .confidence = found->confidence,
            .has_mtd = TRUE,
            .mtd = found->mtd,
        };
        GstEfficientNetRegion *same = NULL;

        for (guint k = 0; k < n_rois && !same; k++) {
            GstEfficientNetRegion *roi = &g_array_index(regions, GstEfficientNetRegion, k);

            if (!roi->has_mtd && is_same(roi, &region))
                same = roi;
        }
        if (!same) {
            g_array_append_val(regions, region);
            continue;
        }
        same->has_mtd = TRUE;
        same->mtd = found->mtd;
        same->confidence = found->confidence;
        if (found->tracked)
            same->key = region.key;
    }
}

static gboolean
is_wanted(GstEfficientNetRegion *region, const GstEfficientNetFrameSettings *settings,
          const EffNetRect *zone, guint width, guint height)
{
    return cut(&region->rect, width, height) && has_middle_of(zone, &region->rect) &&
           MIN(region->rect.w, region->rect.h) >= settings->min_object_size &&
           is_of_class(settings->object_class, region->type);
}

/* Two regions with the same id stay two; only the first keeps the id. */
static void
make_keys_unique(GArray *regions)
{
    for (guint i = 0; i < regions->len; i++) {
        GstEfficientNetRegion *region = &g_array_index(regions, GstEfficientNetRegion, i);

        for (guint k = 0; k < i; k++) {
            if (g_array_index(regions, GstEfficientNetRegion, k).key == region->key)
                region->key = GST_EFFICIENTNET_KEY_UNTRACKED;
        }
    }
}

void
gst_efficientnet_regions_collect(GArray *regions, GstBuffer *buffer,
                                 const GstEfficientNetFrameSettings *settings, guint width,
                                 guint height)
{
    GstEfficientNetRegion frame = {
        .key = GST_EFFICIENTNET_KEY_FRAME, .roi_id = -1, .confidence = NAN};

    g_array_set_size(regions, 0);
    if (!gst_efficientnet_region_cut_zone(settings, width, height, &frame.rect))
        return;
    if (settings->inference_region == GST_EFFICIENTNET_INFERENCE_REGION_FULL_FRAME) {
        g_array_append_val(regions, frame);
        return;
    }
    append_rois(regions, buffer);
    append_detections(regions, buffer);
    for (guint i = 0; i < regions->len;) {
        if (is_wanted(&g_array_index(regions, GstEfficientNetRegion, i), settings, &frame.rect,
                      width, height))
            i++;
        else
            g_array_remove_index(regions, i);
    }
    make_keys_unique(regions);
}
