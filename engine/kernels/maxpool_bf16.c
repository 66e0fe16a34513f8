/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "bf16.h"
#include "maxpool.h"

/* The window's greatest in one channel. */
static guint16
greatest(const EffNetMaxpool *a, guint x, gsize lane)
{
    float most = -INFINITY;

    for (guint ky = 0; ky < a->kernel; ky++)
        for (guint kx = 0; kx < a->kernel; kx++) {
            guint column = x * a->stride + kx - a->pad; /* wraps where it is left of the picture */
            const guint16 *row = a->rows[ky];

            if (row && column < a->in_size)
                most = MAX(most, effnet_bf16_to_float(row[column * a->in_step + lane]));
        }
    return effnet_bf16_from_float(most);
}

void
effnet_maxpool_bf16_c(const EffNetMaxpool *a)
{
    guint16 *out = a->out;

    for (guint x = 0; x < a->out_size; x++)
        for (gsize lane = 0; lane < (gsize)a->panels * EFFNET_LANES; lane++)
            out[x * a->out_step + lane] = greatest(a, x, lane);
}
