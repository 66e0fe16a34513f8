/* SPDX-License-Identifier: BSD-2-Clause */
/* The plugin efficientnetmqtt has no element: it adds a method and formats to efficientnetpublish,
 * as types that GStreamer finds in its registry and loads when the element needs them. */
#include "formatfrigate.h"
#include "formathomeassistant.h"
#include "publishmqtt.h"

static gboolean
plugin_init(GstPlugin *plugin)
{
    return gst_dynamic_type_register(plugin, GST_TYPE_EFFICIENTNET_PUBLISH_MQTT) &&
           gst_dynamic_type_register(plugin, GST_TYPE_EFFICIENTNET_FORMAT_HOMEASSISTANT) &&
           gst_dynamic_type_register(plugin, GST_TYPE_EFFICIENTNET_FORMAT_FRIGATE);
}

#define PACKAGE "gst-efficientnet"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, efficientnetmqtt,
                  "EfficientNet results to an MQTT broker", plugin_init, EFFNET_VERSION, "BSD",
                  "gst-efficientnet", "Unknown package origin")
