/* SPDX-License-Identifier: BSD-2-Clause */
#include "properties.h"
#include "options.h"

#define MAX_THREADS   1024
#define MAX_BATCH     1024
#define MAX_SMOOTHING 0.99f

#define DEFAULT(name) gst_efficientnet_frame_defaults.name

#define READY_FLAGS   (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)
#define PLAYING_FLAGS (G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_PLAYING)

static void
install_model_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_MODEL,
        g_param_spec_string(
            "model", "Model",
            "A .safetensors, .pth or .pt file, an ONNX, TFLite or Keras file or a "
            "zip file of one, which is converted once, or the name of a model that is "
            "installed or in GST_EFFICIENTNET_MODEL_PATH (NULL: the installed "
            "default). While frames flow, a new model is opened beside the old one "
            "and takes over between two frames, or is refused with a warning",
            NULL, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_MODEL_OPTIONS,
        g_param_spec_boxed(
            "model-options", "Model options",
            "What the model file does not say, or says wrongly: a structure with any "
            "of arch (a name, e.g. b0), resolution (pixels), mean and std (three "
            "numbers each, of a pixel scaled to 0..1), padding (same, symmetric), "
            "epsilon (of batch norm), e.g. \"padding=same\" or \"options,arch=b0,resolution=240\" "
            "(NULL: all as recognised)",
            gst_efficientnet_model_options_get_type(), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_LABELS_FILE,
        g_param_spec_string("labels-file", "Labels file",
                            "The names of the classes, one per line, as many as the model has "
                            "classes (NULL: those of the model, ImageNet's for 1000 classes)",
                            NULL, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_LABELS,
        gst_param_spec_array("labels", "Labels",
                             "The names of the classes, as many as the model has, instead of "
                             "labels-file, e.g. \"<cat,dog>\" (empty: not set)",
                             g_param_spec_string("label", "Label", "The name of a class", NULL,
                                                 G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS),
                             PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_PRECISION,
        g_param_spec_enum(
            "precision", "Precision", "The number format in which the network computes",
            gst_efficientnet_precision_get_type(), EFFNET_PRECISION_AUTO, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_CACHE,
        g_param_spec_boolean("cache", "Cache",
                             "Keep the packed weights in the user's cache folder, so that the "
                             "model opens faster the next time",
                             TRUE, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_THREADS,
        g_param_spec_uint("threads", "Threads",
                          "How many threads of the process's one pool an inference may use; the "
                          "scores do not depend on it (0: all that the process may run on)",
                          0, MAX_THREADS, 0, READY_FLAGS));
}

static void
install_batch_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_MODEL_INSTANCE_ID,
        g_param_spec_string(
            "model-instance-id", "Model instance id",
            "Elements of this process that have the same id infer together, in batches over their "
            "streams, and must have the same model, batch-size, batch-timeout and threads; "
            "without an id, an element shares the model's weights only",
            NULL, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_BATCH_SIZE,
        g_param_spec_uint("batch-size", "Batch size",
                          "With model-instance-id, how many images are inferred together at most; "
                          "the scores do not depend on it",
                          1, MAX_BATCH, 1, READY_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_BATCH_TIMEOUT,
        g_param_spec_uint64(
            "batch-timeout", "Batch timeout",
            "With model-instance-id, how long an image waits for a batch to fill, in ns; it does "
            "not wait for streams that have none coming. With late-policy=wait this time is added "
            "to the latency (0: a batch is whatever waits now)",
            0, G_MAXINT64, 0, READY_FLAGS));
}

static void
install_score_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_TOP_K,
        g_param_spec_uint("top-k", "Top k", "How many classes a result has at most, best first", 1,
                          G_MAXINT, DEFAULT(top_k), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_THRESHOLD,
        g_param_spec_float("threshold", "Threshold",
                           "The score that a class must reach to be in a result, as activation "
                           "makes it; a frame on which none does gets no result (0: off)",
                           0.0f, G_MAXFLOAT, DEFAULT(threshold), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_ACTIVATION,
        g_param_spec_enum(
            "activation", "Activation", "What turns the network's outputs into scores",
            gst_efficientnet_activation_get_type(), DEFAULT(activation), PLAYING_FLAGS));
}

static void
install_frame_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_RESIZE_MODE,
        g_param_spec_enum("resize-mode", "Resize mode",
                          "How a frame becomes the network's square; the frame downstream is not "
                          "touched",
                          gst_efficientnet_resize_mode_get_type(), DEFAULT(resize.mode),
                          PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_CROP_FRACTION,
        g_param_spec_float("crop-fraction", "Crop fraction",
                           "With resize-mode=center-crop, the share of the shorter side that is "
                           "used; 1: all of it (0: as the network was trained)",
                           0.0f, 1.0f, DEFAULT(resize.crop_fraction), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_INTERPOLATION,
        g_param_spec_enum("interpolation", "Interpolation", "The filter that resizes",
                          gst_efficientnet_interpolation_get_type(), DEFAULT(resize.interpolation),
                          PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_ORIENTATION,
        g_param_spec_enum("orientation", "Orientation",
                          "How a frame is to be turned for the network; it is not turned for "
                          "downstream (auto: by the stream's image-orientation tag; custom: as "
                          "identity)",
                          GST_TYPE_VIDEO_ORIENTATION_METHOD, DEFAULT(orientation), PLAYING_FLAGS));
}

static void
install_gate_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_INFERENCE_INTERVAL,
        g_param_spec_uint("inference-interval", "Inference interval",
                          "Every n-th frame is inferred (1: every frame)", 1, G_MAXINT,
                          DEFAULT(interval), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_MAX_RATE,
        gst_param_spec_fraction(
            "max-rate", "Maximum rate",
            "At most so many of the frames that inference-interval lets through are inferred per "
            "second of stream time, in whichever direction it is played; frames without a "
            "timestamp are counted by the framerate, where there is one (0/1: as many as come)",
            0, 1, G_MAXINT, 1, DEFAULT(max_rate.n), DEFAULT(max_rate.d), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_CHANGE_THRESHOLD,
        g_param_spec_float("change-threshold", "Change threshold",
                           "Of the frames that max-rate lets through, those are inferred whose "
                           "brightness or colours differ by at least so much from the frame "
                           "inferred last: the mean absolute difference of 32 x 32 cells, as a "
                           "share of the way from black to white; 0.02 ignores noise (0: off)",
                           0.0f, 1.0f, DEFAULT(change_threshold), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_REFRESH_INTERVAL,
        g_param_spec_uint64("refresh-interval", "Refresh interval",
                            "With change-threshold, a frame is inferred in any case when so much "
                            "stream time, in ns, has passed since the last one (0: off)",
                            0, G_MAXINT64, DEFAULT(refresh_interval), PLAYING_FLAGS));
}

static void
install_verdict_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_CONFIRM,
        g_param_spec_uint(
            "confirm", "Confirm",
            "Another first class, unknown, or no class, counts only when it was found "
            "so often in a row; until then, the last result that counted is carried, "
            "and every frame is inferred, whatever inference-interval, max-rate, "
            "change-threshold and reclassify-interval say. Regions that are not "
            "tracked are not compared with earlier frames (1: at once)",
            1, G_MAXINT, DEFAULT(confirm), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_RELEASE,
        g_param_spec_float("release", "Release",
                           "The score that keeps a class in the result of a frame or tracked "
                           "region, where threshold is what brings it there (0: as threshold)",
                           0.0f, G_MAXFLOAT, DEFAULT(release), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_CONSENSUS,
        g_param_spec_float("consensus", "Consensus",
                           "The first class of a tracked region is the one found in at least this "
                           "share of all its inferences, once there were as many as confirm says "
                           "(0: the class that confirm asks for)",
                           0.0f, 1.0f, DEFAULT(consensus), PLAYING_FLAGS));
}

static void
install_region_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_ROI,
        g_param_spec_string("roi", "Region of interest",
                            "A zone of the frame, \"x,y,w,h\" in pixels or, with a decimal point, "
                            "as shares of the frame (\"0.5,0.0,0.5,1.0\" is its right half), cut "
                            "to the frame: with inference-region=full-frame what is looked at, "
                            "with roi-list where the middle of a region must be (NULL: the whole "
                            "frame)",
                            NULL, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_INFERENCE_REGION,
        g_param_spec_enum("inference-region", "Inference region",
                          "What of a frame is classified; each region gets a result of its own",
                          gst_efficientnet_inference_region_get_type(), DEFAULT(inference_region),
                          PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_OBJECT_CLASS,
        g_param_spec_string("object-class", "Object class",
                            "With inference-region=roi-list, classify only regions that were "
                            "detected as this: one name, or several with commas between them "
                            "(NULL: all)",
                            NULL, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_MIN_OBJECT_SIZE,
        g_param_spec_uint("min-object-size", "Minimum object size",
                          "With inference-region=roi-list, classify only regions whose shorter "
                          "side within the frame has at least so many pixels (0: all)",
                          0, G_MAXINT, DEFAULT(min_object_size), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_RECLASSIFY_INTERVAL,
        g_param_spec_uint("reclassify-interval", "Reclassify interval",
                          "With inference-region=roi-list, a region that is tracked, by an "
                          "object_id, an id of its own or GstAnalytics, is classified again after "
                          "so many frames, and carries its last result until then",
                          1, G_MAXINT, DEFAULT(reclassify_interval), PLAYING_FLAGS));
}

static void
install_output_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_EMBEDDING,
        g_param_spec_boolean("embedding", "Embedding",
                             "Results carry the pooled features as well, from which the classes "
                             "follow: the field embedding, GBytes of 32-bit floats",
                             DEFAULT(embedding), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_HEATMAP,
        g_param_spec_boolean(
            "heatmap", "Heatmap",
            "Results carry a small map of where the class with the highest score is "
            "seen: the fields heatmap, GBytes of 32-bit floats, heatmap_size, its "
            "side, heatmap_index, the class, and heatmap_x, y, w, h, where it is. "
            "Networks whose classifier does not follow the pooled features have "
            "none, and are refused",
            FALSE, PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_UNKNOWN,
        g_param_spec_string("unknown", "Unknown",
                            "With a model of effnet learn, results say how similar the frame is to "
                            "the pictures that were learned from, and below this similarity, of 0 "
                            "to 1, that it is unknown: the fields similarity and unknown (auto: "
                            "the model's own threshold; off: neither)",
                            "auto", PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_META,
        g_param_spec_flags("meta", "Meta",
                           "In which forms buffers carry results, beside the custom meta "
                           "GstEfficientNetMeta that they always carry",
                           gst_efficientnet_meta_forms_get_type(), DEFAULT(meta), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_TENSORS,
        g_param_spec_enum("tensors", "Tensors",
                          "With GStreamer 1.28 and later, buffers with a result of the whole frame "
                          "carry this as a tensor of 1 x N, which tensor decoders read",
                          gst_efficientnet_tensors_get_type(), DEFAULT(tensors), READY_FLAGS));
}

static void
install_schedule_properties(GObjectClass *klass)
{
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_LATE_POLICY,
        g_param_spec_enum(
            "late-policy", "Late policy",
            "What a frame does while the network runs; no frame is ever dropped. wait adds the "
            "time of an inference to the pipeline's latency, skip-inference adds none, and does "
            "not infer frames that come too late for downstream, except one per second. While "
            "paused, frames wait in any case",
            gst_efficientnet_late_policy_get_type(), DEFAULT(late_policy), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_SMOOTHING,
        g_param_spec_float("smoothing", "Smoothing",
                           "The weight of the previous score in each new one (exponential "
                           "smoothing): 0.5 forgets half at every inference (0: off)",
                           0.0f, MAX_SMOOTHING, DEFAULT(smoothing), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_HOLD_LAST,
        g_param_spec_boolean("hold-last", "Hold last",
                             "Frames that are not inferred carry the last result, its age in "
                             "frames beside it; otherwise a result is on its own frame only",
                             DEFAULT(hold_last), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_POST_MESSAGES,
        g_param_spec_enum(
            "post-messages", "Post messages",
            "When an element message \"efficientnet\" with stream, pts and results is "
            "posted on the bus; results is empty where no class reached the threshold. With "
            "smoothing and without confirm, a change is one that lasts for two inferences",
            gst_efficientnet_post_messages_get_type(), DEFAULT(post_messages), PLAYING_FLAGS));
    g_object_class_install_property(
        klass, GST_EFFICIENTNET_PROP_STATS,
        g_param_spec_boxed(
            "stats", "Statistics",
            "Since the element was started: frames that passed, inferences that were "
            "finished, frames whose inference was skipped for being late, frames that "
            "carried a held result, latency-p50 and latency-p99 of the latest "
            "inferences in ns, all of theirs as latencies (GBytes of guint64, the "
            "newest last), batch-fill: how full batches were (0 to 1)",
            GST_TYPE_STRUCTURE, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS));
}

void
gst_efficientnet_properties_install(GObjectClass *klass)
{
    install_model_properties(klass);
    install_batch_properties(klass);
    install_score_properties(klass);
    install_frame_properties(klass);
    install_gate_properties(klass);
    install_verdict_properties(klass);
    install_region_properties(klass);
    install_output_properties(klass);
    install_schedule_properties(klass);
}
