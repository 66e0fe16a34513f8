/* SPDX-License-Identifier: BSD-2-Clause */
/* The properties of efficientnetpublish that say which broker, and as whom, into a client of
 * libmosquitto that is not connected yet. */
#ifndef GST_EFFICIENTNET_MQTTCLIENT_H
#define GST_EFFICIENTNET_MQTTCLIENT_H

#include <mosquitto.h>

#include "mqttsettings.h"

typedef struct {
    char *host;
    int port;
    gboolean tls;
    char *name; /* mqtt://host:port, as sentences call it */
} GstEfficientNetMqttAddress;

/* HOST, HOST:PORT, mqtt://HOST:PORT, mqtts://HOST:PORT; NULL: localhost. Errors are of
 * GST_RESOURCE_ERROR, here and below, and begin with the property. */
gboolean gst_efficientnet_mqtt_address_parse(const char *text, GstEfficientNetMqttAddress *address,
                                             GError **error);
void gst_efficientnet_mqtt_address_clear(GstEfficientNetMqttAddress *address);

/* DATA is what callbacks get. */
struct mosquitto *gst_efficientnet_mqtt_client_new(const GstEfficientNetMqttSettings *settings,
                                                   const GstEfficientNetMqttAddress *address,
                                                   gpointer data, GError **error);

/* What went wrong, of an error code that the library returned just now, and of an error that it
 * logged. A broker that refuses this side's TLS says so in an alert, which may be lost with the
 * connection: UNANSWERED_TLS: the connection is one of TLS, and the broker has not answered yet. */
const char *gst_efficientnet_mqtt_describe(int code, gboolean unanswered_tls);
const char *gst_efficientnet_mqtt_describe_log(const char *text, gboolean unanswered_tls);

#endif
