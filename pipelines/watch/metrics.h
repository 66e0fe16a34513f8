/* SPDX-License-Identifier: BSD-2-Clause */
/* Metrics for Prometheus. */
#ifndef EFFNET_WATCH_METRICS_H
#define EFFNET_WATCH_METRICS_H

#include "status.h"

#define EFFNET_WATCH_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* The metrics of STATUSES (EffNetWatchStatus) as text. For g_free(). */
char *effnet_watch_metrics_format(const GPtrArray *statuses);

#endif
