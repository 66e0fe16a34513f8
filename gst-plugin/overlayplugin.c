/* SPDX-License-Identifier: BSD-2-Clause */
/* A plugin of its own, as only this element needs Pango and Cairo. */
#include "gstefficientnetoverlay.h"

static gboolean
plugin_init(GstPlugin *plugin)
{
    return GST_ELEMENT_REGISTER(efficientnetoverlay, plugin);
}

#define PACKAGE "gst-efficientnet"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, efficientnetoverlay,
                  "Draws what efficientnet saw", plugin_init, EFFNET_VERSION, "BSD",
                  "gst-efficientnet", "Unknown package origin")
