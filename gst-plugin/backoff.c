/* SPDX-License-Identifier: BSD-2-Clause */
#include "backoff.h"

#define STEADY (5 * (gint64)G_USEC_PER_SEC)

void
gst_efficientnet_backoff_note_success(GstEfficientNetBackoff *backoff, gint64 lasted)
{
    if (lasted >= STEADY)
        backoff->failures = 0;
}

gint64
gst_efficientnet_backoff_next(GstEfficientNetBackoff *backoff)
{
    gint64 delay = GST_EFFICIENTNET_BACKOFF_FIRST;

    for (guint i = 0; i < backoff->failures && delay < GST_EFFICIENTNET_BACKOFF_CAP; i++)
        delay *= 2;
    delay = MIN(delay, GST_EFFICIENTNET_BACKOFF_CAP);
    backoff->failures++;
    return delay / 2 + (gint64)(g_random_double() * (double)(delay / 2));
}
