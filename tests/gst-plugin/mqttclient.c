/* SPDX-License-Identifier: BSD-2-Clause */
#include "mqttclient.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "checkpoint.h"

static void
test_address(void)
{
    static const struct {
        const char *text, *host;
        int port;
        gboolean tls;
        const char *name;
    } rows[] = {
        {NULL, "localhost", 1883, FALSE, "mqtt://localhost:1883"},
        {"broker", "broker", 1883, FALSE, "mqtt://broker:1883"},
        {"broker:77", "broker", 77, FALSE, "mqtt://broker:77"},
        {"mqtt://10.0.0.1", "10.0.0.1", 1883, FALSE, "mqtt://10.0.0.1:1883"},
        {"mqtts://broker", "broker", 8883, TRUE, "mqtts://broker:8883"},
        {"mqtts://broker:443/", "broker", 443, TRUE, "mqtts://broker:443"},
        {"[::1]:1884", "::1", 1884, FALSE, "mqtt://[::1]:1884"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GstEfficientNetMqttAddress address = {0};
        GError *error = NULL;

        g_assert_true(gst_efficientnet_mqtt_address_parse(rows[i].text, &address, &error));
        g_assert_no_error(error);
        g_assert_cmpstr(address.host, ==, rows[i].host);
        g_assert_cmpint(address.port, ==, rows[i].port);
        g_assert_cmpint(address.tls, ==, rows[i].tls);
        g_assert_cmpstr(address.name, ==, rows[i].name);
        gst_efficientnet_mqtt_address_clear(&address);
    }
}

static void
test_address_refused(void)
{
    static const char *const texts[] = {
        "http://broker",
        "broker:0",
        "broker:99999",
        "broker:x",
        "mqtt://",
        "mqtt://:1883",
        "mqtt://broker/t",
        "mqtt://broker?x=1",
        "mqtt://broker#t",
        "mqtt://u@broker",
        "mqtt://u:secret@broker",
        "u:secret@broker",
        "mqtt://u:secret@broker:99999",
        "mqtt://u:secret/1@broker",
        "http://u:secret@broker",
        "mqtt://u:secret%@broker",
    };

    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        GstEfficientNetMqttAddress address = {0};
        g_autoptr(GError) error = NULL;

        g_test_message("%s", texts[i]);
        g_assert_false(gst_efficientnet_mqtt_address_parse(texts[i], &address, &error));
        g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
        g_assert_true(g_str_has_prefix(error->message, "address: "));
        /* Passwords must not be logged either. */
        g_assert_null(strstr(error->message, "secret"));
    }
}

/* The error for SETTINGS and an address of NAME, or NULL. */
static char *
refusal(const GstEfficientNetMqttSettings *settings, const char *name)
{
    GstEfficientNetMqttAddress address = {0};
    g_autoptr(GError) error = NULL;
    struct mosquitto *client;

    g_assert_true(gst_efficientnet_mqtt_address_parse(name, &address, NULL));
    client = gst_efficientnet_mqtt_client_new(settings, &address, NULL, &error);
    gst_efficientnet_mqtt_address_clear(&address);
    g_assert_true((client == NULL) == (error != NULL));
    if (!client)
        return g_strdup(error->message);
    mosquitto_destroy(client);
    return NULL;
}

static void
assert_refused(const GstEfficientNetMqttSettings *settings, const char *name, const char *begins)
{
    g_autofree char *message = refusal(settings, name);

    g_assert_nonnull(message);
    g_assert_true(g_str_has_prefix(message, begins));
}

static void
assert_accepted(const GstEfficientNetMqttSettings *settings, const char *name)
{
    g_assert_null(refusal(settings, name));
}

#define WITH(...) (&(const GstEfficientNetMqttSettings){__VA_ARGS__})

static void
test_topics(void)
{
    assert_accepted(WITH(.topic = (char *)"a/b", .status_topic = (char *)"a/s"), NULL);
    assert_refused(WITH(.topic = (char *)"a/#"), NULL, "topic: ");
    assert_refused(WITH(.topic = (char *)""), NULL, "topic: ");
    assert_refused(WITH(.topic = (char *)"\xff"), NULL, "topic: ");
    assert_refused(WITH(.status_topic = (char *)"+"), NULL, "status-topic: ");
    assert_accepted(WITH(.client_id = (char *)"cam0"), NULL);
    assert_refused(WITH(.client_id = (char *)"\xff"), NULL, "client-id: ");
}

static void
test_make_topic(void)
{
    static const struct {
        const char *suffix, *expected;
    } rows[] = {
        {"cam0", "a/b/cam0"},
        {"", "a/b/"},
        {"cam+1/#", "a/b/cam_1/_"},
        {"x\ny\x7f", "a/b/x_y_"},
        {"k\xc3\xa4tzchen", "a/b/k\xc3\xa4tzchen"},
        {"latin\xe4", "a/b/latin\xef\xbf\xbd"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *topic = gst_efficientnet_mqtt_make_topic("a/b", rows[i].suffix);

        g_assert_cmpstr(topic, ==, rows[i].expected);
    }
}

static void
test_credentials(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "credentials", NULL);
    g_autofree char *message = NULL;

    assert_refused(WITH(.credentials_file = path), NULL, "credentials-file: ");
    g_assert_true(g_file_set_contents(path, "me:secret:with:colons\n", -1, NULL));
    assert_accepted(WITH(.credentials_file = path), NULL);
    g_assert_true(g_file_set_contents(path, "secret\n", -1, NULL));
    message = refusal(WITH(.credentials_file = path), NULL);
    g_assert_true(g_str_has_suffix(message, " is not USER:PASSWORD"));
    g_assert_null(strstr(message, "secret"));
    g_assert_true(g_file_set_contents(path, "", -1, NULL));
    assert_refused(WITH(.credentials_file = path), NULL, "credentials-file: ");
    g_assert_true(g_file_set_contents(path, "\xff:secret", -1, NULL));
    assert_refused(WITH(.credentials_file = path), NULL,
                   "credentials-file: the user is not accepted: ");
    effnet_test_remove_folder(folder);
}

/* Files that do not end, or never come, are not waited for. */
static void
test_irregular_files(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *fifo = g_build_filename(folder, "fifo", NULL);
    g_autofree char *large = g_build_filename(folder, "large", NULL);
    g_autofree char *good = g_build_filename(folder, "good", NULL);
    char *const paths[] = {fifo, (char *)"/dev/zero", (char *)"/dev/tty", folder};

    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);
    g_assert_true(g_file_set_contents(good, "me:secret", -1, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(paths); i++) {
        g_test_message("%s", paths[i]);
        assert_refused(WITH(.credentials_file = paths[i]), NULL, "credentials-file: ");
        assert_refused(WITH(.ca_file = paths[i]), "mqtts://broker", "ca-file: ");
        assert_refused(WITH(.ca_file = good, .cert_file = paths[i], .key_file = good),
                       "mqtts://broker", "cert-file: ");
        assert_refused(WITH(.ca_file = good, .cert_file = good, .key_file = paths[i]),
                       "mqtts://broker", "key-file: ");
    }
    g_assert_true(g_file_set_contents(large, "me:secret\n", -1, NULL));
    g_assert_cmpint(truncate(large, 4096), ==, 0);
    assert_accepted(WITH(.credentials_file = large), NULL);
    g_assert_cmpint(truncate(large, 4097), ==, 0);
    assert_refused(WITH(.credentials_file = large), NULL,
                   "credentials-file: at most 4096 bytes were expected");
    g_assert_cmpint(truncate(large, G_GINT64_CONSTANT(1) << 40), ==, 0);
    assert_refused(WITH(.ca_file = large), "mqtts://broker", "ca-file: at most ");
    effnet_test_remove_folder(folder);
}

static void
test_certificates(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *there = g_build_filename(folder, "there.pem", NULL);
    char *missing = (char *)"/nonexistent.pem";

    g_assert_true(g_file_set_contents(there, "", -1, NULL));
    assert_accepted(WITH(0), "mqtts://broker");
    assert_accepted(WITH(.ca_file = there), "mqtts://broker");
    assert_accepted(WITH(.ca_file = there, .cert_file = there, .key_file = there),
                    "mqtts://broker");
    assert_refused(WITH(.ca_file = there), "mqtt://broker", "address: ");
    assert_refused(WITH(.ca_file = missing), "mqtts://broker", "ca-file: /nonexistent.pem");
    assert_refused(WITH(.ca_file = there, .cert_file = there), "mqtts://broker", "cert-file: ");
    assert_refused(WITH(.cert_file = there, .key_file = there), "mqtts://broker", "cert-file: ");
    assert_refused(WITH(.ca_file = there, .cert_file = there, .key_file = missing),
                   "mqtts://broker", "key-file: ");
    effnet_test_remove_folder(folder);
}

/* The description of a refused certificate, in whatever order errors come; and of other errors. */
static void
test_describe(void)
{
    static const char refused[] = "the broker refuses this side's TLS, or its certificate";
    static const struct {
        int code, number;
        gboolean unanswered_tls;
        const char *says; /* NULL: what the library says of the code said_of */
        int said_of;
    } codes[] = {
        {MOSQ_ERR_ERRNO, EPROTO, TRUE, refused},
        {MOSQ_ERR_ERRNO, ECONNRESET, TRUE, refused},
        {MOSQ_ERR_ERRNO, EPIPE, TRUE, refused},
        {MOSQ_ERR_CONN_LOST, 0, TRUE, refused},
        {MOSQ_ERR_CONN_LOST, 0, FALSE, NULL, MOSQ_ERR_CONN_LOST},
        {MOSQ_ERR_ERRNO, EPROTO, FALSE, NULL, MOSQ_ERR_CONN_LOST},
        {MOSQ_ERR_ERRNO, ECONNREFUSED, TRUE, "Connection refused"},
        {MOSQ_ERR_ERRNO, EBADF, FALSE, "No connection could be made"},
        {MOSQ_ERR_PROTOCOL, 0, TRUE, NULL, MOSQ_ERR_PROTOCOL},
    };
    static const struct {
        const char *text, *answered, *unanswered; /* NULL: the text itself */
    } logs[] = {
        {"OpenSSL Error[0]: error:0A000418:SSL routines::tlsv1 alert unknown ca", refused, refused},
        {"OpenSSL Error[0]: error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca",
         refused, refused},
        {"OpenSSL Error[0]: error:0A000458:SSL routines::tlsv1 unrecognized name", refused,
         refused},
        {"OpenSSL Error[0]: error:0A000126:SSL routines::unexpected eof while reading", NULL,
         refused},
        {"OpenSSL Error[0]: error:80000068:system library::Connection reset by peer", NULL,
         refused},
        {"OpenSSL Error[0]: error:8000006F:system library::Connection refused", NULL, NULL},
        {"OpenSSL Error[0]: error:0A000086:SSL routines::certificate verify failed", NULL, NULL},
        {"Error: Unable to load CA certificates", NULL, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(codes); i++) {
        errno = codes[i].number;
        g_assert_cmpstr(gst_efficientnet_mqtt_describe(codes[i].code, codes[i].unanswered_tls), ==,
                        codes[i].says ? codes[i].says : mosquitto_strerror(codes[i].said_of));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(logs); i++) {
        const char *text = logs[i].text;

        g_assert_cmpstr(gst_efficientnet_mqtt_describe_log(text, FALSE), ==,
                        logs[i].answered ? logs[i].answered : text);
        g_assert_cmpstr(gst_efficientnet_mqtt_describe_log(text, TRUE), ==,
                        logs[i].unanswered ? logs[i].unanswered : text);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/mqttclient/address", test_address);
    g_test_add_func("/mqttclient/address-refused", test_address_refused);
    g_test_add_func("/mqttclient/topics", test_topics);
    g_test_add_func("/mqttclient/make-topic", test_make_topic);
    g_test_add_func("/mqttclient/credentials", test_credentials);
    g_test_add_func("/mqttclient/irregular-files", test_irregular_files);
    g_test_add_func("/mqttclient/certificates", test_certificates);
    g_test_add_func("/mqttclient/describe", test_describe);
    return g_test_run();
}
