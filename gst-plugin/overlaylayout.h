/* SPDX-License-Identifier: BSD-2-Clause */
/* Where on a frame its results are written; only geometry. All sizes are multiples of the font's,
 * which depends on the frame's. */
#ifndef GST_EFFICIENTNET_OVERLAY_LAYOUT_H
#define GST_EFFICIENTNET_OVERLAY_LAYOUT_H

#include <gst/video/video.h>

#include <gst/efficientnet/meta.h>

#include "enums.h"

/* In pixels. */
typedef struct {
    guint font; /* the height of an em */
    guint padding, row, bar, outline;
} GstEfficientNetOverlayMetrics;

/* The labels of a result, one per row. */
typedef struct {
    GstVideoRectangle rect;
    GstEfficientNetResult result;
    guint n_labels;
    gboolean title; /* a row above them names the model */
} GstEfficientNetOverlayPanel;

/* A part of a heatmap. */
typedef struct {
    GstVideoRectangle rect; /* where it is drawn */
    float x, y, w, h;       /* which part, in shares of the map */
    GstEfficientNetResultHeatmap whole;
} GstEfficientNetOverlayHeat;

typedef struct {
    GstEfficientNetOverlayMetrics metrics;
    GArray *panels;   /* of GstEfficientNetOverlayPanel */
    GArray *outlines; /* of GstVideoRectangle: the regions */
    GArray *heats;    /* of GstEfficientNetOverlayHeat */
} GstEfficientNetOverlayLayout;

/* VISIBLE: the visible part of the frame, to which RESULTS (NULL: none) refer, and within which
 * everything is placed. Classes with scores below THRESHOLD are left out. FONT_SIZE: in pixels of a
 * frame whose shorter side has 720. What does not fit legibly, or would cover another panel, is
 * left out. The panels point into RESULTS. */
void gst_efficientnet_overlay_layout_init(GstEfficientNetOverlayLayout *layout,
                                          const GValue *results, const GstVideoRectangle *visible,
                                          GstEfficientNetOverlayPosition position, guint max_labels,
                                          double threshold, double font_size);
/* Adds the heatmaps of RESULTS, each within its region. */
void gst_efficientnet_overlay_layout_add_heats(GstEfficientNetOverlayLayout *layout,
                                               const GValue *results,
                                               const GstVideoRectangle *visible);
void gst_efficientnet_overlay_layout_clear(GstEfficientNetOverlayLayout *layout);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GstEfficientNetOverlayLayout,
                                 gst_efficientnet_overlay_layout_clear)

#endif
