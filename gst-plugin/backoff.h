/* SPDX-License-Identifier: BSD-2-Clause */
/* How long to wait before a connection is tried again: twice as long each time, up to a cap, and
 * never the same for two that were lost together. */
#ifndef GST_EFFICIENTNET_BACKOFF_H
#define GST_EFFICIENTNET_BACKOFF_H

#include <glib.h>

#define GST_EFFICIENTNET_BACKOFF_FIRST (G_USEC_PER_SEC / 2)
#define GST_EFFICIENTNET_BACKOFF_CAP   (30 * (gint64)G_USEC_PER_SEC)

typedef struct {
    guint failures; /* in a row; 0 to begin with */
} GstEfficientNetBackoff;

/* The connection served for so long (microseconds): seconds make its loss a new matter. */
void gst_efficientnet_backoff_note_success(GstEfficientNetBackoff *backoff, gint64 lasted);

/* Microseconds: between half and all of what it is this time. */
gint64 gst_efficientnet_backoff_next(GstEfficientNetBackoff *backoff);

#endif
