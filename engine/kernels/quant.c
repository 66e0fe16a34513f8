/* SPDX-License-Identifier: BSD-2-Clause */
#include "quant.h"

void
effnet_bump_init(EffNetBump *bump, const EffNetActRule *rule, float unit)
{
    double width; /* a segment's, as a real number */

    bump->end = (guint16)CLAMP(lrint(rule->end / unit), EFFNET_BUMP_SEGMENTS, G_MAXINT16);
    bump->segments = (guint16)(65536 * EFFNET_BUMP_SEGMENTS / (bump->end + 1u));
    width = 65536.0 / bump->segments * unit;
    for (guint i = 0; i < EFFNET_BUMP_SEGMENTS; i++) {
        double begin = i * width, at_begin = rule->bump(begin);
        double slope = (rule->bump(begin + width) - at_begin) / width;
        double middle = rule->bump(begin + width / 2) - (at_begin + slope * width / 2);

        /* Halfway between the chord and the parallel tangent: half the error of either. */
        bump->slope[i] = (gint16)lrint(slope * 32768);
        bump->offset[i] = (gint16)lrint((at_begin + middle / 2 - slope * begin) / unit);
    }
}
