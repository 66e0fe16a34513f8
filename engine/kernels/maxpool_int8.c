/* SPDX-License-Identifier: BSD-2-Clause */
#include "maxpool.h"

/* OUT[i] = max(OUT[i], IN[i]) for N numbers. */
static void
keep_greater(gint16 *out, const gint16 *in, gsize n)
{
    for (gsize i = 0; i < n; i++)
        out[i] = MAX(out[i], in[i]);
}

void
effnet_maxpool_int8_c(const EffNetMaxpool *a)
{
    gsize lanes = (gsize)a->panels * EFFNET_LANES;
    gint16 *out = a->out;

    for (guint x = 0; x < a->out_size; x++, out += a->out_stride) {
        for (gsize i = 0; i < lanes; i++)
            out[i] = G_MININT16;
        for (guint ky = 0; ky < a->kernel; ky++)
            for (guint kx = 0; kx < a->kernel; kx++) {
                guint column = x * a->stride + kx - a->pad; /* wraps left of the map */

                if (a->rows[ky] && column < a->in_size)
                    keep_greater(out, (const gint16 *)a->rows[ky] + column * a->in_stride, lanes);
            }
    }
}
