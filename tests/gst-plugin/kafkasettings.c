/* SPDX-License-Identifier: BSD-2-Clause */
#include "kafkasettings.h"

#include "publishregistry.h"
#include "testfields.h"

/* Every property has its own place, and existing launch lines keep their names and values. */
static void
test_fields(void)
{
    GstEfficientNetKafkaSettings settings = {0};
    const GstEfficientNetField *fields = gst_efficientnet_kafka_fields;
    guint n = effnet_test_set_fields(fields, &settings);

    g_assert_cmpuint(n, ==, 15);
    g_assert_cmpstr(settings.address, ==, "address");
    g_assert_cmpstr(settings.topic, ==, "topic");
    g_assert_cmpstr(settings.key, ==, "key");
    g_assert_cmpstr(settings.client_id, ==, "client-id");
    g_assert_cmpstr(settings.acks, ==, "acks");
    g_assert_cmpstr(settings.compression, ==, "compression");
    g_assert_cmpstr(settings.config_file, ==, "config-file");
    g_assert_cmpstr(settings.credentials_file, ==, "credentials-file");
    g_assert_cmpstr(settings.sasl_mechanism, ==, "sasl-mechanism");
    g_assert_cmpstr(settings.ca_file, ==, "ca-file");
    g_assert_cmpstr(settings.cert_file, ==, "cert-file");
    g_assert_cmpstr(settings.key_file, ==, "key-file");
    g_assert_true(settings.idempotence);
    g_assert_cmpuint(settings.max_queue, ==, 10000000);
    g_assert_cmpuint(settings.drain_timeout, ==, 3600 * GST_SECOND);
    gst_efficientnet_fields_clear(fields, &settings);
}

static void
test_choice(void)
{
    g_assert_cmpstr(gst_efficientnet_publish_kafka.nick, ==, "kafka");
    g_assert_null(gst_efficientnet_publish_kafka.get_type);
    g_assert_cmpstr(gst_efficientnet_publish_kafka.plugin, ==, "efficientnetkafka");
    g_assert_true(gst_efficientnet_publish_kafka.fields == gst_efficientnet_kafka_fields);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/kafkasettings/fields", test_fields);
    g_test_add_func("/kafkasettings/choice", test_choice);
    return g_test_run();
}
