/* SPDX-License-Identifier: BSD-2-Clause */
/* Paints panels and outlines as images to overlay on a frame. The previous frame's images are kept,
 * since most text stays the same from one frame to the next. */
#ifndef GST_EFFICIENTNET_OVERLAY_PAINTER_H
#define GST_EFFICIENTNET_OVERLAY_PAINTER_H

#include "overlaylayout.h"

typedef struct {
    const char *font; /* a Pango font description; its size is ignored */
    guint32 color;    /* bars and outlines: 0xAARRGGBB */
    gboolean show_score;
} GstEfficientNetOverlayStyle;

typedef struct _GstEfficientNetOverlayPainter GstEfficientNetOverlayPainter;

/* The size in FONT; if it has none, a suitable one. */
double gst_efficientnet_overlay_font_size(const char *font);

/* One thread at a time. */
GstEfficientNetOverlayPainter *gst_efficientnet_overlay_painter_new(void);
void gst_efficientnet_overlay_painter_free(GstEfficientNetOverlayPainter *painter);

/* Paints all of LAYOUT; NULL if it is empty. */
GstVideoOverlayComposition *
gst_efficientnet_overlay_painter_paint(GstEfficientNetOverlayPainter *painter,
                                       const GstEfficientNetOverlayLayout *layout,
                                       const GstEfficientNetOverlayStyle *style);

#endif
