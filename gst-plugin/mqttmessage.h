/* SPDX-License-Identifier: BSD-2-Clause */
/* A message that waits for the broker. */
#ifndef GST_EFFICIENTNET_MQTTMESSAGE_H
#define GST_EFFICIENTNET_MQTTMESSAGE_H

#include "writer.h"

typedef struct {
    char *topic;
    char *data;
    gsize length;
    gboolean retain;
} GstEfficientNetMqttMessage;

/* A copy of MESSAGE, with TOPIC unless it has its own. */
GstEfficientNetMqttMessage *gst_efficientnet_mqtt_message_new(const GstEfficientNetMessage *message,
                                                              const char *topic);
void gst_efficientnet_mqtt_message_free(GstEfficientNetMqttMessage *message);

/* SUFFIX below TOPIC, with "_" for each character that topics may not contain. For g_free(). */
char *gst_efficientnet_mqtt_make_topic(const char *topic, const char *suffix);

#endif
