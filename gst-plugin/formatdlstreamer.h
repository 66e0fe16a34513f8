/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish format=dlstreamer: a record is the JSON object that DL Streamer's
 * gvametaconvert makes of gvaclassify's results. */
#ifndef GST_EFFICIENTNET_FORMATDLSTREAMER_H
#define GST_EFFICIENTNET_FORMATDLSTREAMER_H

#include "format.h"

#define GST_TYPE_EFFICIENTNET_FORMAT_DLSTREAMER (gst_efficientnet_format_dlstreamer_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetFormatDlstreamer, gst_efficientnet_format_dlstreamer, GST,
                     EFFICIENTNET_FORMAT_DLSTREAMER, GObject)

#endif
