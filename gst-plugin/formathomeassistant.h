/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish format=homeassistant: a device with a sensor for each element that classifies
 * the stream, which Home Assistant discovers. */
#ifndef GST_EFFICIENTNET_FORMATHOMEASSISTANT_H
#define GST_EFFICIENTNET_FORMATHOMEASSISTANT_H

#include "format.h"

#define GST_TYPE_EFFICIENTNET_FORMAT_HOMEASSISTANT                                                 \
    (gst_efficientnet_format_homeassistant_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetFormatHomeassistant, gst_efficientnet_format_homeassistant, GST,
                     EFFICIENTNET_FORMAT_HOMEASSISTANT, GObject)

#endif
