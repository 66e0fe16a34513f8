/* SPDX-License-Identifier: BSD-2-Clause */
/* What the page shows, as JSON. */
#ifndef EFFNET_WATCH_STATE_H
#define EFFNET_WATCH_STATE_H

#include "status.h"

/* A JSON object:
 *
 *     time     now, in microseconds: AFTER for the next call
 *     streams  for each of STATUSES (EffNetWatchStatus), an object of name, phase, note, fps,
 *              frames, width, height, latency (the median, in seconds), progress (through a file;
 *              null: unknown), classes (best first), labels (of the classes in samples, by index),
 *              and samples since AFTER: a list of time, index, score, index, score…
 *
 * For g_free(). */
char *effnet_watch_state_format(const GPtrArray *statuses, gint64 after);

/* Appends a comma and the member KEY: TEXT, or null. */
void effnet_watch_state_append_text(GString *json, const char *key, const char *text);

#endif
