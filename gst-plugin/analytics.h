/* SPDX-License-Identifier: BSD-2-Clause */
/* GstAnalytics, which begins with GStreamer 1.24; before, nothing is found and nothing attached. */
#ifndef GST_EFFICIENTNET_ANALYTICS_H
#define GST_EFFICIENTNET_ANALYTICS_H

#include "finding.h"

typedef struct {
    guint mtd; /* its id within the buffer */
    EffNetRect rect;
    GQuark type; /* 0: none */
    gboolean tracked;
    guint64 tracking_id; /* where tracked */
} GstEfficientNetDetection;

/* The object detections of BUFFER; those that lie left of or above the frame are cut. */
GArray *gst_efficientnet_analytics_get_detections(GstBuffer *buffer);

/* FINDING, which names at least one class, as a classification on BUFFER; related to the detection
 * MTD unless that is NULL. */
void gst_efficientnet_analytics_attach(GstBuffer *buffer, const GstEfficientNetFinding *finding,
                                       const char *const *labels, const guint *mtd);

#endif
