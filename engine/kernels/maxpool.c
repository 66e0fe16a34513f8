/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "maxpool.h"

/* The window's greatest in one channel. */
static float
greatest(const EffNetMaxpool *a, guint x, gsize lane)
{
    float most = -INFINITY;

    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad; /* wraps where it is left of the picture */

            if (a->rows[ky] && column < a->in_size)
                most = MAX(most, ((const float *)a->rows[ky])[column * a->in_step + lane]);
        }
    return most;
}

void
effnet_maxpool_f32_c(const EffNetMaxpool *a)
{
    float *out = a->out;

    for (guint x = 0; x < a->out_size; x++)
        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane++)
            out[x * a->out_step + lane] = greatest(a, x, lane);
}
