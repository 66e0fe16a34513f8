/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish format=onvif: a record is an XML document, on one line, of ONVIF's scene
 * description (tt:MetadataStream, in the Analytics Service Specification). */
#ifndef GST_EFFICIENTNET_FORMATONVIF_H
#define GST_EFFICIENTNET_FORMATONVIF_H

#include "format.h"

#define GST_TYPE_EFFICIENTNET_FORMAT_ONVIF (gst_efficientnet_format_onvif_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetFormatOnvif, gst_efficientnet_format_onvif, GST,
                     EFFICIENTNET_FORMAT_ONVIF, GObject)

#endif
