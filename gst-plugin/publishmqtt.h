/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish method=mqtt: each record is a message to a broker. It is in the plugin file
 * efficientnetmqtt, which alone needs libmosquitto.
 *
 * A thread keeps the connection. write only puts a message into a queue of max-queue messages,
 * dropping the oldest if it is full; a few messages at a time are with the library, until the
 * broker has acknowledged them. Without a broker, the thread tries again and again, at growing
 * intervals, and says so once; a connection that does not last makes them grow, too. */
#ifndef GST_EFFICIENTNET_PUBLISHMQTT_H
#define GST_EFFICIENTNET_PUBLISHMQTT_H

#include "writer.h"

#define GST_TYPE_EFFICIENTNET_PUBLISH_MQTT (gst_efficientnet_publish_mqtt_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetPublishMqtt, gst_efficientnet_publish_mqtt, GST,
                     EFFICIENTNET_PUBLISH_MQTT, GObject)

#endif
