/* SPDX-License-Identifier: BSD-2-Clause */
/* The plugin efficientnetonvif has no element: it adds a format to efficientnetpublish, as a type
 * that GStreamer finds in its registry and loads when the element needs it. */
#include "formatonvif.h"

static gboolean
plugin_init(GstPlugin *plugin)
{
    return gst_dynamic_type_register(plugin, GST_TYPE_EFFICIENTNET_FORMAT_ONVIF);
}

#define PACKAGE "gst-efficientnet"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, efficientnetonvif,
                  "EfficientNet results as ONVIF metadata", plugin_init, EFFNET_VERSION, "BSD",
                  "gst-efficientnet", "Unknown package origin")
