/* SPDX-License-Identifier: BSD-2-Clause */
#include "tinyrule.h"

#include <math.h>

#include <effnet/error.h>

static const char *const published[] = {"tinynet-e", "tinynet-d", "tinynet-c", "tinynet-b",
                                        EFFNET_TINYRULE_BASE};

typedef struct {
    double macs, resolution, width, depth;
} Point;

static double
get_macs(EffNetArch *arch)
{
    EffNetArchCost cost;

    effnet_arch_get_cost(arch, 0, 0, &cost);
    return (double)cost.macs;
}

static Point
get_published(guint i)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(published[i], NULL);

    return (Point){get_macs(arch), effnet_arch_get_resolution(arch), effnet_arch_get_width(arch),
                   effnet_arch_get_depth(arch)};
}

static double
mix(double from, double to, double share)
{
    return from + share * (to - from);
}

/* The point of MACS on the line between two published ones. */
static gboolean
interpolate(double macs, Point *point, GError **error)
{
    guint last = G_N_ELEMENTS(published) - 1;
    Point low = get_published(0), high = get_published(last);

    if (!(macs >= low.macs && macs <= high.macs)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                    "TinyNet's rule gives networks of %.1f to %.1f million multiply-adds, not %.4g",
                    ceil(low.macs / 1e5) / 10, floor(high.macs / 1e5) / 10, macs / 1e6);
        return FALSE;
    }
    for (guint i = 1; i <= last; i++) {
        high = get_published(i);
        if (macs <= high.macs)
            break;
        low = high;
    }
    double share = log(macs / low.macs) / log(high.macs / low.macs);

    *point = (Point){macs, round(mix(low.resolution, high.resolution, share)),
                     mix(low.width, high.width, share), mix(low.depth, high.depth, share)};
    return TRUE;
}

EffNetArch *
effnet_tinyrule_new(double macs, GError **error)
{
    g_autoptr(EffNetArch) base = effnet_arch_new(EFFNET_TINYRULE_BASE, NULL);
    g_autoptr(EffNetArch) nearest = NULL;
    EffNetScaling scaling; /* its factors are relative to the base's, whose width is 1 */
    double low, high;
    Point point;

    if (!interpolate(macs, &point, error))
        return NULL;
    scaling = (EffNetScaling){.width = point.width,
                              .depth = point.depth / effnet_arch_get_depth(base),
                              .resolution = (guint)point.resolution};
    low = point.width / 2;
    high = point.width * 2;
    /* Multiply-adds grow with the width, in steps: halves the interval around the one that crosses
     * MACS, and keeps the nearest of both sides. */
    for (guint i = 0; i < 24; i++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new_scaled(EFFNET_TINYRULE_BASE, &scaling, error);
        double found;

        if (arch == NULL)
            return NULL;
        found = get_macs(arch);
        if (found > macs)
            high = scaling.width;
        else
            low = scaling.width;
        scaling.width = (low + high) / 2;
        if (nearest == NULL || fabs(found - macs) < fabs(get_macs(nearest) - macs)) {
            g_clear_pointer(&nearest, effnet_arch_unref);
            nearest = g_steal_pointer(&arch);
        }
    }
    return g_steal_pointer(&nearest);
}
