/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttsettings.h"

#include "publishregistry.h"

#define PLACE(field) .offset = offsetof(GstEfficientNetMqttSettings, field)

/* clang-format off */
const GstEfficientNetField gst_efficientnet_mqtt_fields[] = {
    {"address", "Address",
        "the broker: HOST, HOST:PORT, mqtt://HOST:PORT, or mqtts://HOST:PORT for TLS (NULL: "
        "mqtt://localhost:1883)",
        G_TYPE_STRING, PLACE(address)},
    {"topic", "Topic", "the topic to which records are published (NULL: efficientnet)",
        G_TYPE_STRING, PLACE(topic)},
    {"status-topic", "Status topic",
        "the topic to which a retained \"online\" is published once the broker is reached, and "
        "\"offline\" at the end: by the broker, as the last will, if the connection breaks (NULL: "
        "none)",
        G_TYPE_STRING, PLACE(status_topic)},
    {"client-id", "Client id",
        "the name of a session that the broker keeps, for one element alone (NULL: a new session "
        "each time)",
        G_TYPE_STRING, PLACE(client_id)},
    {"credentials-file", "Credentials file",
        "a file whose first line is USER:PASSWORD (NULL: those in the environment, "
        "EFFNET_MQTT_USER and EFFNET_MQTT_PASSWORD, or none)",
        G_TYPE_STRING, PLACE(credentials_file)},
    {"ca-file", "CA file",
        "the certificates (PEM) that may have signed the one of a broker at mqtts:// (NULL: the "
        "system's)",
        G_TYPE_STRING, PLACE(ca_file)},
    {"cert-file", "Certificate file",
        "the certificate (PEM) to show a broker at mqtts:// (NULL: none)",
        G_TYPE_STRING, PLACE(cert_file)},
    {"key-file", "Key file", "the key of cert-file (PEM, without a passphrase)",
        G_TYPE_STRING, PLACE(key_file)},
    {"qos", "Quality of service",
        "whether a record arrives at most once (0), at least once (1) or exactly once (2)",
        G_TYPE_UINT, PLACE(qos), .maximum = 2, .initial = 1},
    {"retain", "Retain", "the broker keeps the newest record for those who subscribe later",
        G_TYPE_BOOLEAN, PLACE(retain)},
    {"max-queue", "Maximum queue",
        "how many records wait for the broker; then the oldest is dropped, and counted. The "
        "pipeline never waits",
        G_TYPE_UINT, PLACE(max_queue), .minimum = 1, .maximum = 10000000, .initial = 1000},
    {"drain-timeout", "Drain timeout",
        "how long, in ns, the end of the stream or stopping waits for the broker to take what is "
        "queued",
        G_TYPE_UINT64, PLACE(drain_timeout), .maximum = 3600 * GST_SECOND,
        .initial = 2 * GST_SECOND},
    {NULL},
};
/* clang-format on */

const GstEfficientNetPublishChoice gst_efficientnet_publish_mqtt = {
    .nick = "mqtt",
    .description = "To an MQTT broker; the plugin efficientnetmqtt has it",
    .type_name = "GstEfficientNetPublishMqtt",
    .plugin = "efficientnetmqtt",
    .fields = gst_efficientnet_mqtt_fields,
};
