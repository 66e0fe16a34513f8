/* SPDX-License-Identifier: BSD-2-Clause */
#include "scaling.h"

#include <math.h>

#include <effnet/error.h>

/* Bounds that keep all products of sizes far from overflow: L2 has width 4.3 and depth 5.3. */
#define MAX_WIDTH 16.0
#define MAX_DEPTH 64.0

guint
effnet_scale_channels(guint channels, double width, guint round_percent)
{
    double scaled = channels * width;
    guint rounded = MAX(8, (guint)(scaled + 4) / 8 * 8);

    if (rounded * 100.0 < scaled * round_percent)
        rounded += 8;
    return rounded;
}

guint
effnet_scale_repeats(guint repeats, double depth)
{
    return (guint)ceil(repeats * depth);
}

static gboolean
in_range(const char *what, double value, double low, double high, GError **error)
{
    if (value >= low && value <= high) /* false for a NaN */
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS, "%s is %g, expected %g to %g", what,
                value, low, high);
    return FALSE;
}

static double
or_default(double value, double fallback)
{
    return value == 0 ? fallback : value;
}

gboolean
effnet_scale_point(const EffNetScaling *scaling, EffNetPoint *point, GError **error)
{
    double alpha = or_default(scaling->alpha, 1.2), beta = or_default(scaling->beta, 1.1);
    double gamma = or_default(scaling->gamma, 1.15), width, depth, resolution;

    if (!in_range("phi", scaling->phi, -20, 20, error) ||
        !in_range("alpha", alpha, 0.5, 4, error) || !in_range("beta", beta, 0.5, 4, error) ||
        !in_range("gamma", gamma, 0.5, 4, error))
        return FALSE;
    width = point->width * or_default(scaling->width, pow(beta, scaling->phi));
    depth = point->depth * or_default(scaling->depth, pow(alpha, scaling->phi));
    resolution =
        or_default(scaling->resolution, round(point->resolution * pow(gamma, scaling->phi)));
    if (!in_range("width", width, 0.01, MAX_WIDTH, error) ||
        !in_range("depth", depth, 0.01, MAX_DEPTH, error) ||
        !in_range("resolution", resolution, EFFNET_MIN_RESOLUTION, EFFNET_MAX_RESOLUTION, error))
        return FALSE;
    *point = (EffNetPoint){width, depth, (guint)resolution};
    return TRUE;
}
