/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish method=mqtt: each record a message to a broker. In the plugin file
 * efficientnetmqtt, which alone needs libmosquitto.
 *
 * A thread has the connection. write only puts a message into a queue of max-queue messages, and
 * the oldest one out of it when it is full; a few are with the library at a time, until the broker
 * has acknowledged them. Without a broker the thread tries again and again, at longer and
 * longer intervals, and says so once; a connection that does not last makes them longer as well. */
#ifndef GST_EFFICIENTNET_PUBLISHMQTT_H
#define GST_EFFICIENTNET_PUBLISHMQTT_H

#include "writer.h"

#define GST_TYPE_EFFICIENTNET_PUBLISH_MQTT (gst_efficientnet_publish_mqtt_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetPublishMqtt, gst_efficientnet_publish_mqtt, GST,
                     EFFICIENTNET_PUBLISH_MQTT, GObject)

#endif
