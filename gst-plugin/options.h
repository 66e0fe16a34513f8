/* SPDX-License-Identifier: BSD-2-Clause */
/* The property model-options: a structure into the engine's options. */
#ifndef GST_EFFICIENTNET_OPTIONS_H
#define GST_EFFICIENTNET_OPTIONS_H

#include <gst/gst.h>

#include <effnet/effnet.h>

/* The type of the property: a GstStructure, which as text may also lack the name in front of its
 * fields ("padding=same"). Values of it and of GST_TYPE_STRUCTURE become one another. */
GType gst_efficientnet_model_options_get_type(void);

/* Fills OPTIONS, whose strings stay STRUCTURE's. STRUCTURE may be NULL. EFFNET_ERROR_SETTINGS names
 * the field, what it takes and what was found. */
gboolean gst_efficientnet_options_parse(const GstStructure *structure, EffNetModelOptions *options,
                                        GError **error);

/* The finite number that VALUE, of a field of a structure, is; text and truth are none. */
gboolean gst_efficientnet_options_get_number(const GValue *value, double *number);

#endif
