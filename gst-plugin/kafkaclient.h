/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef GST_EFFICIENTNET_KAFKACLIENT_H
#define GST_EFFICIENTNET_KAFKACLIENT_H

#include <librdkafka/rdkafka.h>

#include "kafkasettings.h"

typedef struct {
    char *brokers; /* HOST:PORT,HOST:PORT */
    gboolean tls;
    char *name; /* kafka://HOST:PORT,HOST:PORT, for messages */
} GstEfficientNetKafkaAddress;

/* Parses HOST[:PORT][,HOST[:PORT]...], perhaps after kafka:// or kafkas://; NULL: localhost.
 * Errors, here and below, are of GST_RESOURCE_ERROR and start with the property. */
gboolean gst_efficientnet_kafka_address_parse(const char *text,
                                              GstEfficientNetKafkaAddress *address, GError **error);
void gst_efficientnet_kafka_address_clear(GstEfficientNetKafkaAddress *address);

/* The library's configuration, from properties, the configuration file and the credentials. NULL
 * with the error set. For rd_kafka_conf_destroy(). */
rd_kafka_conf_t *gst_efficientnet_kafka_conf_new(const GstEfficientNetKafkaSettings *settings,
                                                 const GstEfficientNetKafkaAddress *address,
                                                 GError **error);

/* What the library says, partly in a broker's words, made fit for a message: printable, not too
 * long, and without the password of CONF. For g_free(). */
char *gst_efficientnet_kafka_describe(const rd_kafka_conf_t *conf, const char *text);

#endif
