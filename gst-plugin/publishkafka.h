/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish method=kafka: each record is a message to a Kafka cluster. It is in the
 * plugin file efficientnetkafka, which alone needs librdkafka.
 *
 * The library keeps connections on threads of its own, and tries again by itself. write only puts a
 * message into a queue of max-queue messages, dropping the oldest if it is full; a thread of this
 * class hands a few messages at a time to the library, which keeps them until they are
 * acknowledged. While there is no broker it says so once. */
#ifndef GST_EFFICIENTNET_PUBLISHKAFKA_H
#define GST_EFFICIENTNET_PUBLISHKAFKA_H

#include "writer.h"

#define GST_TYPE_EFFICIENTNET_PUBLISH_KAFKA (gst_efficientnet_publish_kafka_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetPublishKafka, gst_efficientnet_publish_kafka, GST,
                     EFFICIENTNET_PUBLISH_KAFKA, GObject)

#endif
