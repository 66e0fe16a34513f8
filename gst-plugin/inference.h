/* SPDX-License-Identifier: BSD-2-Clause */
/* The seam between the frames of a stream and the network: a frame is submitted, an outcome is
 * collected. Whether the network runs at once or on a worker is the submitter's choice, anew for
 * every frame; at most one inference is in flight. */
#ifndef GST_EFFICIENTNET_INFERENCE_H
#define GST_EFFICIENTNET_INFERENCE_H

#include "finding.h"
#include "network.h"

typedef struct _GstEfficientNetInference GstEfficientNetInference;

/* Places of a batch; more subjects are inferred in several. */
#define GST_EFFICIENTNET_BATCH 16

/* Regions of one frame. Each subject's region is one of FRAME's own. */
typedef struct {
    const EffNetFrame *frame; /* not needed behind the submission */
    const GstEfficientNetSubject *subjects;
    guint n; /* 1 to GST_EFFICIENTNET_BATCH */
    EffNetResize resize;
    EffNetActivation activation;
    gboolean embedding;
} GstEfficientNetRequest;

/* What came of a request; N_SCORES for each subject, one subject behind the other. */
typedef struct {
    GstClockTime duration; /* from submission to outcome */
    double fill;           /* of the batches that it came by, 0 to 1 */
    guint n, n_scores;
    GstEfficientNetSubject *subjects;
    float *scores;
    GBytes **embeddings; /* NULL: not asked for */
} GstEfficientNetOutcome;

typedef enum {
    GST_EFFICIENTNET_SUBMIT_OK,
    GST_EFFICIENTNET_SUBMIT_BUSY, /* the worker has not finished the frame before */
    GST_EFFICIENTNET_SUBMIT_FAILED,
} GstEfficientNetSubmit;

/* Takes NETWORK. One thread at a time submits, collects, drains; any one may set flushing or let it
 * rest. */
GstEfficientNetInference *gst_efficientnet_inference_new(GstEfficientNetNetwork *network);

/* Waits for the inference that is in flight. */
void gst_efficientnet_inference_free(GstEfficientNetInference *inference);

/* Unless one is in flight, reads the frame, and runs the network: on the calling thread, and then
 * the outcome is there to be collected; or, when ASYNC, on the worker, which is never waited for.
 */
GstEfficientNetSubmit gst_efficientnet_inference_submit(GstEfficientNetInference *inference,
                                                        const GstEfficientNetRequest *request,
                                                        gboolean async, GError **error);

/* The newest outcome that was not collected yet, or NULL. Returns at once; the caller frees. */
GstEfficientNetOutcome *gst_efficientnet_inference_collect(GstEfficientNetInference *inference);

/* Waits until nothing is in flight, or until flushing. */
void gst_efficientnet_inference_drain(GstEfficientNetInference *inference);

/* No frame is submitted for now: streams that share the network need not wait for one. While not
 * playing, they never need to. */
void gst_efficientnet_inference_rest(GstEfficientNetInference *inference);
void gst_efficientnet_inference_set_playing(GstEfficientNetInference *inference, gboolean playing);

/* Beginning to flush, whoever waits or drains is let go, and what is in flight or not collected is
 * thrown away. */
void gst_efficientnet_inference_set_flushing(GstEfficientNetInference *inference,
                                             gboolean flushing);

void gst_efficientnet_outcome_free(GstEfficientNetOutcome *outcome);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetInference, gst_efficientnet_inference_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetOutcome, gst_efficientnet_outcome_free)

#endif
