/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "bf16.h"
#include "maxpool.h"

/* The maximum of output pixel X's window in channel LANE. */
static inline float
greatest(const EffNetMaxpool *a, guint x, gsize lane, EffNetType type)
{
    float most = -INFINITY;

    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad; /* wraps left of the map */

            if (a->rows[ky] && column < a->in_size)
                most = MAX(most, effnet_type_get(type, a->rows[ky], column * a->in_stride + lane));
        }
    return most;
}

/* A constant TYPE leaves only its own case in the code. */
static inline __attribute__((always_inline)) void
maxpool(const EffNetMaxpool *a, EffNetType type)
{
    for (guint x = 0; x < a->out_size; x++)
        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane++)
            effnet_type_set(type, a->out, x * a->out_stride + lane, greatest(a, x, lane, type));
}

void
effnet_maxpool_f32_c(const EffNetMaxpool *a)
{
    maxpool(a, EFFNET_TYPE_F32);
}

void
effnet_maxpool_bf16_c(const EffNetMaxpool *a)
{
    maxpool(a, EFFNET_TYPE_BF16);
}
