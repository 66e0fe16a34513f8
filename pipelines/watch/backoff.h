/* SPDX-License-Identifier: BSD-2-Clause */
/* How long to wait before a source is tried again: twice as long each time, up to a cap, and never
 * the same for two streams that were lost together. */
#ifndef EFFNET_WATCH_BACKOFF_H
#define EFFNET_WATCH_BACKOFF_H

#include <glib.h>

#define EFFNET_WATCH_BACKOFF_FIRST (G_USEC_PER_SEC / 2)
#define EFFNET_WATCH_BACKOFF_CAP   (30 * (gint64)G_USEC_PER_SEC)

typedef struct {
    guint failures; /* in a row; 0 to begin with */
} EffNetWatchBackoff;

/* A source that delivered for so long (microseconds) is a new matter. */
void effnet_watch_backoff_note_success(EffNetWatchBackoff *backoff, gint64 lasted);

/* Microseconds: between half and all of what it is this time. */
gint64 effnet_watch_backoff_next(EffNetWatchBackoff *backoff);

#endif
