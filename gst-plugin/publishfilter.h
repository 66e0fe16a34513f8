/* SPDX-License-Identifier: BSD-2-Clause */
/* Which results efficientnetpublish writes: those that pass the property filter, and, with
 * held=false, each inference once. */
#ifndef GST_EFFICIENTNET_PUBLISHFILTER_H
#define GST_EFFICIENTNET_PUBLISHFILTER_H

#include <gst/gst.h>

typedef struct _GstEfficientNetPublishFilter GstEfficientNetPublishFilter;

/* STRUCTURE is the property filter, or NULL. GST_RESOURCE_ERROR_SETTINGS names the field, what it
 * takes and what was found. */
GstEfficientNetPublishFilter *gst_efficientnet_publish_filter_new(const GstStructure *structure,
                                                                  GError **error);
void gst_efficientnet_publish_filter_free(GstEfficientNetPublishFilter *filter);

/* Appends to KEPT, a GST_TYPE_LIST, what to write of RESULTS, the list that
 * gst_efficientnet_buffer_get_results() returns for the buffer NUMBER. */
void gst_efficientnet_publish_filter_apply(GstEfficientNetPublishFilter *filter,
                                           const GValue *results, guint64 number, gboolean held,
                                           GValue *kept);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetPublishFilter, gst_efficientnet_publish_filter_free)

#endif
