/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish format=json: a record is a line of json.h. */
#ifndef GST_EFFICIENTNET_FORMATJSON_H
#define GST_EFFICIENTNET_FORMATJSON_H

#include "format.h"

#define GST_TYPE_EFFICIENTNET_FORMAT_JSON (gst_efficientnet_format_json_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetFormatJson, gst_efficientnet_format_json, GST,
                     EFFICIENTNET_FORMAT_JSON, GObject)

#endif
