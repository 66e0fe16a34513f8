/* SPDX-License-Identifier: BSD-2-Clause */
/* Compound scaling (Tan and Le 2019, "EfficientNet", section 3.3): the rule, and its rounding. */
#ifndef EFFNET_SCALING_H
#define EFFNET_SCALING_H

#include <effnet/arch.h>

#define EFFNET_MIN_RESOLUTION 32
#define EFFNET_MAX_RESOLUTION 4096

/* A scaled network: factors of its family's channels and repeats, and its resolution in pixels. */
typedef struct {
    double width, depth;
    guint resolution;
} EffNetPoint;

/* Moves POINT by SCALING. If that is out of bounds, fails with EFFNET_ERROR_SETTINGS and leaves
 * POINT unchanged. */
gboolean effnet_scale_point(const EffNetScaling *scaling, EffNetPoint *point, GError **error);

/* CHANNELS times WIDTH, rounded to a multiple of 8, or up where less than ROUND_PERCENT percent
 * would be left (the reference implementation's round_filters()). */
guint effnet_scale_channels(guint channels, double width, guint round_percent);

/* REPEATS times DEPTH, rounded up (round_repeats()). */
guint effnet_scale_repeats(guint repeats, double depth);

#endif
