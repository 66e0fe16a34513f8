/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GST_EFFICIENTNET_OVERLAY_H
#define GST_EFFICIENTNET_OVERLAY_H

#include <gst/base/gstbasetransform.h>

#define GST_TYPE_EFFICIENTNET_OVERLAY (gst_efficientnet_overlay_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNetOverlay, gst_efficientnet_overlay, GST, EFFICIENTNET_OVERLAY,
                     GstBaseTransform)
GST_ELEMENT_REGISTER_DECLARE(efficientnetoverlay)

#endif
