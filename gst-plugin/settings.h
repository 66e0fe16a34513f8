/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of efficientnet as values. */
#ifndef GST_EFFICIENTNET_SETTINGS_H
#define GST_EFFICIENTNET_SETTINGS_H

#include <gst/video/video.h>

#include <effnet/effnet.h>

#include "enums.h"

/* Settings that are fixed when the model is opened. */
typedef struct {
    char *model;
    GstStructure *model_options;
    char *labels_file;
    char **labels;
    EffNetPrecision precision;
    gboolean no_cache;
    guint threads;
    char *instance_id; /* NULL: not shared */
    guint batch_size;  /* 0 means 1 */
    GstClockTime batch_timeout;
    gboolean heatmap;
} GstEfficientNetModelSettings;

typedef struct {
    gint n, d;
} GstEfficientNetFraction;

/* A zone of a frame. */
typedef struct {
    double x, y, w, h;    /* w 0: all of the frame */
    gboolean is_relative; /* these are shares of the frame, not pixels */
} GstEfficientNetZone;

/* Settings that every frame reads anew. */
typedef struct {
    guint top_k;
    float threshold;
    EffNetActivation activation;
    EffNetResize resize;
    GstVideoOrientationMethod orientation;
    GstEfficientNetLatePolicy late_policy;
    guint interval;
    GstEfficientNetFraction max_rate; /* n 0: no limit */
    float change_threshold;
    GstClockTime refresh_interval; /* 0: off */
    guint confirm;
    float release; /* 0: as threshold */
    float consensus;
    float smoothing;
    GstEfficientNetZone roi;
    GstEfficientNetInferenceRegion inference_region;
    const char *object_class; /* interned; names separated by commas; NULL: all */
    guint min_object_size;
    guint reclassify_interval;
    gboolean embedding;
    float unknown; /* the similarity from which something is known, or one of the following */
    GstEfficientNetMetaForms meta;
    GstEfficientNetTensors tensors;
    gboolean hold_last;
    GstEfficientNetPostMessages post_messages;
} GstEfficientNetFrameSettings;

#define GST_EFFICIENTNET_UNKNOWN_AUTO (-1.0f) /* as the model says */
#define GST_EFFICIENTNET_UNKNOWN_OFF  (-2.0f)

typedef enum {
    GST_EFFICIENTNET_PROP_MODEL = 1,
    GST_EFFICIENTNET_PROP_MODEL_OPTIONS,
    GST_EFFICIENTNET_PROP_LABELS_FILE,
    GST_EFFICIENTNET_PROP_LABELS,
    GST_EFFICIENTNET_PROP_PRECISION,
    GST_EFFICIENTNET_PROP_CACHE,
    GST_EFFICIENTNET_PROP_THREADS,
    GST_EFFICIENTNET_PROP_MODEL_INSTANCE_ID,
    GST_EFFICIENTNET_PROP_BATCH_SIZE,
    GST_EFFICIENTNET_PROP_BATCH_TIMEOUT,
    GST_EFFICIENTNET_PROP_HEATMAP,
    GST_EFFICIENTNET_PROP_TOP_K,
    GST_EFFICIENTNET_PROP_THRESHOLD,
    GST_EFFICIENTNET_PROP_ACTIVATION,
    GST_EFFICIENTNET_PROP_RESIZE_MODE,
    GST_EFFICIENTNET_PROP_CROP_FRACTION,
    GST_EFFICIENTNET_PROP_INTERPOLATION,
    GST_EFFICIENTNET_PROP_ORIENTATION,
    GST_EFFICIENTNET_PROP_LATE_POLICY,
    GST_EFFICIENTNET_PROP_INFERENCE_INTERVAL,
    GST_EFFICIENTNET_PROP_MAX_RATE,
    GST_EFFICIENTNET_PROP_CHANGE_THRESHOLD,
    GST_EFFICIENTNET_PROP_REFRESH_INTERVAL,
    GST_EFFICIENTNET_PROP_CONFIRM,
    GST_EFFICIENTNET_PROP_RELEASE,
    GST_EFFICIENTNET_PROP_CONSENSUS,
    GST_EFFICIENTNET_PROP_SMOOTHING,
    GST_EFFICIENTNET_PROP_ROI,
    GST_EFFICIENTNET_PROP_INFERENCE_REGION,
    GST_EFFICIENTNET_PROP_OBJECT_CLASS,
    GST_EFFICIENTNET_PROP_MIN_OBJECT_SIZE,
    GST_EFFICIENTNET_PROP_RECLASSIFY_INTERVAL,
    GST_EFFICIENTNET_PROP_EMBEDDING,
    GST_EFFICIENTNET_PROP_UNKNOWN,
    GST_EFFICIENTNET_PROP_META,
    GST_EFFICIENTNET_PROP_TENSORS,
    GST_EFFICIENTNET_PROP_HOLD_LAST,
    GST_EFFICIENTNET_PROP_POST_MESSAGES,
    GST_EFFICIENTNET_PROP_STATS,
} GstEfficientNetProp;

/* The last property of the model's settings; those after it, except STATS, are the frame's. */
#define GST_EFFICIENTNET_PROP_LAST_OF_MODEL GST_EFFICIENTNET_PROP_HEATMAP

void gst_efficientnet_model_settings_copy(GstEfficientNetModelSettings *dst,
                                          const GstEfficientNetModelSettings *src);
void gst_efficientnet_model_settings_clear(GstEfficientNetModelSettings *settings);
void gst_efficientnet_model_settings_set(GstEfficientNetModelSettings *settings,
                                         GstEfficientNetProp prop, const GValue *value);
void gst_efficientnet_model_settings_get(const GstEfficientNetModelSettings *settings,
                                         GstEfficientNetProp prop, GValue *value);

/* Whether A and B have the same value of the property that SPEC is of. */
gboolean gst_efficientnet_model_settings_is_equal(const GstEfficientNetModelSettings *a,
                                                  const GstEfficientNetModelSettings *b,
                                                  const GParamSpec *spec);

extern const GstEfficientNetFrameSettings gst_efficientnet_frame_defaults;

/* FALSE, without changing anything, if VALUE is not valid for the property. */
gboolean gst_efficientnet_frame_settings_set(GstEfficientNetFrameSettings *settings,
                                             GstEfficientNetProp prop, const GValue *value);
void gst_efficientnet_frame_settings_get(const GstEfficientNetFrameSettings *settings,
                                         GstEfficientNetProp prop, GValue *value);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(GstEfficientNetModelSettings,
                                 gst_efficientnet_model_settings_clear)

#endif
