/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of method=kafka, which are in the element's plugin file, without librdkafka. */
#ifndef GST_EFFICIENTNET_KAFKASETTINGS_H
#define GST_EFFICIENTNET_KAFKASETTINGS_H

#include "fields.h"

typedef struct {
    char *address, *topic, *key, *client_id;
    char *acks, *compression, *config_file;
    char *credentials_file, *sasl_mechanism, *ca_file, *cert_file, *key_file;
    gboolean idempotence;
    guint max_queue;
    GstClockTime drain_timeout;
} GstEfficientNetKafkaSettings;

extern const GstEfficientNetField gst_efficientnet_kafka_fields[];

#endif
