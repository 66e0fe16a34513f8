/* SPDX-License-Identifier: BSD-2-Clause */
/* Writing the custom meta, which <gst/efficientnet/meta.h> describes. */
#ifndef GST_EFFICIENTNET_META_WRITE_H
#define GST_EFFICIENTNET_META_WRITE_H

#include <gst/efficientnet/meta.h>

#include "finding.h"

/* Registers the meta; to be called before the first buffer, any number of times. */
void gst_efficientnet_meta_register(void);

/* Appends FINDING to the list RESULTS, as a result about SUBJECT: the finding's own, or where it is
 * now. */
void gst_efficientnet_meta_append_result(GValue *results, const GstEfficientNetFinding *finding,
                                         const GstEfficientNetSubject *subject, const char *element,
                                         const char *model, const char *const *labels, guint age);

/* Removes ELEMENT's results from BUFFER, which is writable, and appends those of the list RESULTS,
 * of which it takes ownership, after those of others. */
void gst_efficientnet_meta_replace(GstBuffer *buffer, const char *element, GValue *results);

#endif
