/* SPDX-License-Identifier: BSD-2-Clause */
/* When a buffer was captured or sent, by the sender's clock. */
#ifndef GST_EFFICIENTNET_SENDERTIME_H
#define GST_EFFICIENTNET_SENDERTIME_H

#include <gst/gst.h>

/* What GstReferenceTimestampMeta says of BUFFER in NTP or UNIX time, as rtspsrc attaches it with
 * add-reference-timestamp-meta: microseconds since 1970, UTC. 0: it says nothing. */
gint64 gst_efficientnet_sender_time_get(GstBuffer *buffer);

#endif
