/* SPDX-License-Identifier: BSD-2-Clause */
/* Panels and outlines as pictures to lay over a frame. Those of the frame before are kept, as most
 * of what is written stays the same from one frame to the next. */
#ifndef GST_EFFICIENTNET_OVERLAY_PAINTER_H
#define GST_EFFICIENTNET_OVERLAY_PAINTER_H

#include "overlaylayout.h"

typedef struct {
    const char *font; /* a Pango font description; its size is not looked at */
    guint32 color;    /* of bars and outlines: 0xAARRGGBB */
    gboolean show_score;
} GstEfficientNetOverlayStyle;

typedef struct _GstEfficientNetOverlayPainter GstEfficientNetOverlayPainter;

/* The size that FONT names; where it names none, one that suits. */
double gst_efficientnet_overlay_font_size(const char *font);

/* One thread at a time. */
GstEfficientNetOverlayPainter *gst_efficientnet_overlay_painter_new(void);
void gst_efficientnet_overlay_painter_free(GstEfficientNetOverlayPainter *painter);

/* All of LAYOUT, or NULL where it is empty. */
GstVideoOverlayComposition *
gst_efficientnet_overlay_painter_paint(GstEfficientNetOverlayPainter *painter,
                                       const GstEfficientNetOverlayLayout *layout,
                                       const GstEfficientNetOverlayStyle *style);

#endif
