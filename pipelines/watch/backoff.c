/* SPDX-License-Identifier: BSD-2-Clause */
#include "backoff.h"

#define STEADY (5 * (gint64)G_USEC_PER_SEC)

void
effnet_watch_backoff_note_success(EffNetWatchBackoff *backoff, gint64 lasted)
{
    if (lasted >= STEADY)
        backoff->failures = 0;
}

gint64
effnet_watch_backoff_next(EffNetWatchBackoff *backoff)
{
    gint64 delay = EFFNET_WATCH_BACKOFF_FIRST;

    for (guint i = 0; i < backoff->failures && delay < EFFNET_WATCH_BACKOFF_CAP; i++)
        delay *= 2;
    delay = MIN(delay, EFFNET_WATCH_BACKOFF_CAP);
    backoff->failures++;
    return delay / 2 + (gint64)(g_random_double() * (double)(delay / 2));
}
