/* SPDX-License-Identifier: BSD-2-Clause */
/* What an element counts, and the latency that it announces. There is no locking here. */
#ifndef GST_EFFICIENTNET_STATS_H
#define GST_EFFICIENTNET_STATS_H

#include <gst/gst.h>

/* How many of the latest inferences' latencies are kept. */
#define GST_EFFICIENTNET_STATS_KEPT 1024

typedef struct {
    guint64 frames, inferences, skipped, held;
    double fill;                                       /* the sum over all inferences */
    GstClockTime latency[GST_EFFICIENTNET_STATS_KEPT]; /* a ring */
} GstEfficientNetStats;

/* Counts an inference that took DURATION, in a batch that was FILL full, 0 to 1. */
void gst_efficientnet_stats_add_inference(GstEfficientNetStats *stats, GstClockTime duration,
                                          double fill);

/* The property stats, for gst_structure_free(). */
GstStructure *gst_efficientnet_stats_to_structure(const GstEfficientNetStats *stats);

/* The announced latency, and how the latest inferences compare with it. */
typedef struct {
    GstClockTime announced;
    guint longer;         /* inferences in a row that took clearly longer */
    GstClockTime longest; /* the longest of them */
} GstEfficientNetLatency;

void gst_efficientnet_latency_init(GstEfficientNetLatency *latency, GstClockTime announced);

/* TRUE if the announced latency was raised, because several inferences in a row took clearly
 * longer. It is never lowered, as every change makes the pipeline reconfigure itself. */
gboolean gst_efficientnet_latency_update(GstEfficientNetLatency *latency, GstClockTime duration);

#endif
