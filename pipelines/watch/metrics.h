/* SPDX-License-Identifier: BSD-2-Clause */
/* What Prometheus is told. */
#ifndef EFFNET_WATCH_METRICS_H
#define EFFNET_WATCH_METRICS_H

#include "status.h"

#define EFFNET_WATCH_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/* STATUSES is of EffNetWatchStatus. Free the text with g_free(). */
char *effnet_watch_metrics_format(const GPtrArray *statuses);

#endif
