/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GST_EFFICIENTNET_H
#define GST_EFFICIENTNET_H

#include "stats.h"

#include <gst/base/gstbasetransform.h>

#define GST_TYPE_EFFICIENTNET (gst_efficientnet_get_type())
G_DECLARE_FINAL_TYPE(GstEfficientNet, gst_efficientnet, GST, EFFICIENTNET, GstBaseTransform)

GST_ELEMENT_REGISTER_DECLARE(efficientnet)

/* The labels, N of them, of an element that is READY. Valid until it is NULL, or another model is
 * set while PLAYING. */
const char *const *gst_efficientnet_get_labels(GstEfficientNet *self, guint *n);

/* All that is counted since the element was started. */
void gst_efficientnet_get_stats(GstEfficientNet *self, GstEfficientNetStats *stats);

#endif
