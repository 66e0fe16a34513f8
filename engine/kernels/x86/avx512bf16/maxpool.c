/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "../../tmpl.h"
#include "simd.h"

/* Columns FIRST to END of the window's rows. */
static inline __m512
greatest(const EffNetMaxpool *a, guint first, guint end, gsize lane)
{
    __m512 most = _mm512_set1_ps(-INFINITY);

    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint column = first; a->rows[ky] && column < end; column++)
            most = _mm512_max_ps(
                most, load_bf16((const guint16 *)a->rows[ky] + column * a->in_stride + lane));
    return most;
}

void
KERNEL(maxpool_bf16)(const EffNetMaxpool *a)
{
    for (guint x = 0; x < a->out_size; x++) {
        guint left = x * a->stride, first = left > a->pad ? left - a->pad : 0;
        guint end = MIN(a->in_size, left + a->kernel - a->pad);

        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane += EFFNET_LANES)
            store_bf16((guint16 *)a->out + x * a->out_stride + lane, greatest(a, first, end, lane));
    }
}
