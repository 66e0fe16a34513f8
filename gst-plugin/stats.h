/* SPDX-License-Identifier: BSD-2-Clause */
/* What an element counts, and the latency that it announces. No locking in here. */
#ifndef GST_EFFICIENTNET_STATS_H
#define GST_EFFICIENTNET_STATS_H

#include <gst/gst.h>

/* Latencies of as many of the latest inferences are kept. */
#define GST_EFFICIENTNET_STATS_KEPT 1024

typedef struct {
    guint64 frames, inferences, skipped, held;
    double fill;                                       /* the sum over the inferences */
    GstClockTime latency[GST_EFFICIENTNET_STATS_KEPT]; /* a ring */
} GstEfficientNetStats;

/* Counts an inference that took DURATION and came by a batch as full as FILL, 0 to 1. */
void gst_efficientnet_stats_add_inference(GstEfficientNetStats *stats, GstClockTime duration,
                                          double fill);

/* The property stats; the caller frees it. */
GstStructure *gst_efficientnet_stats_to_structure(const GstEfficientNetStats *stats);

/* Announced, and how the latest inferences compare with it. */
typedef struct {
    GstClockTime announced;
    guint longer;         /* in a row that took clearly longer */
    GstClockTime longest; /* of them */
} GstEfficientNetLatency;

void gst_efficientnet_latency_init(GstEfficientNetLatency *latency, GstClockTime announced);

/* TRUE when the announced latency was raised: when several inferences in a row took clearly longer.
 * It is never lowered, as every change makes the pipeline reconfigure itself. */
gboolean gst_efficientnet_latency_update(GstEfficientNetLatency *latency, GstClockTime duration);

#endif
