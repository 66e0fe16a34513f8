/* SPDX-License-Identifier: BSD-2-Clause */
/* Creates a client of libmosquitto, not connected yet, from the properties of efficientnetpublish
 * that say which broker to use, and as whom. */
#ifndef GST_EFFICIENTNET_MQTTCLIENT_H
#define GST_EFFICIENTNET_MQTTCLIENT_H

#include <mosquitto.h>

#include "mqttsettings.h"

typedef struct {
    char *host;
    int port;
    gboolean tls;
    char *name; /* mqtt://host:port, for messages */
} GstEfficientNetMqttAddress;

/* Parses HOST, HOST:PORT, mqtt://HOST:PORT or mqtts://HOST:PORT; NULL: localhost. Errors, here and
 * below, are of GST_RESOURCE_ERROR and start with the property. */
gboolean gst_efficientnet_mqtt_address_parse(const char *text, GstEfficientNetMqttAddress *address,
                                             GError **error);
void gst_efficientnet_mqtt_address_clear(GstEfficientNetMqttAddress *address);

/* DATA is passed to callbacks. */
struct mosquitto *gst_efficientnet_mqtt_client_new(const GstEfficientNetMqttSettings *settings,
                                                   const GstEfficientNetMqttAddress *address,
                                                   gpointer data, GError **error);

/* SUFFIX below TOPIC, with "_" for each character that topics may not contain. For g_free(). */
char *gst_efficientnet_mqtt_make_topic(const char *topic, const char *suffix);

/* What went wrong, in words: from an error code that the library just returned, or from an error
 * that it logged. A broker that refuses this side's TLS says so in an alert, which may be lost with
 * the connection; UNANSWERED_TLS: the connection is TLS, and the broker has not answered yet.
 * Static. */
const char *gst_efficientnet_mqtt_describe(int code, gboolean unanswered_tls);
const char *gst_efficientnet_mqtt_describe_log(const char *text, gboolean unanswered_tls);

#endif
