/* SPDX-License-Identifier: BSD-2-Clause */
/* Between a stream's frames and the network: a frame is submitted, its outcome is collected. For
 * every frame the submitter chooses whether it is inferred at once or on a worker. At most one
 * inference is in flight. */
#ifndef GST_EFFICIENTNET_INFERENCE_H
#define GST_EFFICIENTNET_INFERENCE_H

#include "finding.h"
#include "network.h"

typedef struct _GstEfficientNetInference GstEfficientNetInference;

/* Places of a batch; more subjects are inferred in several batches. */
#define GST_EFFICIENTNET_BATCH 16

/* Regions of one frame. Each subject's region is within FRAME. */
typedef struct {
    const EffNetFrame *frame; /* not needed after submission */
    const GstEfficientNetSubject *subjects;
    guint n; /* 1 to GST_EFFICIENTNET_BATCH */
    EffNetResize resize;
    EffNetActivation activation;
    gboolean embedding;
    gboolean similarity;
    gboolean heatmap; /* the network has heatmaps */
    GstEfficientNetTensors tensors;
} GstEfficientNetRequest;

/* The outcome of a request: N_SCORES for each subject, one subject after another. */
typedef struct {
    GstClockTime duration; /* from submission to outcome */
    double fill;           /* how full its batches were, 0 to 1 */
    guint n, n_scores;
    GstEfficientNetSubject *subjects;
    float *scores;
    GBytes **embeddings; /* NULL: not asked for */
    float *similarities; /* effnet_model_get_similarity() of each; NULL: not asked for */
    GstEfficientNetHeatmap *heatmaps; /* of each; NULL: not asked for */
    GBytes **tensors;                 /* float32, of each; NULL: not asked for */
    GstEfficientNetTensors tensor_form;
} GstEfficientNetOutcome;

typedef enum {
    GST_EFFICIENTNET_SUBMIT_OK,
    GST_EFFICIENTNET_SUBMIT_BUSY, /* the previous outcome is not there, or was not collected */
    GST_EFFICIENTNET_SUBMIT_FAILED,
} GstEfficientNetSubmit;

/* Takes ownership of NETWORK. Only one thread at a time may submit, collect or drain; any thread
 * may set flushing or playing, or let it rest. */
GstEfficientNetInference *gst_efficientnet_inference_new(GstEfficientNetNetwork *network);

/* Waits for the inference in flight, if any. */
void gst_efficientnet_inference_free(GstEfficientNetInference *inference);

/* Unless an inference is in flight or its outcome is waiting, so that nobody asks again for what is
 * already there, reads the frame and infers it: on the calling thread, after
 * which the outcome can be collected; or, if ASYNC, on the worker, without waiting. */
GstEfficientNetSubmit gst_efficientnet_inference_submit(GstEfficientNetInference *inference,
                                                        const GstEfficientNetRequest *request,
                                                        gboolean async, GError **error);

/* The newest outcome that has not been collected, or NULL. Returns at once; the caller frees it. */
GstEfficientNetOutcome *gst_efficientnet_inference_collect(GstEfficientNetInference *inference);

/* Waits until nothing is in flight, or until flushing. */
void gst_efficientnet_inference_drain(GstEfficientNetInference *inference);

/* No frame is submitted for now, so that streams that share the network need not wait for one.
 * While not playing, they never need to. */
void gst_efficientnet_inference_rest(GstEfficientNetInference *inference);
void gst_efficientnet_inference_set_playing(GstEfficientNetInference *inference, gboolean playing);

/* Starting to flush ends all waiting and draining, and discards what is in flight or not
 * collected. */
void gst_efficientnet_inference_set_flushing(GstEfficientNetInference *inference,
                                             gboolean flushing);

void gst_efficientnet_outcome_free(GstEfficientNetOutcome *outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetInference, gst_efficientnet_inference_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetOutcome, gst_efficientnet_outcome_free)

#endif
