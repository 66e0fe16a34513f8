/* SPDX-License-Identifier: BSD-2-Clause */
#include "quant.h"

#define BUMP_END 8.0

static double
bump(double t)
{
    return t / (1 + exp(t));
}

void
effnet_silu_init(EffNetSilu *silu, float step)
{
    double width; /* of a segment */

    silu->end = (guint16)CLAMP(lrint(BUMP_END / step), EFFNET_SILU_SEGMENTS, G_MAXINT16);
    silu->segments = (guint16)(65536 * EFFNET_SILU_SEGMENTS / (silu->end + 1u));
    width = 65536.0 / silu->segments * step;
    for (guint i = 0; i < EFFNET_SILU_SEGMENTS; i++) {
        double begin = i * width, slope = (bump(begin + width) - bump(begin)) / width;
        double middle = bump(begin + width / 2) - (bump(begin) + slope * width / 2);

        /* Between the chord and its parallel that touches the curve: half the error. */
        silu->slope[i] = (gint16)lrint(slope * 32768);
        silu->offset[i] = (gint16)lrint((bump(begin) + middle / 2 - slope * begin) / step);
    }
}
