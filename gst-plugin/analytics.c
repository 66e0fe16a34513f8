/* SPDX-License-Identifier: BSD-2-Clause */
#include "analytics.h"

#if EFFNET_HAVE_GST_ANALYTICS
#include <gst/analytics/analytics.h>

/* Weak: NULL where the library that is loaded is older than 1.30, whatever the headers are. */
extern gboolean gst_analytics_mtd_set_semantic_tag(GstAnalyticsMtd *mtd, const gchar *tag)
    __attribute__((weak));

static void
set_tag(GstAnalyticsMtd *mtd, const char *model)
{
    if (gst_analytics_mtd_set_semantic_tag)
        gst_analytics_mtd_set_semantic_tag(mtd, model);
}

/* Along one axis, cuts off what is left of 0; returns the length that remains. */
static guint
cut(gint *start, gint length)
{
    gint64 end = (gint64)*start + length;

    *start = MAX(*start, 0);
    return (guint)MAX(end - *start, 0);
}

static void
read_tracking(GstAnalyticsRelationMeta *meta, GstEfficientNetDetection *detection)
{
    GstAnalyticsTrackingMtd tracking;
    GstClockTime first, last;
    gpointer state = NULL;
    gboolean lost;

    detection->tracked = gst_analytics_relation_meta_get_direct_related(
                             meta, detection->mtd, GST_ANALYTICS_REL_TYPE_ANY,
                             gst_analytics_tracking_mtd_get_mtd_type(), &state, &tracking) &&
                         gst_analytics_tracking_mtd_get_info(&tracking, &detection->tracking_id,
                                                             &first, &last, &lost);
}

GArray *
gst_efficientnet_analytics_get_detections(GstBuffer *buffer)
{
    GArray *detections = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetDetection));
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    GstAnalyticsODMtd found;
    gpointer state = NULL;

    while (meta && gst_analytics_relation_meta_iterate(
                       meta, &state, gst_analytics_od_mtd_get_mtd_type(), &found)) {
        GstEfficientNetDetection detection = {.mtd = found.id};
        gint x, y, w, h;

        if (!gst_analytics_od_mtd_get_location(&found, &x, &y, &w, &h, &detection.confidence))
            continue;
        detection.rect.w = cut(&x, w);
        detection.rect.h = cut(&y, h);
        detection.rect.x = (guint)x;
        detection.rect.y = (guint)y;
        detection.type = gst_analytics_od_mtd_get_obj_type(&found);
        read_tracking(meta, &detection);
        g_array_append_val(detections, detection);
    }
    return detections;
}

gboolean
gst_efficientnet_analytics_add_detection(GstBuffer *buffer, const GstEfficientNetFinding *finding,
                                         const EffNetRect *rect, const char *model,
                                         const char *const *labels, guint *mtd)
{
    const EffNetClass *best = &finding->classes[0];
    GstAnalyticsODMtd detection;

    if (!gst_analytics_relation_meta_add_od_mtd(gst_buffer_add_analytics_relation_meta(buffer),
                                                g_quark_from_string(labels[best->index]),
                                                (gint)rect->x, (gint)rect->y, (gint)rect->w,
                                                (gint)rect->h, best->score, &detection))
        return FALSE;
    set_tag(&detection, model);
    *mtd = detection.id;
    return TRUE;
}

void
gst_efficientnet_analytics_attach(GstBuffer *buffer, const GstEfficientNetFinding *finding,
                                  const char *model, const char *const *labels, const guint *mtd)
{
    /* The one that is there, if any. */
    GstAnalyticsRelationMeta *meta = gst_buffer_add_analytics_relation_meta(buffer);
    g_autofree gfloat *scores = g_new(gfloat, finding->n);
    g_autofree GQuark *quarks = g_new(GQuark, finding->n);
    GstAnalyticsClsMtd classes;

    for (guint i = 0; i < finding->n; i++) {
        scores[i] = finding->classes[i].score;
        quarks[i] = g_quark_from_string(labels[finding->classes[i].index]);
    }
    if (!gst_analytics_relation_meta_add_cls_mtd(meta, finding->n, scores, quarks, &classes))
        return;
    set_tag(&classes, model);
    if (!mtd)
        return;
    gst_analytics_relation_meta_set_relation(
        meta, GST_ANALYTICS_REL_TYPE_CONTAIN | GST_ANALYTICS_REL_TYPE_RELATE_TO, *mtd, classes.id);
    gst_analytics_relation_meta_set_relation(meta, GST_ANALYTICS_REL_TYPE_IS_PART_OF, classes.id,
                                             *mtd);
}

#else

GArray *
gst_efficientnet_analytics_get_detections(GstBuffer *buffer)
{
    return g_array_new(FALSE, FALSE, sizeof(GstEfficientNetDetection));
}

gboolean
gst_efficientnet_analytics_add_detection(GstBuffer *buffer, const GstEfficientNetFinding *finding,
                                         const EffNetRect *rect, const char *model,
                                         const char *const *labels, guint *mtd)
{
    return FALSE;
}

void
gst_efficientnet_analytics_attach(GstBuffer *buffer, const GstEfficientNetFinding *finding,
                                  const char *model, const char *const *labels, const guint *mtd)
{
}

#endif
