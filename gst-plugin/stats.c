/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats.h"

#include <stdlib.h>

/* Clearly longer means a quarter longer. This many in a row are not due to the scheduler. */
#define LONGER_IN_A_ROW 8

void
gst_efficientnet_stats_add_inference(GstEfficientNetStats *stats, GstClockTime duration,
                                     double fill)
{
    stats->latency[stats->inferences % GST_EFFICIENTNET_STATS_KEPT] = duration;
    stats->inferences++;
    stats->fill += fill;
}

static int
compare_times(const void *a, const void *b)
{
    GstClockTime x = *(const GstClockTime *)a, y = *(const GstClockTime *)b;

    return (x > y) - (x < y);
}

/* Nearest rank: the smallest value that is not less than PERCENT percent of all. */
static GstClockTime
percentile(const GstClockTime *sorted, gsize n, guint percent)
{
    return n == 0 ? 0 : sorted[(n * percent + 99) / 100 - 1];
}

GstStructure *
gst_efficientnet_stats_to_structure(const GstEfficientNetStats *stats)
{
    guint64 n = MIN(stats->inferences, GST_EFFICIENTNET_STATS_KEPT);
    GstClockTime latest[GST_EFFICIENTNET_STATS_KEPT];
    g_autoptr(GBytes) latencies = NULL;

    for (guint64 i = 0; i < n; i++)
        latest[i] = stats->latency[(stats->inferences - n + i) % GST_EFFICIENTNET_STATS_KEPT];
    latencies = g_bytes_new(latest, n * sizeof *latest);
    qsort(latest, n, sizeof *latest, compare_times);
    return gst_structure_new(
        "efficientnet-stats", "frames", G_TYPE_UINT64, stats->frames, "inferences", G_TYPE_UINT64,
        stats->inferences, "skipped", G_TYPE_UINT64, stats->skipped, "held", G_TYPE_UINT64,
        stats->held, "latency-p50", G_TYPE_UINT64, percentile(latest, n, 50), "latency-p99",
        G_TYPE_UINT64, percentile(latest, n, 99), "latencies", G_TYPE_BYTES, latencies,
        "batch-fill", G_TYPE_DOUBLE,
        stats->inferences > 0 ? stats->fill / (double)stats->inferences : 0.0, NULL);
}

void
gst_efficientnet_latency_init(GstEfficientNetLatency *latency, GstClockTime announced)
{
    *latency = (GstEfficientNetLatency){.announced = announced};
}

gboolean
gst_efficientnet_latency_update(GstEfficientNetLatency *latency, GstClockTime duration)
{
    if (duration <= latency->announced + latency->announced / 4) {
        latency->longer = 0;
        latency->longest = 0;
        return FALSE;
    }
    latency->longest = MAX(latency->longest, duration);
    if (++latency->longer < LONGER_IN_A_ROW)
        return FALSE;
    gst_efficientnet_latency_init(latency, latency->longest);
    return TRUE;
}
