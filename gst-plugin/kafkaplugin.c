/* SPDX-License-Identifier: BSD-2-Clause */
/* The plugin efficientnetkafka has no element: it adds a method to efficientnetpublish, as a type
 * that GStreamer finds in its registry and loads when the element needs it. */
#include "publishkafka.h"

static gboolean
plugin_init(GstPlugin *plugin)
{
    return gst_dynamic_type_register(plugin, GST_TYPE_EFFICIENTNET_PUBLISH_KAFKA);
}

#define PACKAGE "gst-efficientnet"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, efficientnetkafka,
                  "EfficientNet results to a Kafka cluster", plugin_init, EFFNET_VERSION, "BSD",
                  "gst-efficientnet", "Unknown package origin")
