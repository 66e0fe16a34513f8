/* SPDX-License-Identifier: BSD-2-Clause */
/* The writing side of the custom meta; what it looks like is in <gst/efficientnet/meta.h>. */
#ifndef GST_EFFICIENTNET_META_WRITE_H
#define GST_EFFICIENTNET_META_WRITE_H

#include <gst/efficientnet/meta.h>

#include "finding.h"

/* Makes the meta known to this process; before the first buffer, as often as wanted. */
void gst_efficientnet_meta_register(void);

/* FINDING, to the list RESULTS, as a result that says it of SUBJECT, the finding's own or where it
 * has gone to. */
void gst_efficientnet_meta_append_result(GValue *results, const GstEfficientNetFinding *finding,
                                         const GstEfficientNetSubject *subject, const char *element,
                                         const char *model, const char *const *labels, guint age);

/* Takes the results of ELEMENT away from BUFFER, which is writable, and puts those of the list
 * RESULTS, which is taken, behind those of the others. */
void gst_efficientnet_meta_replace(GstBuffer *buffer, const char *element, GValue *results);

#endif
