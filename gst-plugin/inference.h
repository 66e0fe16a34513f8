/* SPDX-License-Identifier: BSD-2-Clause */
/* The seam between the frames of a stream and the network: a frame is submitted, findings are
 * collected. Whether the network runs at once or on a worker is the submitter's choice, anew for
 * every frame; at most one inference is in flight. */
#ifndef GST_EFFICIENTNET_INFERENCE_H
#define GST_EFFICIENTNET_INFERENCE_H

#include <gst/gst.h>

#include <effnet/effnet.h>

typedef struct _GstEfficientNetInference GstEfficientNetInference;

/* Whom a finding is about: which frame of the stream, and where in it. */
typedef struct {
    guint64 number; /* counted from the stream's start */
    GstClockTime pts;
    EffNetRect region;
    guint width, height; /* of the frame that the region refers to */
    gint roi_id;         /* -1: the whole frame */
} GstEfficientNetSubject;

typedef struct {
    GstEfficientNetSubject subject;
    const EffNetFrame *frame; /* not needed behind the submission */
    EffNetResize resize;
    EffNetActivation activation;
    guint top_k;
    float threshold; /* -INFINITY: all */
} GstEfficientNetRequest;

/* Immutable and reference counted. */
typedef struct {
    GstEfficientNetSubject subject;
    GstClockTime duration; /* from submission to finding */
    guint n;
    EffNetClass classes[]; /* best first */
} GstEfficientNetFinding;

typedef enum {
    GST_EFFICIENTNET_SUBMIT_OK,
    GST_EFFICIENTNET_SUBMIT_BUSY, /* the worker has not finished the frame before */
    GST_EFFICIENTNET_SUBMIT_FAILED,
} GstEfficientNetSubmit;

/* Takes SESSION. One thread at a time submits, collects, drains; any one may set flushing. */
GstEfficientNetInference *gst_efficientnet_inference_new(EffNetSession *session);

/* Waits for the inference that is in flight. */
void gst_efficientnet_inference_free(GstEfficientNetInference *inference);

/* Reads the frame, and runs the network: on the calling thread, and then the finding is there to be
 * collected; or, when ASYNC, on the worker, which is never waited for. */
GstEfficientNetSubmit gst_efficientnet_inference_submit(GstEfficientNetInference *inference,
                                                        const GstEfficientNetRequest *request,
                                                        gboolean async, GError **error);

/* The newest finding that was not collected yet, or NULL. Returns at once; the caller unrefs. */
GstEfficientNetFinding *gst_efficientnet_inference_collect(GstEfficientNetInference *inference);

/* Waits until nothing is in flight, or until flushing. */
void gst_efficientnet_inference_drain(GstEfficientNetInference *inference);

/* Beginning to flush, whoever drains is let go, and what is in flight or not collected is thrown
 * away. */
void gst_efficientnet_inference_set_flushing(GstEfficientNetInference *inference,
                                             gboolean flushing);

GstEfficientNetFinding *gst_efficientnet_finding_ref(GstEfficientNetFinding *finding);
void gst_efficientnet_finding_unref(GstEfficientNetFinding *finding);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetInference, gst_efficientnet_inference_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetFinding, gst_efficientnet_finding_unref)

#endif
