/* SPDX-License-Identifier: BSD-2-Clause */
/* The property model-options: from a structure to the engine's options. */
#ifndef GST_EFFICIENTNET_OPTIONS_H
#define GST_EFFICIENTNET_OPTIONS_H

#include <gst/gst.h>

#include <effnet/effnet.h>

/* The property's type: a GstStructure whose text may lack the name before its fields
 * ("padding=same"). Its values can be transformed to and from GST_TYPE_STRUCTURE. */
GType gst_efficientnet_model_options_get_type(void);

/* Sets OPTIONS, whose strings stay STRUCTURE's. STRUCTURE may be NULL. EFFNET_ERROR_SETTINGS names
 * the field, what it takes and what was found. */
gboolean gst_efficientnet_options_parse(const GstStructure *structure, EffNetModelOptions *options,
                                        GError **error);

/* Sets NUMBER to VALUE, of a structure's field, if that is a finite number; FALSE for others, such
 * as text and booleans. */
gboolean gst_efficientnet_options_get_number(const GValue *value, double *number);

#endif
