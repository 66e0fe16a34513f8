/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of format=onvif, which are in the element's plugin file, while the format is in
 * one of its own. */
#ifndef GST_EFFICIENTNET_ONVIFSETTINGS_H
#define GST_EFFICIENTNET_ONVIFSETTINGS_H

#include "fields.h"

typedef struct {
    gboolean class_candidates;
} GstEfficientNetOnvifSettings;

extern const GstEfficientNetField gst_efficientnet_onvif_fields[];

#endif
