/* SPDX-License-Identifier: BSD-2-Clause */
/* How long inferences take. */
#ifndef EFFNET_LATENCY_H
#define EFFNET_LATENCY_H

#include <effnet/effnet.h>

/* Milliseconds of each inference of BATCH random images, in order: for SECONDS, and at least
 * MIN_RUNS of them. With PROFILE, the session's ops are measured as well. */
GArray *effnet_latency_measure(EffNetSession *session, guint batch, double seconds, guint min_runs,
                               gboolean profile);

/* Measures exactly RUNS inferences, including the first. */
GArray *effnet_latency_measure_runs(EffNetSession *session, guint batch, guint runs,
                                    gboolean profile);

void effnet_latency_sort(GArray *times);
double effnet_latency_percentile(const GArray *sorted, guint percent);

#endif
