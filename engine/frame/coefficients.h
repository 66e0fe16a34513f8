/* SPDX-License-Identifier: BSD-2-Clause */
/* Weights of an antialiased resize along one axis. */
#ifndef EFFNET_FRAME_COEFFICIENTS_H
#define EFFNET_FRAME_COEFFICIENTS_H

#include <effnet/model.h>

#include "frame/geometry.h"
#include "kernels/resize.h"

typedef struct {
    const EffNetAxis *axis;
    guint start, length; /* the region along the frame's axis */
    guint total;         /* the whole frame along that axis */
    EffNetInterpolation interpolation;
    gboolean fine;
    gboolean halved;  /* a chroma axis: one sample for two of luma */
    gboolean cosited; /* … that sits on the first of the two */
    guint align;      /* windows start at multiples of it */
    guint pad;        /* and have a multiple of it of samples, filled up with weights of 0 */
} EffNetTableSpec;

/* ORIGIN: the plane's sample that the table's windows count from. FALSE: no memory. */
gboolean effnet_resize_table_init(EffNetResizeTable *table, guint *origin,
                                  const EffNetTableSpec *spec);
void effnet_resize_table_clear(EffNetResizeTable *table);

#endif
