/* SPDX-License-Identifier: BSD-2-Clause */
#include "kafkasettings.h"

#include "publishregistry.h"

#define PLACE(field) .offset = offsetof(GstEfficientNetKafkaSettings, field)

/* clang-format off */
const GstEfficientNetField gst_efficientnet_kafka_fields[] = {
    {"address", "Address",
        "brokers of the cluster: HOST[:PORT][,HOST[:PORT]...], after kafka:// or, for TLS, "
        "kafkas:// (NULL: kafka://localhost:9092)",
        G_TYPE_STRING, PLACE(address)},
    {"topic", "Topic", "the topic to which records are written (NULL: efficientnet)",
        G_TYPE_STRING, PLACE(topic)},
    {"key", "Key",
        "the key of every record; those with the same key stay in order (NULL: the name of the "
        "stream; empty: none)",
        G_TYPE_STRING, PLACE(key)},
    {"client-id", "Client id", "what brokers call this client (NULL: efficientnet)",
        G_TYPE_STRING, PLACE(client_id)},
    {"acks", "Acknowledgements",
        "who has stored a record when it counts as written: all, all of its replicas; 1, the first "
        "of them; 0, nobody, it was only sent (NULL: all)",
        G_TYPE_STRING, PLACE(acks)},
    {"idempotence", "Idempotence",
        "with acks=all, a record that is sent again after a failure is stored once",
        G_TYPE_BOOLEAN, PLACE(idempotence), .initial = TRUE},
    {"compression", "Compression",
        "none, gzip, snappy, lz4 or zstd (NULL: none)",
        G_TYPE_STRING, PLACE(compression)},
    {"config-file", "Configuration file",
        "a file of KEY=VALUE lines that go before the properties; of Kafka's keys it may have "
        "acks, client.id, compression.level, compression.type, enable.idempotence, "
        "sasl.mechanism, ssl.ca.location, ssl.certificate.location and ssl.key.location (NULL: "
        "none)",
        G_TYPE_STRING, PLACE(config_file)},
    {"credentials-file", "Credentials file",
        "a file whose first line is USER:PASSWORD (NULL: those in the environment, "
        "EFFNET_KAFKA_USER and EFFNET_KAFKA_PASSWORD, or none)",
        G_TYPE_STRING, PLACE(credentials_file)},
    {"sasl-mechanism", "SASL mechanism",
        "how the user is authenticated: PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512 (NULL: PLAIN at "
        "kafkas://, SCRAM-SHA-512 otherwise, which does not send the password)",
        G_TYPE_STRING, PLACE(sasl_mechanism)},
    {"ca-file", "CA file",
        "the certificates (PEM) that may have signed those of brokers at kafkas:// (NULL: the "
        "system's)",
        G_TYPE_STRING, PLACE(ca_file)},
    {"cert-file", "Certificate file",
        "the certificate (PEM) to show brokers at kafkas:// (NULL: none)",
        G_TYPE_STRING, PLACE(cert_file)},
    {"key-file", "Key file", "the key of cert-file (PEM, without a passphrase)",
        G_TYPE_STRING, PLACE(key_file)},
    {"max-queue", "Maximum queue",
        "how many records wait for the brokers, besides up to 100 that are on their way; then the "
        "oldest is dropped, and counted. The pipeline never waits",
        G_TYPE_UINT, PLACE(max_queue), .minimum = 1, .maximum = 10000000, .initial = 1000},
    {"drain-timeout", "Drain timeout",
        "how long, in ns, the end of the stream or stopping waits for the brokers to take what is "
        "queued",
        G_TYPE_UINT64, PLACE(drain_timeout), .maximum = 3600 * GST_SECOND,
        .initial = 2 * GST_SECOND},
    {NULL},
};
/* clang-format on */

const GstEfficientNetPublishChoice gst_efficientnet_publish_kafka = {
    .nick = "kafka",
    .description = "To a Kafka cluster; the plugin efficientnetkafka has it",
    .type_name = "GstEfficientNetPublishKafka",
    .plugin = "efficientnetkafka",
    .fields = gst_efficientnet_kafka_fields,
};
