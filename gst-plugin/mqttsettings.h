/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of method=mqtt, which are in the element's plugin file, without libmosquitto. */
#ifndef GST_EFFICIENTNET_MQTTSETTINGS_H
#define GST_EFFICIENTNET_MQTTSETTINGS_H

#include "fields.h"

typedef struct {
    char *address, *topic, *status_topic, *client_id;
    char *credentials_file, *ca_file, *cert_file, *key_file;
    guint qos;
    gboolean retain;
    guint max_queue;
    GstClockTime drain_timeout;
} GstEfficientNetMqttSettings;

extern const GstEfficientNetField gst_efficientnet_mqtt_fields[];

#endif
