/* SPDX-License-Identifier: BSD-2-Clause */
#include "brokermessage.h"

GstEfficientNetBrokerMessage *
gst_efficientnet_broker_message_new(const GstEfficientNetMessage *message, const char *topic)
{
    GstEfficientNetBrokerMessage *copy = g_new(GstEfficientNetBrokerMessage, 1);

    *copy = (GstEfficientNetBrokerMessage){
        .topic = g_strdup(message->topic ? message->topic : topic),
        .key = g_strdup(message->key),
        .data = g_memdup2(message->data, message->length),
        .length = message->length,
        .retain = message->retain,
    };
    return copy;
}

void
gst_efficientnet_broker_message_free(GstEfficientNetBrokerMessage *message)
{
    g_free(message->topic);
    g_free(message->key);
    g_free(message->data);
    g_free(message);
}
