/* SPDX-License-Identifier: BSD-2-Clause */
/* Attaches findings to a buffer, in all the forms that are asked for. */
#ifndef GST_EFFICIENTNET_ATTACH_H
#define GST_EFFICIENTNET_ATTACH_H

#include "classifier.h"
#include "regions.h"

typedef struct _GstEfficientNetAttachment GstEfficientNetAttachment;

/* BUFFER is the frame NUMBER, and writable. It, ELEMENT and CLASSIFIER must live until the
 * attachment is freed. */
GstEfficientNetAttachment *
gst_efficientnet_attachment_new(GstBuffer *buffer, const char *element,
                                const GstEfficientNetClassifier *classifier,
                                GstEfficientNetMetaForms forms, guint64 number);
void gst_efficientnet_attachment_free(GstEfficientNetAttachment *attachment);

/* Attaches FINDING, of this frame or an earlier one, to REGION of this frame, of which VISIBLE is
 * seen. */
void gst_efficientnet_attachment_add(GstEfficientNetAttachment *attachment,
                                     const GstEfficientNetFinding *finding,
                                     const GstEfficientNetRegion *region,
                                     const EffNetRect *visible);

/* Attaches FINDING to the one of REGIONS that it is about, if it is of this frame; otherwise to
 * where it was found. */
void gst_efficientnet_attachment_add_loose(GstEfficientNetAttachment *attachment,
                                           const GstEfficientNetFinding *finding,
                                           const GArray *regions);

/* Attaches the custom meta; returns how many results that has got. */
guint gst_efficientnet_attachment_finish(GstEfficientNetAttachment *attachment);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetAttachment, gst_efficientnet_attachment_free)

#endif
