/* SPDX-License-Identifier: BSD-2-Clause */
/* Max pooling over whole vectors of channels. Before including this, define MAXPOOL, the function's
 * name, ELEMENT, the type of a feature map's values, and LOAD and STORE, which convert a vector of
 * them from and to floats. */
#ifndef EFFNET_KERNEL_MAXPOOL_TMPL_H
#define EFFNET_KERNEL_MAXPOOL_TMPL_H

#include <math.h>

#include "maxpool.h"

/* The maxima of VF_LANES channels from LANE on, over columns FIRST to END (exclusive) of the
 * window's rows. */
static inline vf
greatest(const EffNetMaxpool *a, guint first, guint end, gsize lane)
{
    vf most = vf_set1(-INFINITY);

    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint column = first; a->rows[ky] && column < end; column++)
            most = vf_max(most, LOAD((const ELEMENT *)a->rows[ky] + column * a->in_stride + lane));
    return most;
}

void
MAXPOOL(const EffNetMaxpool *a)
{
    for (guint x = 0; x < a->out_size; x++) {
        guint left = x * a->stride, first = left > a->pad ? left - a->pad : 0;
        guint end = MIN(a->in_size, left + a->kernel - a->pad);

        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane += VF_LANES)
            STORE((ELEMENT *)a->out + x * a->out_stride + lane, greatest(a, first, end, lane));
    }
}

#endif
