/* SPDX-License-Identifier: BSD-2-Clause */
/* A message that waits for the broker. */
#ifndef GST_EFFICIENTNET_BROKERMESSAGE_H
#define GST_EFFICIENTNET_BROKERMESSAGE_H

#include "writer.h"

typedef struct {
    char *topic;
    char *key; /* NULL: none */
    char *data;
    gsize length;
    gboolean retain;
} GstEfficientNetBrokerMessage;

/* A copy of MESSAGE, with TOPIC unless it has its own. */
GstEfficientNetBrokerMessage *
gst_efficientnet_broker_message_new(const GstEfficientNetMessage *message, const char *topic);
void gst_efficientnet_broker_message_free(GstEfficientNetBrokerMessage *message);

#endif
