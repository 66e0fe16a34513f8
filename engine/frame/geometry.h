/* SPDX-License-Identifier: BSD-2-Clause */
/* Which part of the resized image is computed, and where it goes. */
#ifndef EFFNET_FRAME_GEOMETRY_H
#define EFFNET_FRAME_GEOMETRY_H

#include <effnet/heatmap.h>

/* An axis of the source is resized to FULL samples, of which the N from FIRST on are computed. They
 * fill the destination from DST on, in reverse if FLIP. 64 bits, since a center crop of a thin line
 * would resize its long side to millions of samples. */
typedef struct {
    guint64 full, first;
    guint n, dst;
    gboolean flip;
} EffNetAxis;

typedef struct {
    EffNetAxis x, y; /* the source's, as stored */
    gboolean swap;   /* the source's x runs along the destination's y */
} EffNetGeometry;

/* From a source of WIDTH x HEIGHT as stored to RESOLUTION x RESOLUTION as seen. RESIZE contains
 * neither AUTO nor 0. */
void effnet_geometry_init(EffNetGeometry *geometry, guint width, guint height,
                          EffNetOrientation orientation, guint resolution,
                          const EffNetResize *resize);

/* Where the destination, of RESOLUTION samples, starts on the source's axis, and how long it is
 * there, in shares of the source's length. */
void effnet_axis_get_view(const EffNetAxis *axis, guint resolution, float *start, float *length);

#endif
