/* SPDX-License-Identifier: BSD-2-Clause */
/* What the network puts out, as GStreamer's tensors, for its tensor decoders. They exist since
 * GStreamer 1.28; before, every form but none is refused. */
#ifndef GST_EFFICIENTNET_TENSORS_H
#define GST_EFFICIENTNET_TENSORS_H

#include <gst/gst.h>

#include "enums.h"

/* FALSE if this build has no tensors and FORM is not NONE. */
gboolean gst_efficientnet_tensors_check(GstEfficientNetTensors form, GError **error);

/* What the pad opposite to DIRECTION can have if this one has CAPS, before filtering: frames of the
 * source pad announce a tensor of N_CLASSES in the caps' field tensors. */
GstCaps *gst_efficientnet_tensors_transform_caps(GstEfficientNetTensors form, guint n_classes,
                                                 GstPadDirection direction, GstCaps *caps);

/* Attaches VALUES, 32-bit floats, as a tensor of 1 x their number: as GstTensorMeta with the id
 * that decoders look for if they are scores of classes; as GstAnalyticsTensorMtd unless they are
 * softmaxed, which the classes follow. */
void gst_efficientnet_tensors_attach(GstEfficientNetTensors form, GstBuffer *buffer,
                                     GBytes *values);

#endif
