/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GST_EFFICIENTNET_H
#define GST_EFFICIENTNET_H

#include <gst/base/gstbasetransform.h>

#define GST_TYPE_EFFICIENTNET (gst_efficientnet_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNet, gst_efficientnet, GST, EFFICIENTNET, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE(efficientnet)

#endif
