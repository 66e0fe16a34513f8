/* SPDX-License-Identifier: BSD-2-Clause */
/* Weights of an antialiased resize along one axis. */
#ifndef EFFNET_FRAME_COEFFICIENTS_H
#define EFFNET_FRAME_COEFFICIENTS_H

#include <effnet/model.h>

#include "frame/geometry.h"
#include "kernels/resize.h"

typedef struct {
    const EffNetAxis *axis;
    guint start, length; /* the region, in samples of luma */
    guint total;         /* the whole frame, likewise */
    EffNetInterpolation interpolation;
    gboolean fine;
    gboolean halved;  /* chroma with one sample for two of luma */
    gboolean cosited; /* … which is located at the first of the two */
    guint align;      /* windows start at multiples of this */
    guint pad;        /* and have a multiple of this many samples, filled up with weights of 0 */
} EffNetTableSpec;

/* Fills in TABLE. ORIGIN: the plane's sample from which its windows count. FALSE: not enough
 * memory. */
gboolean effnet_resize_table_init(EffNetResizeTable *table, guint *origin,
                                  const EffNetTableSpec *spec);
void effnet_resize_table_clear(EffNetResizeTable *table);

#endif
