/* SPDX-License-Identifier: BSD-2-Clause */
/* The GTypes of the elements' enumerations, including the engine's. */
#ifndef GST_EFFICIENTNET_ENUMS_H
#define GST_EFFICIENTNET_ENUMS_H

#include <glib-object.h>

typedef enum {
    GST_EFFICIENTNET_LATE_POLICY_WAIT,
    GST_EFFICIENTNET_LATE_POLICY_SKIP_INFERENCE,
} GstEfficientNetLatePolicy;

typedef enum {
    GST_EFFICIENTNET_POST_MESSAGES_NONE,
    GST_EFFICIENTNET_POST_MESSAGES_CHANGES,
    GST_EFFICIENTNET_POST_MESSAGES_ALL,
} GstEfficientNetPostMessages;

typedef enum {
    GST_EFFICIENTNET_INFERENCE_REGION_FULL_FRAME,
    GST_EFFICIENTNET_INFERENCE_REGION_ROI_LIST,
} GstEfficientNetInferenceRegion;

/* What of the network's outputs buffers carry as a tensor. */
typedef enum {
    GST_EFFICIENTNET_TENSORS_NONE,
    GST_EFFICIENTNET_TENSORS_LOGITS,
    GST_EFFICIENTNET_TENSORS_SOFTMAX,
    GST_EFFICIENTNET_TENSORS_EMBEDDING,
} GstEfficientNetTensors;

/* Metadata in addition to the custom meta. */
typedef enum {
    GST_EFFICIENTNET_META_FORM_ANALYTICS = 1 << 0,
    GST_EFFICIENTNET_META_FORM_ROI = 1 << 1,
    GST_EFFICIENTNET_META_FORM_FRAME = 1 << 2,
} GstEfficientNetMetaForms;

typedef enum {
    GST_EFFICIENTNET_OVERLAY_TOP_LEFT,
    GST_EFFICIENTNET_OVERLAY_TOP_RIGHT,
    GST_EFFICIENTNET_OVERLAY_BOTTOM_LEFT,
    GST_EFFICIENTNET_OVERLAY_BOTTOM_RIGHT,
} GstEfficientNetOverlayPosition;

/* With the values of the engine's enumerations of the same names. */
GType gst_efficientnet_activation_get_type(void);
GType gst_efficientnet_precision_get_type(void);
GType gst_efficientnet_resize_mode_get_type(void);
GType gst_efficientnet_interpolation_get_type(void);

GType gst_efficientnet_late_policy_get_type(void);
GType gst_efficientnet_post_messages_get_type(void);
GType gst_efficientnet_inference_region_get_type(void);
GType gst_efficientnet_tensors_get_type(void);
GType gst_efficientnet_meta_forms_get_type(void);
GType gst_efficientnet_overlay_position_get_type(void);

#endif
