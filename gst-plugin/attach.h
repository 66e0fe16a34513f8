/* SPDX-License-Identifier: BSD-2-Clause */
/* Findings onto a buffer, in all the forms that are asked for. */
#ifndef GST_EFFICIENTNET_ATTACH_H
#define GST_EFFICIENTNET_ATTACH_H

#include "classifier.h"
#include "regions.h"

typedef struct _GstEfficientNetAttachment GstEfficientNetAttachment;

/* BUFFER, which is writable, is the frame NUMBER. What is passed in is kept until freeing. */
GstEfficientNetAttachment *
gst_efficientnet_attachment_new(GstBuffer *buffer, const char *element,
                                const GstEfficientNetClassifier *classifier,
                                GstEfficientNetMetaForms forms, guint64 number);
void gst_efficientnet_attachment_free(GstEfficientNetAttachment *attachment);

/* FINDING, of this frame or an earlier one, is what is known of REGION in this frame, of which
 * VISIBLE is seen. */
void gst_efficientnet_attachment_add(GstEfficientNetAttachment *attachment,
                                     const GstEfficientNetFinding *finding,
                                     const GstEfficientNetRegion *region,
                                     const EffNetRect *visible);

/* FINDING belongs to the one of REGIONS that it is about, if it is of this frame, else to where it
 * was found. */
void gst_efficientnet_attachment_add_loose(GstEfficientNetAttachment *attachment,
                                           const GstEfficientNetFinding *finding,
                                           const GArray *regions);

/* Puts the custom meta in place; how many results it has got. */
guint gst_efficientnet_attachment_finish(GstEfficientNetAttachment *attachment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetAttachment, gst_efficientnet_attachment_free)

#endif
