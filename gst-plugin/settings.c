/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

#define DEFAULT_TOP_K         5
#define DEFAULT_THRESHOLD     0.0f
#define DEFAULT_ACTIVATION    EFFNET_ACTIVATION_AUTO
#define DEFAULT_PRECISION     EFFNET_PRECISION_AUTO
#define DEFAULT_THREADS       0
#define DEFAULT_RESIZE_MODE   EFFNET_RESIZE_AUTO
#define DEFAULT_CROP_FRACTION 0.0f
#define DEFAULT_INTERPOLATION EFFNET_INTERPOLATION_AUTO
#define DEFAULT_ORIENTATION   GST_VIDEO_ORIENTATION_AUTO
#define DEFAULT_LATE_POLICY   GST_EFFICIENTNET_LATE_POLICY_WAIT
#define DEFAULT_INTERVAL      1
#define DEFAULT_HOLD_LAST     TRUE
#define DEFAULT_POST_MESSAGES GST_EFFICIENTNET_POST_MESSAGES_NONE

#define MAX_THREADS 1024

#define READY_FLAGS   (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static void
install_model_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_MODEL,
        g_param_spec_string(
            "model", "Model",
            "A .safetensors, .pth or .pt file, or the name of one that is installed "
            "or in GST_EFFICIENTNET_MODEL_PATH (NULL: the installed default)",
            NULL, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_MODEL_OPTIONS,
        g_param_spec_boxed(
            "model-options", "Model options",
            "What the model file does not say, or says wrongly: a structure with any "
            "of arch (a name, e.g. b0), resolution (pixels), mean and std (three "
            "numbers each, of a pixel scaled to 0..1), padding (same, symmetric), "
            "epsilon (of batch norm), e.g. \"options,arch=b0,resolution=240\" "
            "(NULL: all as recognised)",
            GST_TYPE_STRUCTURE, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_LABELS_FILE,
        g_param_spec_string(
            "labels-file", "Labels file",
            "The names of the classes, one a line, as many as the model has classes "
            "(NULL: those of the model, ImageNet's for 1000 classes)",
            NULL, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_LABELS,
        gst_param_spec_array("labels", "Labels",
                             "The names of the classes, as many as the model has, instead of "
                             "labels-file, e.g. \"<cat,dog>\" (empty: not set)",
                             g_param_spec_string("label", "Label", "The name of a class", NULL,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS),
                             READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_PRECISION,
        g_param_spec_enum("precision", "Precision", "In which numbers the network computes",
                          gst_efficientnet_precision_get_type(), DEFAULT_PRECISION, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_THREADS,
        g_param_spec_uint("threads", "Threads",
                          "How many threads of the process's one pool an inference may use; the "
                          "scores do not depend on it (0: all that the process may run on)",
                          0, MAX_THREADS, DEFAULT_THREADS, READY_FLAGS));
}

static void
install_score_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_TOP_K,
        g_param_spec_uint("top-k", "Top k", "How many classes a result has at most, best first", 1,
                          G_MAXINT, DEFAULT_TOP_K, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_THRESHOLD,
        g_param_spec_float("threshold", "Threshold",
                           "The score that a class must reach to be in a result, in the unit of "
                           "activation; a frame on which none does gets no result (0: off)",
                           0.0f, G_MAXFLOAT, DEFAULT_THRESHOLD, PLAYING_FLAGS));
    g_object_class_install_property(klass, GST_EFFICIENTNET_PROP_ACTIVATION,
                                    g_param_spec_enum("activation", "Activation",
                                                      "What makes scores of the network's outputs",
                                                      gst_efficientnet_activation_get_type(),
                                                      DEFAULT_ACTIVATION, PLAYING_FLAGS));
}

static void
install_frame_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_RESIZE_MODE,
        g_param_spec_enum("resize-mode", "Resize mode",
                          "How a frame becomes the network's square; the frame downstream is not "
                          "touched",
                          gst_efficientnet_resize_mode_get_type(), DEFAULT_RESIZE_MODE,
                          PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_CROP_FRACTION,
        g_param_spec_float("crop-fraction", "Crop fraction",
                           "With resize-mode=center-crop, how much of the shorter side is looked "
                           "at; 1: all of it (0: as the network was trained)",
                           0.0f, 1.0f, DEFAULT_CROP_FRACTION, PLAYING_FLAGS));
    g_object_class_install_property(klass, GST_EFFICIENTNET_PROP_INTERPOLATION,
                                    g_param_spec_enum("interpolation", "Interpolation",
                                                      "The filter that resizes",
                                                      gst_efficientnet_interpolation_get_type(),
                                                      DEFAULT_INTERPOLATION, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_ORIENTATION,
        g_param_spec_enum("orientation", "Orientation",
                          "How a frame is to be turned for the network; it is not turned for "
                          "downstream (auto: by the stream's image-orientation tag; custom: as "
                          "identity)",
                          GST_TYPE_VIDEO_ORIENTATION_METHOD, DEFAULT_ORIENTATION, PLAYING_FLAGS));
}

static void
install_schedule_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_LATE_POLICY,
        g_param_spec_enum(
            "late-policy", "Late policy",
            "What a frame does while the network runs; no frame is ever dropped. wait "
            "adds the time of an inference to the pipeline's latency, skip-inference "
            "none",
            gst_efficientnet_late_policy_get_type(), DEFAULT_LATE_POLICY, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_INFERENCE_INTERVAL,
        g_param_spec_uint("inference-interval", "Inference interval",
                          "Every n-th frame is inferred (1: every frame)", 1, G_MAXINT,
                          DEFAULT_INTERVAL, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_HOLD_LAST,
        g_param_spec_boolean(
            "hold-last", "Hold last",
            "Frames that are not inferred carry the last result, its age in frames "
            "beside it; otherwise a result is on one frame only",
            DEFAULT_HOLD_LAST, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_POST_MESSAGES,
        g_param_spec_enum(
            "post-messages", "Post messages",
            "When an element message \"efficientnet\" with stream, pts and results is "
            "posted on the bus; results is empty where no class reached the threshold",
            gst_efficientnet_post_messages_get_type(), DEFAULT_POST_MESSAGES, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_STATS,
        g_param_spec_boxed(
            "stats", "Statistics",
            "Since the element was started: frames that passed, inferences that were "
            "finished, frames whose inference was skipped for being late, frames that "
            "carried a held result, latency-p50 and latency-p99 of the latest "
            "inferences in ns, batch-fill (0 to 1)",
            GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
gst_efficientnet_settings_install(GObjectClass *klass)
{
    install_model_properties(klass);
    install_score_properties(klass);
    install_frame_properties(klass);
    install_schedule_properties(klass);
}

static GstStructure *
structure_copy(const GstStructure *structure)
{
    return structure ? gst_structure_copy(structure) : NULL;
}

void
gst_efficientnet_model_settings_copy(GstEfficientNetModelSettings *dst,
                                     const GstEfficientNetModelSettings *src)
{
    *dst = *src;
    dst->model = g_strdup(src->model);
    dst->model_options = structure_copy(src->model_options);
    dst->labels_file = g_strdup(src->labels_file);
    dst->labels = g_strdupv(src->labels);
}

void
gst_efficientnet_model_settings_clear(GstEfficientNetModelSettings *settings)
{
    g_clear_pointer(&settings->model, g_free);
    g_clear_pointer(&settings->model_options, gst_structure_free);
    g_clear_pointer(&settings->labels_file, g_free);
    g_clear_pointer(&settings->labels, g_strfreev);
}

/* NULL for an empty array, which is how labels are unset. */
static char **
labels_from_value(const GValue *value)
{
    guint n = gst_value_array_get_size(value);
    char **labels;

    if (n == 0)
        return NULL;
    labels = g_new0(char *, (gsize)n + 1);
    for (guint i = 0; i < n; i++) {
        const char *label = g_value_get_string(gst_value_array_get_value(value, i));

        labels[i] = g_strdup(label ? label : "");
    }
    return labels;
}

static void
labels_to_value(char *const *labels, GValue *value)
{
    for (gsize i = 0; labels && labels[i]; i++) {
        GValue label = G_VALUE_INIT;

        g_value_init(&label, G_TYPE_STRING);
        g_value_set_string(&label, labels[i]);
        gst_value_array_append_and_take_value(value, &label);
    }
}

void
gst_efficientnet_model_settings_set(GstEfficientNetModelSettings *settings,
                                    GstEfficientNetProp prop, const GValue *value)
{
    switch (prop) {
    case GST_EFFICIENTNET_PROP_MODEL:
        g_free(settings->model);
        settings->model = g_value_dup_string(value);
        break;
    case GST_EFFICIENTNET_PROP_MODEL_OPTIONS:
        g_clear_pointer(&settings->model_options, gst_structure_free);
        settings->model_options = structure_copy(gst_value_get_structure(value));
        break;
    case GST_EFFICIENTNET_PROP_LABELS_FILE:
        g_free(settings->labels_file);
        settings->labels_file = g_value_dup_string(value);
        break;
    case GST_EFFICIENTNET_PROP_LABELS:
        g_strfreev(settings->labels);
        settings->labels = labels_from_value(value);
        break;
    case GST_EFFICIENTNET_PROP_PRECISION:
        settings->precision = g_value_get_enum(value);
        break;
    case GST_EFFICIENTNET_PROP_THREADS:
        settings->threads = g_value_get_uint(value);
        break;
    default:
        g_assert_not_reached();
    }
}

void
gst_efficientnet_model_settings_get(const GstEfficientNetModelSettings *settings,
                                    GstEfficientNetProp prop, GValue *value)
{
    switch (prop) {
    case GST_EFFICIENTNET_PROP_MODEL:
        g_value_set_string(value, settings->model);
        break;
    case GST_EFFICIENTNET_PROP_MODEL_OPTIONS:
        gst_value_set_structure(value, settings->model_options);
        break;
    case GST_EFFICIENTNET_PROP_LABELS_FILE:
        g_value_set_string(value, settings->labels_file);
        break;
    case GST_EFFICIENTNET_PROP_LABELS:
        labels_to_value(settings->labels, value);
        break;
    case GST_EFFICIENTNET_PROP_PRECISION:
        g_value_set_enum(value, settings->precision);
        break;
    case GST_EFFICIENTNET_PROP_THREADS:
        g_value_set_uint(value, settings->threads);
        break;
    default:
        g_assert_not_reached();
    }
}

void
gst_efficientnet_frame_settings_init(GstEfficientNetFrameSettings *settings)
{
    *settings = (GstEfficientNetFrameSettings){
        .top_k = DEFAULT_TOP_K,
        .threshold = DEFAULT_THRESHOLD,
        .activation = DEFAULT_ACTIVATION,
        .resize = {DEFAULT_RESIZE_MODE, DEFAULT_CROP_FRACTION, DEFAULT_INTERPOLATION},
        .orientation = DEFAULT_ORIENTATION,
        .late_policy = DEFAULT_LATE_POLICY,
        .interval = DEFAULT_INTERVAL,
        .hold_last = DEFAULT_HOLD_LAST,
        .post_messages = DEFAULT_POST_MESSAGES,
    };
}

void
gst_efficientnet_frame_settings_set(GstEfficientNetFrameSettings *settings,
                                    GstEfficientNetProp prop, const GValue *value)
{
    switch (prop) {
    case GST_EFFICIENTNET_PROP_TOP_K:
        settings->top_k = g_value_get_uint(value);
        break;
    case GST_EFFICIENTNET_PROP_THRESHOLD:
        settings->threshold = g_value_get_float(value);
        break;
    case GST_EFFICIENTNET_PROP_ACTIVATION:
        settings->activation = g_value_get_enum(value);
        break;
    case GST_EFFICIENTNET_PROP_RESIZE_MODE:
        settings->resize.mode = g_value_get_enum(value);
        break;
    case GST_EFFICIENTNET_PROP_CROP_FRACTION:
        settings->resize.crop_fraction = g_value_get_float(value);
        break;
    case GST_EFFICIENTNET_PROP_INTERPOLATION:
        settings->resize.interpolation = g_value_get_enum(value);
        break;
    case GST_EFFICIENTNET_PROP_ORIENTATION:
        settings->orientation = g_value_get_enum(value);
        break;
    case GST_EFFICIENTNET_PROP_LATE_POLICY:
        settings->late_policy = g_value_get_enum(value);
        break;
    case GST_EFFICIENTNET_PROP_INFERENCE_INTERVAL:
        settings->interval = g_value_get_uint(value);
        break;
    case GST_EFFICIENTNET_PROP_HOLD_LAST:
        settings->hold_last = g_value_get_boolean(value);
        break;
    case GST_EFFICIENTNET_PROP_POST_MESSAGES:
        settings->post_messages = g_value_get_enum(value);
        break;
    default:
        g_assert_not_reached();
    }
}

void
gst_efficientnet_frame_settings_get(const GstEfficientNetFrameSettings *settings,
                                    GstEfficientNetProp prop, GValue *value)
{
    switch (prop) {
    case GST_EFFICIENTNET_PROP_TOP_K:
        g_value_set_uint(value, settings->top_k);
        break;
    case GST_EFFICIENTNET_PROP_THRESHOLD:
        g_value_set_float(value, settings->threshold);
        break;
    case GST_EFFICIENTNET_PROP_ACTIVATION:
        g_value_set_enum(value, settings->activation);
        break;
    case GST_EFFICIENTNET_PROP_RESIZE_MODE:
        g_value_set_enum(value, settings->resize.mode);
        break;
    case GST_EFFICIENTNET_PROP_CROP_FRACTION:
        g_value_set_float(value, settings->resize.crop_fraction);
        break;
    case GST_EFFICIENTNET_PROP_INTERPOLATION:
        g_value_set_enum(value, settings->resize.interpolation);
        break;
    case GST_EFFICIENTNET_PROP_ORIENTATION:
        g_value_set_enum(value, settings->orientation);
        break;
    case GST_EFFICIENTNET_PROP_LATE_POLICY:
        g_value_set_enum(value, settings->late_policy);
        break;
    case GST_EFFICIENTNET_PROP_INFERENCE_INTERVAL:
        g_value_set_uint(value, settings->interval);
        break;
    case GST_EFFICIENTNET_PROP_HOLD_LAST:
        g_value_set_boolean(value, settings->hold_last);
        break;
    case GST_EFFICIENTNET_PROP_POST_MESSAGES:
        g_value_set_enum(value, settings->post_messages);
        break;
    default:
        g_assert_not_reached();
    }
}
