/* SPDX-License-Identifier: BSD-2-Clause */
/* efficientnetpublish format=frigate: a record is the label of the best class, under the topic that
 * Frigate's classification of states has, and only when it is another one than before. */
#ifndef GST_EFFICIENTNET_FORMATFRIGATE_H
#define GST_EFFICIENTNET_FORMATFRIGATE_H

#include "format.h"

#define GST_TYPE_EFFICIENTNET_FORMAT_FRIGATE (gst_efficientnet_format_frigate_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetFormatFrigate, gst_efficientnet_format_frigate, GST,
                     EFFICIENTNET_FORMAT_FRIGATE, GObject)

#endif
