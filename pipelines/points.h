/* SPDX-License-Identifier: BSD-2-Clause */
/* Points of compound scaling: a base network, enlarged in one dimension or in all. */
#ifndef EFFNET_POINTS_H
#define EFFNET_POINTS_H

#include <effnet/effnet.h>

typedef struct {
    const char *scaling; /* "compound", "depth", "width", "resolution", "named"; static */
    double phi;
    EffNetArch *arch;
    EffNetArchCost cost;
    double latency; /* the median, in ms; 0: not measured */
} EffNetPlotPoint;

/* How latency is measured. */
typedef struct {
    EffNetPrecision precision;
    int threads;    /* 0: all */
    double seconds; /* for each point, at least */
} EffNetMeasure;

EffNetPlotPoint *effnet_point_new(const char *scaling, double phi, EffNetArch *arch);
void effnet_point_free(EffNetPlotPoint *point);
gboolean effnet_point_measure(EffNetPlotPoint *point, const EffNetMeasure *measure, GError **error);

/* BASE for phi from 0 to TO by STEP: scaled by the rule, then by each dimension alone until
 * multiply-adds have grown as much as by the rule, (alpha beta^2 gamma^2)^phi. What becomes larger
 * than the engine accepts is left out. EffNetPlotPoint, not measured; NULL for an unknown BASE. */
GPtrArray *effnet_points_walk(const char *base, double to, double step, GError **error);

/* The named networks that are BASE scaled, cheapest first. */
GPtrArray *effnet_points_named(const char *base, GError **error);

/* The largest of the named networks, and of the rule's points in tenths of phi, that take at most
 * BUDGET ms; NULL where there is none. Both are measured. */
gboolean effnet_points_fit(const char *base, double budget, const EffNetMeasure *measure,
                           EffNetPlotPoint **named, EffNetPlotPoint **compound, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetPlotPoint, effnet_point_free)

#endif
