/* SPDX-License-Identifier: BSD-2-Clause */
/* Compound scaling (Tan and Le 2019, "EfficientNet", section 3.3): the rule, and its roundings. */
#ifndef EFFNET_SCALING_H
#define EFFNET_SCALING_H

#include <effnet/arch.h>

#define EFFNET_MIN_RESOLUTION 32
#define EFFNET_MAX_RESOLUTION 4096

/* Where a network is: factors of the family's channels and repeats, and pixels. */
typedef struct {
    double width, depth;
    guint resolution;
} EffNetPoint;

/* Moves POINT as SCALING says. EFFNET_ERROR_SETTINGS, and POINT as it was, where that is out of
 * bounds. */
gboolean effnet_scale_point(const EffNetScaling *scaling, EffNetPoint *point, GError **error);

/* To a multiple of 8, and up where less than ROUND_PERCENT would be left (the reference
 * implementation's round_filters). */
guint effnet_scale_channels(guint channels, double width, guint round_percent);

/* Up (round_repeats). */
guint effnet_scale_repeats(guint repeats, double depth);

#endif
