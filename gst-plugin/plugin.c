/* SPDX-License-Identifier: BSD-2-Clause */
#include "gstefficientnet.h"
#include "gstefficientnetpublish.h"

static gboolean
plugin_init(GstPlugin *plugin)
{
    return GST_ELEMENT_REGISTER(efficientnet, plugin) &&
           GST_ELEMENT_REGISTER(efficientnetpublish, plugin);
}

#define PACKAGE "gst-efficientnet"
GST_PLUGIN_DEFINE(GST_VERSION_MAJOR, GST_VERSION_MINOR, efficientnet,
                  "EfficientNet image classification on the CPU", plugin_init, EFFNET_VERSION,
                  "BSD", "gst-efficientnet", "Unknown package origin")
