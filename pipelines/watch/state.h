/* SPDX-License-Identifier: BSD-2-Clause */
/* What the page is told, as JSON. */
#ifndef EFFNET_WATCH_STATE_H
#define EFFNET_WATCH_STATE_H

#include "status.h"

/* An object of
 *
 *     time     now, in microseconds: what to give as AFTER the next time
 *     streams  a list, in the order of STATUSES, of objects of name, phase, note, fps, frames,
 * width, height, latency (median, in seconds), progress (of a file; null: unknown), classes (best
 * first), labels (of the classes in samples, by index), and samples since AFTER: a list of time,
 * index, score, index, score...
 *
 * STATUSES is of EffNetWatchStatus. Free the text with g_free(). */
char *effnet_watch_state_format(const GPtrArray *statuses, gint64 after);

#endif
