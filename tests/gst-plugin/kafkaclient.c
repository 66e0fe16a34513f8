/* SPDX-License-Identifier: BSD-2-Clause */
#include "kafkaclient.h"

#include "checkpoint.h"

#define WITH(...) (&(const GstEfficientNetKafkaSettings){.idempotence = TRUE, __VA_ARGS__})

static void
test_address(void)
{
    static const struct {
        const char *text, *brokers;
        gboolean tls;
        const char *name;
    } rows[] = {
        {NULL, "localhost:9092", FALSE, "kafka://localhost:9092"},
        {"broker", "broker:9092", FALSE, "kafka://broker:9092"},
        {"broker:77", "broker:77", FALSE, "kafka://broker:77"},
        {"kafka://a,b:1,[::1]:2", "a:9092,b:1,[::1]:2", FALSE, "kafka://a:9092,b:1,[::1]:2"},
        {"kafkas://broker", "broker:9092", TRUE, "kafkas://broker:9092"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GstEfficientNetKafkaAddress address = {0};
        GError *error = NULL;

        g_assert_true(gst_efficientnet_kafka_address_parse(rows[i].text, &address, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(address.brokers, ==, rows[i].brokers);
        g_assert_cmpint(address.tls, ==, rows[i].tls);
        g_assert_cmpstr(address.name, ==, rows[i].name);
        gst_efficientnet_kafka_address_clear(&address);
    }
}

static void
test_address_refused(void)
{
    g_autofree char *many = g_strnfill(129, ',');
    static const char *const texts[] = {
        "http://broker",
        "broker:0",
        "broker:99999",
        "broker:x",
        "kafka://",
        "kafka://:9092",
        "kafka://broker/t",
        "kafka://broker?x=1",
        "kafka://broker#t",
        "a,,b",
        "a, b",
        "ssl://broker",
        "kafka://u@broker",
        "kafka://u:secret@broker",
        "a,u:secret@broker",
        "kafkas://u:secret@broker:99999",
        "kafka://u:secret/1@broker",
    };

    for (gsize i = 0; i <= G_N_ELEMENTS(texts); i++) {
        GstEfficientNetKafkaAddress address = {0};
        g_autoptr(GError) error = NULL;

        if (i == G_N_ELEMENTS(texts))
            for (guint j = 0; j < 129; j += 2)
                many[j] = 'a';
        g_assert_false(gst_efficientnet_kafka_address_parse(
            i < G_N_ELEMENTS(texts) ? texts[i] : many, &address, &error));
        g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
        g_assert_true(g_str_has_prefix(error->message, "address: "));
        /* Passwords must not be logged either. */
        g_assert_null(strstr(error->message, "secret"));
    }
}

/* The configuration for SETTINGS and the address NAME; NULL, with *MESSAGE set, if refused. */
static rd_kafka_conf_t *
make(const GstEfficientNetKafkaSettings *settings, const char *name, char **message)
{
    GstEfficientNetKafkaAddress address = {0};
    g_autoptr(GError) error = NULL;
    rd_kafka_conf_t *conf;

    g_assert_true(gst_efficientnet_kafka_address_parse(name, &address, NULL));
    conf = gst_efficientnet_kafka_conf_new(settings, &address, &error);
    gst_efficientnet_kafka_address_clear(&address);
    g_assert_true((conf == NULL) == (error != NULL));
    if (error)
        *message = g_strdup(error->message);
    return conf;
}

static void
assert_refused(const GstEfficientNetKafkaSettings *settings, const char *name, const char *begins)
{
    g_autofree char *message = NULL;

    g_assert_null(make(settings, name, &message));
    g_test_message("%s", message);
    g_assert_true(g_str_has_prefix(message, begins));
    g_assert_null(strstr(message, "secret"));
}

/* EXPECTED is pairs of a key and its value, up to NULL. */
static void
assert_accepted(const GstEfficientNetKafkaSettings *settings, const char *name,
                const char *const *expected)
{
    g_autofree char *message = NULL;
    rd_kafka_conf_t *conf = make(settings, name, &message);

    g_assert_cmpstr(message, ==, NULL);
    for (; *expected; expected += 2) {
        char value[512] = "";
        size_t size = sizeof value;

        rd_kafka_conf_get(conf, expected[0], value, &size);
        g_test_message("%s", expected[0]);
        g_assert_cmpstr(value, ==, expected[1]);
    }
    rd_kafka_conf_destroy(conf);
}

#define EXPECT(...) ((const char *const[]){__VA_ARGS__, NULL})

static void
test_properties(void)
{
    assert_accepted(WITH(0), "kafka://a,b:1",
                    EXPECT("bootstrap.servers", "a:9092,b:1", "security.protocol", "plaintext",
                           "acks", "-1", "enable.idempotence", "true", "compression.type", "none",
                           "client.id", "efficientnet", "plugin.library.paths", ""));
    assert_accepted(WITH(.compression = (char *)"zstd", .client_id = (char *)"cam0"), NULL,
                    EXPECT("compression.type", "zstd", "client.id", "cam0"));
    assert_refused(WITH(.compression = (char *)"zip"), NULL, "compression: ");
    assert_refused(WITH(.acks = (char *)"some"), NULL, "acks: ");
    assert_refused(WITH(.sasl_mechanism = (char *)"GSSAPI"), NULL, "sasl-mechanism: ");
    assert_refused(WITH(.sasl_mechanism = (char *)"OAUTHBEARER"), NULL, "sasl-mechanism: ");
}

/* Without idempotence, what is sent again does not overtake. */
static void
test_order(void)
{
    assert_accepted(WITH(.acks = (char *)"all"), NULL, EXPECT("enable.idempotence", "true"));
    assert_accepted(WITH(.acks = (char *)"1"), NULL,
                    EXPECT("acks", "1", "enable.idempotence", "false", "max.in.flight", "1"));
    assert_accepted(WITH(.acks = (char *)"0"), NULL,
                    EXPECT("acks", "0", "enable.idempotence", "false", "max.in.flight", "1"));
    assert_accepted(&(const GstEfficientNetKafkaSettings){.idempotence = FALSE}, NULL,
                    EXPECT("acks", "-1", "enable.idempotence", "false", "max.in.flight", "1"));
}

static void
test_topics(void)
{
    g_autofree char *longest = g_strnfill(249, 'a');
    g_autofree char *longer = g_strnfill(250, 'a');
    const char *refused[] = {"", ".", "..", "a/b", "a b", "\xff", longer};

    assert_accepted(WITH(.topic = (char *)"cams.door_1-x"), NULL, EXPECT("acks", "-1"));
    assert_accepted(WITH(.topic = longest), NULL, EXPECT("acks", "-1"));
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++)
        assert_refused(WITH(.topic = (char *)refused[i]), NULL, "topic: ");
}

static void
test_config_file(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "kafka.properties", NULL);
    static const char *const refused[] = {
        "plugin.library.paths=/tmp/evil.so",
        "sasl.kerberos.kinit.cmd=reboot",
        "sasl.password=secret",
        "ssl.key.password=secret",
        "ssl.engine.location=/tmp/evil.so",
        "ssl.keystore.location=/tmp/x",
        "bootstrap.servers=elsewhere",
        "security.protocol=plaintext",
        "ssl.endpoint.identification.algorithm=none",
        "enable.ssl.certificate.verification=false",
        "debug=all",
        "test.mock.num.brokers=3",
        "Acks=all",
        "acks.x=1",
        "=all",
        "me:secret",
        "acks=some",
        "compression.level=secretly",
        "compression.type=zip",
        "acks=all\nenable.idempotence=perhaps",
    };

    g_assert_true(g_file_set_contents(path,
                                      "# of Kafka's own\r\n\n  acks = 1 \ncompression.type=gzip\n"
                                      "compression.level=3\nclient.id=cam=1\n"
                                      "sasl.mechanism=SCRAM-SHA-256",
                                      -1, NULL));
    assert_accepted(WITH(.config_file = path, .acks = (char *)"all"), NULL,
                    EXPECT("acks", "1", "compression.type", "gzip", "compression.level", "3",
                           "client.id", "cam=1", "sasl.mechanism", "SCRAM-SHA-256"));
    g_assert_true(g_file_set_contents(path, "enable.idempotence=false", -1, NULL));
    assert_accepted(WITH(.config_file = path), NULL, EXPECT("enable.idempotence", "false"));
    for (gsize i = 0; i < G_N_ELEMENTS(refused); i++) {
        g_assert_true(g_file_set_contents(path, refused[i], -1, NULL));
        assert_refused(WITH(.config_file = path), NULL, "config-file: ");
    }
    g_assert_true(g_file_set_contents(path, "acks=1\0plugin", 13, NULL));
    assert_refused(WITH(.config_file = path), NULL, "config-file: ");
    g_assert_true(g_file_set_contents(path, "ssl.ca.location=/nonexistent.pem", -1, NULL));
    assert_refused(WITH(.config_file = path), "kafkas://broker", "ca-file: /nonexistent.pem");
    assert_refused(WITH(.config_file = path), NULL, "address: certificates");
    assert_refused(WITH(.config_file = (char *)"/nonexistent"), NULL, "config-file: ");
    assert_refused(WITH(.config_file = (char *)"/dev/zero"), NULL, "config-file: ");
    effnet_test_remove_folder(folder);
}

/* The property names what the file may have. */
static void
test_config_keys(void)
{
    const GstEfficientNetField *field = gst_efficientnet_kafka_fields;
    static const char *const keys[] = {"acks",
                                       "client.id",
                                       "compression.level",
                                       "compression.type",
                                       "ssl.ca.location",
                                       "sasl.mechanism",
                                       "ssl.certificate.location",
                                       "ssl.key.location",
                                       "enable.idempotence"};

    while (!g_str_equal(field->name, "config-file"))
        field++;
    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++)
        g_assert_nonnull(strstr(field->blurb, keys[i]));
}

static void
test_credentials(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "credentials", NULL);
    const char *const tls = "kafkas://broker", *const plain =
                                                   "kafka://broker"; /* what each chooses */

    g_assert_true(g_file_set_contents(path, "me:secret:1\n", -1, NULL));
    assert_accepted(WITH(.credentials_file = path), plain,
                    EXPECT("security.protocol", "sasl_plaintext", "sasl.mechanism", "SCRAM-SHA-512",
                           "sasl.username", "me", "sasl.password", "secret:1"));
    assert_accepted(WITH(.credentials_file = path), tls,
                    EXPECT("security.protocol", "sasl_ssl", "sasl.mechanism", "PLAIN",
                           "enable.ssl.certificate.verification", "true",
                           "ssl.endpoint.identification.algorithm", "https"));
    assert_accepted(WITH(.credentials_file = path, .sasl_mechanism = (char *)"PLAIN"), plain,
                    EXPECT("security.protocol", "sasl_plaintext", "sasl.mechanism", "PLAIN"));
    assert_accepted(WITH(0), tls, EXPECT("security.protocol", "ssl", "sasl.username", ""));
    g_setenv("EFFNET_KAFKA_USER", "you", TRUE);
    assert_refused(WITH(0), tls, "EFFNET_KAFKA_USER: ");
    g_setenv("EFFNET_KAFKA_PASSWORD", "secret", TRUE);
    assert_accepted(WITH(0), tls, EXPECT("sasl.username", "you", "sasl.password", "secret"));
    assert_accepted(WITH(.credentials_file = path), tls, EXPECT("sasl.username", "me"));
    g_unsetenv("EFFNET_KAFKA_USER");
    g_unsetenv("EFFNET_KAFKA_PASSWORD");
    g_assert_true(g_file_set_contents(path, "secret\n", -1, NULL));
    assert_refused(WITH(.credentials_file = path), tls, "credentials-file: ");
    g_assert_true(g_file_set_contents(path, ":secret\n", -1, NULL));
    assert_refused(WITH(.credentials_file = path), tls, "credentials-file: ");
    effnet_test_remove_folder(folder);
}

static void
test_certificates(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *there = g_build_filename(folder, "there.pem", NULL);
    const char *const tls = "kafkas://broker";

    g_assert_true(g_file_set_contents(there, "", -1, NULL));
    assert_accepted(WITH(.ca_file = there), tls, EXPECT("ssl.ca.location", there));
    assert_accepted(WITH(.cert_file = there, .key_file = there), tls,
                    EXPECT("ssl.certificate.location", there, "ssl.key.location", there));
    assert_refused(WITH(.ca_file = there), NULL, "address: certificates");
    assert_refused(WITH(.cert_file = there), tls, "cert-file: ");
    assert_refused(WITH(.key_file = there), tls, "cert-file: ");
    assert_refused(WITH(.ca_file = folder), tls, "ca-file: ");
    assert_refused(WITH(.cert_file = there, .key_file = folder), tls, "key-file: ");
    effnet_test_remove_folder(folder);
}

/* A broker's words reach a terminal without control characters, and without the password. */
static void
test_describe(void)
{
    g_autofree char *message = NULL;
    rd_kafka_conf_t *conf;
    g_autofree char *plain = NULL, *safe = NULL, *cut = NULL;
    g_autofree char *endless = g_strnfill(100000, 'x');

    g_setenv("EFFNET_KAFKA_USER", "you", TRUE);
    g_setenv("EFFNET_KAFKA_PASSWORD", "s3cr\x01t", TRUE);
    conf = make(WITH(0), NULL, &message);
    g_assert_cmpstr(message, ==, NULL);
    plain = gst_efficientnet_kafka_describe(conf, "no such user");
    g_assert_cmpstr(plain, ==, "no such user");
    safe = gst_efficientnet_kafka_describe(conf, "\x1b[2Jyou:s3cr\x01t, s3cr\x01t\xff\n");
    g_assert_cmpstr(safe, ==, "?[2Jyou:***, ***\xef\xbf\xbd?");
    cut = gst_efficientnet_kafka_describe(conf, endless);
    g_assert_cmpuint(strlen(cut), <=, 600);
    rd_kafka_conf_destroy(conf);
    g_unsetenv("EFFNET_KAFKA_USER");
    g_unsetenv("EFFNET_KAFKA_PASSWORD");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/kafkaclient/address", test_address);
    g_test_add_func("/kafkaclient/address-refused", test_address_refused);
    g_test_add_func("/kafkaclient/properties", test_properties);
    g_test_add_func("/kafkaclient/order", test_order);
    g_test_add_func("/kafkaclient/topics", test_topics);
    g_test_add_func("/kafkaclient/config-file", test_config_file);
    g_test_add_func("/kafkaclient/config-keys", test_config_keys);
    g_test_add_func("/kafkaclient/credentials", test_credentials);
    g_test_add_func("/kafkaclient/certificates", test_certificates);
    g_test_add_func("/kafkaclient/describe", test_describe);
    return g_test_run();
}
