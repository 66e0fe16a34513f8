/* SPDX-License-Identifier: BSD-2-Clause */
/* How long something took, many times. */
#ifndef EFFNET_WATCH_HISTOGRAM_H
#define EFFNET_WATCH_HISTOGRAM_H

#include <gst/gst.h>

/* The buckets' upper bounds, in ns; what took longer is in one more bucket. */
#define EFFNET_WATCH_HISTOGRAM_BOUNDS 12
extern const GstClockTime effnet_watch_histogram_bounds[EFFNET_WATCH_HISTOGRAM_BOUNDS];

typedef struct {
    guint64 counts[EFFNET_WATCH_HISTOGRAM_BOUNDS + 1]; /* of each bucket alone */
    guint64 n;
    GstClockTime sum;
} EffNetWatchHistogram;

void effnet_watch_histogram_add(EffNetWatchHistogram *histogram, GstClockTime time);

#endif
