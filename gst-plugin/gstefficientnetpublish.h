/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GST_EFFICIENTNET_PUBLISH_H
#define GST_EFFICIENTNET_PUBLISH_H

#include <gst/base/gstbasetransform.h>

#define GST_TYPE_EFFICIENTNET_PUBLISH (gst_efficientnet_publish_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetPublish, gst_efficientnet_publish, GST, EFFICIENTNET_PUBLISH,
                     GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE(efficientnetpublish)

#endif
