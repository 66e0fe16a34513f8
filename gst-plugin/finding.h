/* SPDX-License-Identifier: BSD-2-Clause */
/* What the network found in one region of one frame. */
#ifndef GST_EFFICIENTNET_FINDING_H
#define GST_EFFICIENTNET_FINDING_H

#include <gst/gst.h>

#include <effnet/effnet.h>

#include "enums.h"

/* The key that identifies a region from frame to frame; all other keys are ids of objects. */
#define GST_EFFICIENTNET_KEY_FRAME     G_MININT64       /* the whole frame, or its zone */
#define GST_EFFICIENTNET_KEY_UNTRACKED (G_MININT64 + 1) /* not identified */

/* What a finding is about: which frame of the stream, and where in it. */
typedef struct {
    guint64 number; /* counted from the stream's start */
    GstClockTime pts;
    EffNetRect region;   /* in the frame as downstream sees it */
    guint width, height; /* size of the frame that the region refers to */
    gint roi_id;         /* -1: the whole frame */
    gint64 key;
} GstEfficientNetSubject;

/* Where in the region a class is seen. */
typedef struct {
    GBytes *map;       /* float32, SIZE x SIZE, as the frame is stored; NULL: not asked for */
    guint size, index; /* INDEX: the class */
    EffNetView view;   /* where it is, in shares of the region */
} GstEfficientNetHeatmap;

/* Immutable and reference counted. */
typedef struct {
    GstEfficientNetSubject subject;
    GBytes *embedding; /* float32, the pooled features; NULL: not asked for */
    GstEfficientNetHeatmap heatmap;
    GBytes *tensor; /* float32; NULL: not asked for */
    GstEfficientNetTensors tensor_form;
    gboolean has_similarity;
    float similarity; /* to the pictures that the model was learned from */
    gboolean unknown; /* it is too low */
    guint n;
    EffNetClass classes[]; /* best first */
} GstEfficientNetFinding;

/* In place of a class. */
#define GST_EFFICIENTNET_VERDICT_NONE    (-1) /* no class reached the threshold */
#define GST_EFFICIENTNET_VERDICT_UNKNOWN (-2)

/* Which classes a finding has: those with the best scores, each at least THRESHOLD (-INFINITY: all)
 * or, if it is one of BEFORE's, which may be NULL, at least RELEASE. */
typedef struct {
    guint top_k;
    float threshold, release;
    const GstEfficientNetFinding *before;
} GstEfficientNetSelection;

/* Adds a reference to EMBEDDING, which may be NULL. */
GstEfficientNetFinding *gst_efficientnet_finding_new(const GstEfficientNetSubject *subject,
                                                     const float *scores, guint n_scores,
                                                     const GstEfficientNetSelection *selection,
                                                     GBytes *embedding);

/* Before anybody else has FINDING: how similar it is, and from which similarity on it is known. */
void gst_efficientnet_finding_set_similarity(GstEfficientNetFinding *finding, float similarity,
                                             float threshold);

/* Before anybody else has FINDING: adds a reference to HEATMAP's map. */
void gst_efficientnet_finding_set_heatmap(GstEfficientNetFinding *finding,
                                          const GstEfficientNetHeatmap *heatmap);

/* Before anybody else has FINDING: adds a reference to TENSOR. */
void gst_efficientnet_finding_set_tensor(GstEfficientNetFinding *finding, GBytes *tensor,
                                         GstEfficientNetTensors form);

/* The first class, or one of GST_EFFICIENTNET_VERDICT_. */
gint64 gst_efficientnet_finding_get_verdict(const GstEfficientNetFinding *finding);

GstEfficientNetFinding *gst_efficientnet_finding_ref(GstEfficientNetFinding *finding);
void gst_efficientnet_finding_unref(GstEfficientNetFinding *finding);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetFinding, gst_efficientnet_finding_unref)

#endif
