/* SPDX-License-Identifier: BSD-2-Clause */
#include "points.h"

#include <math.h>

#include "latency.h"

#define SEED     1
#define MIN_RUNS 2
/* The paper's alpha * beta^2 * gamma^2: the factor of multiply-adds when phi grows by 1. */
#define GROWTH (1.2 * 1.1 * 1.1 * 1.15 * 1.15)
/* The range, in tenths of phi, in which a network for a budget is searched. */
#define LEAST_TENTHS (-80)
#define MOST_TENTHS  100

EffNetPlotPoint *
effnet_point_new(const char *scaling, double phi, EffNetArch *arch)
{
    EffNetPlotPoint *point = g_new0(EffNetPlotPoint, 1);

    point->scaling = scaling;
    point->phi = phi;
    point->arch = effnet_arch_ref(arch);
    effnet_arch_get_cost(arch, 0, 0, &point->cost);
    return point;
}

void
effnet_point_free(EffNetPlotPoint *point)
{
    if (!point)
        return;
    effnet_arch_unref(point->arch);
    g_free(point);
}

gboolean
effnet_point_measure(EffNetPlotPoint *point, const EffNetMeasure *measure, GError **error)
{
    const EffNetModelOptions options = {.precision = measure->precision};
    g_autoptr(EffNetModel) model = effnet_model_new_random(point->arch, SEED, 0, &options, error);
    g_autoptr(EffNetSession) session =
        model ? effnet_session_new(model, 1, measure->threads, error) : NULL;
    g_autoptr(GArray) times = NULL;

    if (!session)
        return FALSE;
    times = effnet_latency_measure(session, 1, measure->seconds, MIN_RUNS, FALSE);
    effnet_latency_sort(times);
    point->latency = effnet_latency_percentile(times, 50);
    return TRUE;
}

static EffNetScaling
compound_at(double phi, guint resolution)
{
    return (EffNetScaling){.phi = phi};
}

static EffNetScaling
depth_at(double phi, guint resolution)
{
    return (EffNetScaling){.depth = pow(GROWTH, phi)};
}

static EffNetScaling
width_at(double phi, guint resolution)
{
    return (EffNetScaling){.width = pow(GROWTH, phi / 2)};
}

static EffNetScaling
resolution_at(double phi, guint resolution)
{
    return (EffNetScaling){.resolution = (guint)round(resolution * pow(GROWTH, phi / 2))};
}

static const struct {
    const char *name;
    EffNetScaling (*at)(double phi, guint resolution);
} scalings[] = {
    {"compound", compound_at},
    {"depth", depth_at},
    {"width", width_at},
    {"resolution", resolution_at},
};

GPtrArray *
effnet_points_walk(const char *base, double to, double step, GError **error)
{
    g_autoptr(EffNetArch) plain = effnet_arch_new(base, error);
    GPtrArray *points;

    if (!plain)
        return NULL;
    points = g_ptr_array_new_with_free_func((GDestroyNotify)effnet_point_free);
    for (gsize s = 0; s < G_N_ELEMENTS(scalings); s++)
        for (guint i = 0; i * step <= to + 1e-9; i++) {
            EffNetScaling scaling = scalings[s].at(i * step, effnet_arch_get_resolution(plain));
            g_autoptr(EffNetArch) arch = effnet_arch_new_scaled(base, &scaling, NULL);

            if (arch)
                g_ptr_array_add(points, effnet_point_new(scalings[s].name, i * step, arch));
        }
    return points;
}

/* Whether ARCH is BASE with other factors: scaled by these, BASE costs the same. */
static gboolean
is_scaled(EffNetArch *arch, EffNetArch *base)
{
    const EffNetScaling scaling = {
        .width = effnet_arch_get_width(arch) / effnet_arch_get_width(base),
        .depth = effnet_arch_get_depth(arch) / effnet_arch_get_depth(base),
        .resolution = effnet_arch_get_resolution(arch),
    };
    g_autoptr(EffNetArch) scaled =
        effnet_arch_new_scaled(effnet_arch_get_name(base), &scaling, NULL);
    EffNetArchCost a, b;

    if (!scaled)
        return FALSE;
    effnet_arch_get_cost(arch, 0, 0, &a);
    effnet_arch_get_cost(scaled, 0, 0, &b);
    return a.layers == b.layers && a.params == b.params && a.macs == b.macs;
}

static int
cheaper_first(gconstpointer a, gconstpointer b)
{
    const EffNetPlotPoint *const *x = a, *const *y = b;

    return ((*x)->cost.macs > (*y)->cost.macs) - ((*x)->cost.macs < (*y)->cost.macs);
}

GPtrArray *
effnet_points_named(const char *base, GError **error)
{
    g_autoptr(EffNetArch) plain = effnet_arch_new(base, error);
    GPtrArray *points;

    if (!plain)
        return NULL;
    points = g_ptr_array_new_with_free_func((GDestroyNotify)effnet_point_free);
    for (const char *const *name = effnet_arch_list(); *name; name++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(*name, NULL);

        if (is_scaled(arch, plain))
            g_ptr_array_add(points, effnet_point_new("named", 0, arch));
    }
    g_ptr_array_sort(points, cheaper_first);
    return points;
}

static gboolean
fit_named(const char *base, double budget, const EffNetMeasure *measure, EffNetPlotPoint **largest,
          GError **error)
{
    g_autoptr(GPtrArray) points = effnet_points_named(base, error);

    if (!points)
        return FALSE;
    while (points->len > 0) {
        g_autoptr(EffNetPlotPoint) point = g_ptr_array_steal_index(points, 0);

        if (!effnet_point_measure(point, measure, error))
            return FALSE;
        if (point->latency > budget)
            break;
        effnet_point_free(*largest);
        *largest = g_steal_pointer(&point);
    }
    return TRUE;
}

/* NULL without an error for what the engine does not accept. */
static EffNetPlotPoint *
new_at(const char *base, int tenths, const EffNetMeasure *measure, GError **error)
{
    g_autoptr(EffNetArch) arch =
        effnet_arch_new_scaled(base, &(EffNetScaling){.phi = tenths / 10.0}, NULL);
    g_autoptr(EffNetPlotPoint) point =
        arch ? effnet_point_new("compound", tenths / 10.0, arch) : NULL;

    if (!point || !effnet_point_measure(point, measure, error))
        return NULL;
    return g_steal_pointer(&point);
}

/* Starts where the rule expects the network: goes up while networks fit, or else down until one
 * does. */
static gboolean
fit_compound(const char *base, double budget, const EffNetMeasure *measure,
             EffNetPlotPoint **largest, GError **error)
{
    g_autoptr(EffNetPlotPoint) plain = new_at(base, 0, measure, error);
    int tenths, step = 0;
    gboolean fits;

    if (!plain)
        return FALSE;
    tenths = (int)CLAMP(floor(10 * log(budget / plain->latency) / log(GROWTH)), LEAST_TENTHS,
                        MOST_TENTHS);
    do {
        g_autoptr(GError) failed = NULL;
        g_autoptr(EffNetPlotPoint) point = new_at(base, tenths, measure, &failed);

        if (failed) {
            g_propagate_error(error, g_steal_pointer(&failed));
            return FALSE;
        }
        fits = point && point->latency <= budget;
        if (fits) {
            effnet_point_free(*largest);
            *largest = g_steal_pointer(&point);
        }
        if (step == 0)
            step = fits ? 1 : -1;
        tenths += step;
    } while (fits == (step > 0) && tenths >= LEAST_TENTHS && tenths <= MOST_TENTHS);
    return TRUE;
}

gboolean
effnet_points_fit(const char *base, double budget, const EffNetMeasure *measure,
                  EffNetPlotPoint **named, EffNetPlotPoint **compound, GError **error)
{
    *named = *compound = NULL;
    if (fit_named(base, budget, measure, named, error) &&
        fit_compound(base, budget, measure, compound, error))
        return TRUE;
    g_clear_pointer(named, effnet_point_free);
    g_clear_pointer(compound, effnet_point_free);
    return FALSE;
}
