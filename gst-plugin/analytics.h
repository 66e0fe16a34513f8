/* SPDX-License-Identifier: BSD-2-Clause */
/* GstAnalytics, which exists since GStreamer 1.24; before, nothing is found and nothing
 * attached. */
#ifndef GST_EFFICIENTNET_ANALYTICS_H
#define GST_EFFICIENTNET_ANALYTICS_H

#include "finding.h"

typedef struct {
    guint mtd; /* its id in the buffer */
    EffNetRect rect;
    GQuark type; /* 0: none */
    gfloat confidence;
    gboolean tracked;
    guint64 tracking_id; /* if tracked */
} GstEfficientNetDetection;

/* The object detections of BUFFER (GstEfficientNetDetection), cut at the frame's left and upper
 * edge. */
GArray *gst_efficientnet_analytics_get_detections(GstBuffer *buffer);

/* What both functions attach has the model's name MODEL as its semantic tag, which exists since
 * GStreamer 1.30: so results of several elements are told apart. */

/* Attaches the object detection of what FINDING, which has at least one class, was found in: RECT,
 * as an object of its first class. MTD: its id. FALSE without GstAnalytics. */
gboolean gst_efficientnet_analytics_add_detection(GstBuffer *buffer,
                                                  const GstEfficientNetFinding *finding,
                                                  const EffNetRect *rect, const char *model,
                                                  const char *const *labels, guint *mtd);

/* Attaches FINDING, which has at least one class, to BUFFER as a classification, related to the
 * detection MTD unless that is NULL. */
void gst_efficientnet_analytics_attach(GstBuffer *buffer, const GstEfficientNetFinding *finding,
                                       const char *model, const char *const *labels,
                                       const guint *mtd);

#endif
