/* SPDX-License-Identifier: BSD-2-Clause */
/* How long to wait before connecting again: twice as long each time, up to a limit, and never
 * equally long for two connections that were lost together. */
#ifndef GST_EFFICIENTNET_BACKOFF_H
#define GST_EFFICIENTNET_BACKOFF_H

#include <glib.h>

#define GST_EFFICIENTNET_BACKOFF_FIRST (G_USEC_PER_SEC / 2)
#define GST_EFFICIENTNET_BACKOFF_CAP   (30 * (gint64)G_USEC_PER_SEC)

typedef struct {
    guint failures; /* in a row; 0 at first */
} GstEfficientNetBackoff;

/* Notes that a connection lasted LASTED microseconds; if these are seconds, its loss counts as the
 * first. */
void gst_efficientnet_backoff_note_success(GstEfficientNetBackoff *backoff, gint64 lasted);

/* The next wait in microseconds, random between half and all of the current limit. */
gint64 gst_efficientnet_backoff_next(GstEfficientNetBackoff *backoff);

#endif
