/* SPDX-License-Identifier: BSD-2-Clause */
#include "enums.h"

#include <gst/gst.h>

#include <effnet/effnet.h>

/* Unlike G_DEFINE_ENUM_TYPE(), gives gst-inspect a sentence to show, not C names. */
#define DEFINE_TYPE(TypeName, type_name, Kind, kind, ...)                                          \
    GType type_name##_get_type(void)                                                               \
    {                                                                                              \
        static const G##Kind##Value values[] = {__VA_ARGS__, {0, NULL, NULL}};                     \
        static gsize type = 0;                                                                     \
                                                                                                   \
        if (g_once_init_enter(&type)) {                                                            \
            GType registered = g_##kind##_register_static(TypeName, values);                       \
            gst_type_mark_as_plugin_api(registered, 0);                                            \
            g_once_init_leave(&type, registered);                                                  \
        }                                                                                          \
        return type;                                                                               \
    }

#define DEFINE_ENUM(TypeName, type_name, ...)                                                      \
    DEFINE_TYPE(TypeName, type_name, Enum, enum, __VA_ARGS__)
#define DEFINE_FLAGS(TypeName, type_name, ...)                                                     \
    DEFINE_TYPE(TypeName, type_name, Flags, flags, __VA_ARGS__)

/* clang-format off */
DEFINE_ENUM("GstEfficientNetActivation", gst_efficientnet_activation,
    {EFFNET_ACTIVATION_AUTO, "What the model says, softmax where it says nothing", "auto"},
    {EFFNET_ACTIVATION_SOFTMAX, "One of all classes: the scores add up to 1", "softmax"},
    {EFFNET_ACTIVATION_SIGMOID, "Each class by itself, 0 to 1", "sigmoid"},
    {EFFNET_ACTIVATION_NONE, "The network's outputs as they are", "none"})

DEFINE_ENUM("GstEfficientNetResizeMode", gst_efficientnet_resize_mode,
    {EFFNET_RESIZE_AUTO, "As the network was trained", "auto"},
    {EFFNET_RESIZE_CENTER_CROP, "The centre is cut out; the rest is not seen", "center-crop"},
    {EFFNET_RESIZE_STRETCH, "The whole frame, its aspect ratio not kept", "stretch"},
    {EFFNET_RESIZE_LETTERBOX, "The whole frame, its aspect ratio kept, with borders", "letterbox"})

DEFINE_ENUM("GstEfficientNetInterpolation", gst_efficientnet_interpolation,
    {EFFNET_INTERPOLATION_AUTO, "As the network was trained", "auto"},
    {EFFNET_INTERPOLATION_BILINEAR, "Bilinear, antialiased", "bilinear"},
    {EFFNET_INTERPOLATION_BICUBIC, "Bicubic, antialiased", "bicubic"})

DEFINE_ENUM("GstEfficientNetLatePolicy", gst_efficientnet_late_policy,
    {GST_EFFICIENTNET_LATE_POLICY_WAIT,
        "A frame is held until its own result is there", "wait"},
    {GST_EFFICIENTNET_LATE_POLICY_SKIP_INFERENCE,
        "A frame passes at once with the newest finished result", "skip-inference"})

DEFINE_ENUM("GstEfficientNetPostMessages", gst_efficientnet_post_messages,
    {GST_EFFICIENTNET_POST_MESSAGES_NONE, "No messages", "none"},
    {GST_EFFICIENTNET_POST_MESSAGES_CHANGES, "A message when the best class changes", "changes"},
    {GST_EFFICIENTNET_POST_MESSAGES_ALL, "A message for every inference", "all"})

DEFINE_ENUM("GstEfficientNetInferenceRegion", gst_efficientnet_inference_region,
    {GST_EFFICIENTNET_INFERENCE_REGION_FULL_FRAME, "The frame, or its zone roi", "full-frame"},
    {GST_EFFICIENTNET_INFERENCE_REGION_ROI_LIST,
        "The regions that other elements found in the frame", "roi-list"})

DEFINE_ENUM("GstEfficientNetTensors", gst_efficientnet_tensors,
    {GST_EFFICIENTNET_TENSORS_NONE, "No tensors", "none"},
    {GST_EFFICIENTNET_TENSORS_LOGITS, "The classes' outputs as they are", "logits"},
    {GST_EFFICIENTNET_TENSORS_SOFTMAX, "The classes' probabilities", "softmax"},
    {GST_EFFICIENTNET_TENSORS_EMBEDDING, "The pooled features", "embedding"})

DEFINE_FLAGS("GstEfficientNetMetaForms", gst_efficientnet_meta_forms,
    {GST_EFFICIENTNET_META_FORM_ANALYTICS,
        "GstAnalyticsClsMtd, with GStreamer 1.24 and later", "analytics"},
    {GST_EFFICIENTNET_META_FORM_ROI,
        "Parameters of the region's GstVideoRegionOfInterestMeta", "roi"},
    {GST_EFFICIENTNET_META_FORM_FRAME,
        "With analytics, the frame or its zone as a GstAnalyticsODMtd, for elements that look for "
        "objects", "frame"})

DEFINE_ENUM("GstEfficientNetOverlayPosition", gst_efficientnet_overlay_position,
    {GST_EFFICIENTNET_OVERLAY_TOP_LEFT, "Upper left corner", "top-left"},
    {GST_EFFICIENTNET_OVERLAY_TOP_RIGHT, "Upper right corner", "top-right"},
    {GST_EFFICIENTNET_OVERLAY_BOTTOM_LEFT, "Lower left corner", "bottom-left"},
    {GST_EFFICIENTNET_OVERLAY_BOTTOM_RIGHT, "Lower right corner", "bottom-right"})
/* clang-format on */

/* The engine's list, whatever it contains. */
GType
gst_efficientnet_precision_get_type(void)
{
    static gsize type = 0;

    if (g_once_init_enter(&type)) {
        GArray *values = g_array_new(TRUE, TRUE, sizeof(GEnumValue));
        GType registered;

        for (gint i = 0; effnet_precision_get_name(i); i++) {
            const GEnumValue value = {i, effnet_precision_get_summary(i),
                                      effnet_precision_get_name(i)};

            g_array_append_val(values, value);
        }
        /* Kept as long as the type, that is for ever. */
        registered = g_enum_register_static("GstEfficientNetPrecision",
                                            (GEnumValue *)(void *)g_array_free(values, FALSE));
        gst_type_mark_as_plugin_api(registered, 0);
        g_once_init_leave(&type, registered);
    }
    return type;
}
