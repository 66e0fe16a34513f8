/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of the formats that need method=mqtt, which are in the element's plugin file,
 * without libmosquitto. */
#ifndef GST_EFFICIENTNET_MQTTFORMATS_H
#define GST_EFFICIENTNET_MQTTFORMATS_H

#include "fields.h"

typedef struct {
    char *discovery_prefix;
    guint expire_after;
} GstEfficientNetHomeassistantSettings;

extern const GstEfficientNetField gst_efficientnet_homeassistant_fields[];

#endif
