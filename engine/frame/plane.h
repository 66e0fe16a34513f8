/* SPDX-License-Identifier: BSD-2-Clause */
/* One plane of a frame, resized in two passes. */
#ifndef EFFNET_FRAME_PLANE_H
#define EFFNET_FRAME_PLANE_H

#include "frame/coefficients.h"
#include "frame/format.h"

/* Filtered rows stay in a ring as long as the vertical pass needs them: each row of the source is
 * filtered once, and memory does not grow with the frame's area. */
typedef struct {
    EffNetComponents components;
    gboolean fine;
    guint x, y; /* the plane's sample from which the tables count */
    EffNetResizeTable horizontal, vertical;
    gsize row_size; /* bytes of a filtered row, with slack */
    guint capacity; /* rows of the ring */
    guint next;     /* the next row to be filtered */
    guint8 *ring;
    guint8 *scratch;
    guint8 *narrow; /* rows of 16-bit samples, reduced to 8 bits; NULL if samples have 8 */
    guint8 *out;    /* the row that the vertical pass made */
    const guint8 **window;
} EffNetPlane;

typedef struct {
    const EffNetGeometry *geometry;
    const EffNetFrame *frame;
    const EffNetRect *region;
    EffNetInterpolation interpolation;
    gboolean fine;
} EffNetPlaneSpec;

/* FALSE: not enough memory. */
gboolean effnet_plane_init(EffNetPlane *plane, const EffNetComponents *components,
                           const EffNetPlaneSpec *spec);
void effnet_plane_clear(EffNetPlane *plane);

void effnet_plane_start(EffNetPlane *plane);

/* Writes output row I, which must rise from 0, to plane->out: horizontal.n_out samples of each
 * component, one component after the other, of 16 bits if fine, else of 8. */
void effnet_plane_run(EffNetPlane *plane, const EffNetResizeKernels *kernels,
                      const EffNetFrame *frame, guint i);

#endif
