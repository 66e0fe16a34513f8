/* SPDX-License-Identifier: BSD-2-Clause */
/* With a real broker that comes and goes. */
#include <mosquitto.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker.h"
#include "harness.h"
#include "results.h"

#define ANYBODY "allow_anonymous true"

typedef struct {
    EffNetTestBroker broker;
    GstHarness *h;
    GstElement *element;
    GstBus *bus;
    guint pushed;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    effnet_test_broker_init(&f->broker);
}

static void
close_element(Fixture *f)
{
    gst_element_set_state(f->element, GST_STATE_NULL);
    gst_harness_teardown(f->h);
    f->h = NULL;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    if (f->h)
        close_element(f);
    if (f->element) {
        gst_element_set_bus(f->element, NULL);
        gst_object_unref(f->element);
        gst_object_unref(f->bus);
    }
    effnet_test_broker_clear(&f->broker);
}

static GstElement *
make_element(const EffNetTestBroker *broker, const char *scheme, const char *description)
{
    g_auto(GStrv) parts = g_strsplit(description, "@", -1);
    g_autofree char *properties = g_strjoinv(broker->folder, parts);
    g_autofree char *line =
        g_strdup_printf("efficientnetpublish name=cam0 method=mqtt address=%s://localhost:%d "
                        "topic=results %s",
                        scheme, broker->port, properties);
    GError *error = NULL;
    GstElement *element = gst_parse_launch(line, &error);

    g_assert_no_error(error);
    return element;
}

/* Starts the element; @ in DESCRIPTION stands for the broker's folder. */
static void
open_element(Fixture *f, const char *scheme, const char *description)
{
    f->element = gst_object_ref_sink(make_element(&f->broker, scheme, description));
    f->bus = gst_bus_new();
    gst_element_set_bus(f->element, f->bus);
    f->h = gst_harness_new_with_element(f->element, "sink", "src");
    gst_harness_set_drop_buffers(f->h, TRUE);
    gst_harness_set_src_caps_str(f->h, "video/x-raw,format=GRAY8,width=4,height=4,framerate=30/1");
}

static void
push(Fixture *f, guint n)
{
    static const EffNetTestResult result = {
        .width = 4, .height = 4, .roi_id = -1, .labels = {"cat"}, .scores = {0.5f}};

    for (guint i = 0; i < n; i++) {
        GstBuffer *buffer = gst_buffer_new_allocate(NULL, 16, NULL);

        effnet_test_attach_results(buffer, &result, 1);
        GST_BUFFER_PTS(buffer) = f->pushed++;
        g_assert_cmpint(gst_harness_push(f->h, buffer), ==, GST_FLOW_OK);
    }
}

static void
wait_for_written(Fixture *f, guint64 n)
{
    gint64 end = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;

    while (effnet_test_get_stat(f->element, "written") < n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

/* The next message of TYPE exists, and contains SAYS. */
static void
assert_message(Fixture *f, GstMessageType type, const char *says)
{
    GstMessage *message = gst_bus_timed_pop_filtered(f->bus, 30 * GST_SECOND, type);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(message);
    if (type == GST_MESSAGE_WARNING)
        gst_message_parse_warning(message, &error, NULL);
    else
        gst_message_parse_info(message, &error, NULL);
    g_test_message("%s", error->message);
    g_assert_nonnull(strstr(error->message, says));
    gst_message_unref(message);
}

static void
assert_quiet(Fixture *f)
{
    g_assert_null(gst_bus_pop_filtered(f->bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
}

static void
test_lines(Fixture *f, gconstpointer data)
{
    EffNetTestSubscriber *subscriber;

    if (!effnet_test_have_broker())
        return;
    effnet_test_broker_start(&f->broker, ANYBODY);
    subscriber = effnet_test_subscriber_new(&f->broker);
    for (guint qos = 0; qos <= 2; qos++) {
        g_autofree char *topic = g_strdup_printf("qos/%u", qos);
        g_autofree char *properties = g_strdup_printf("topic=%s qos=%u", topic, qos);

        open_element(f, "mqtt", properties);
        push(f, 300);
        /* The end of the stream waits for the broker. */
        gst_harness_push_event(f->h, gst_event_new_eos());
        g_assert_cmpuint(effnet_test_get_stat(f->element, "queued"), ==, 0);
        g_assert_cmpuint(effnet_test_get_stat(f->element, "written"), ==, 300);
        g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, topic, 300), ==, 0);
        assert_quiet(f);
        close_element(f);
        gst_element_set_bus(f->element, NULL);
        g_clear_pointer(&f->element, gst_object_unref);
        g_clear_pointer(&f->bus, gst_object_unref);
    }
    effnet_test_subscriber_free(subscriber);
}

/* The broker is stopped and restarted while lines are written: all of them arrived or were dropped.
 * QOS 2: and none arrived twice. */
static void
test_broker_comes_and_goes(Fixture *f, gconstpointer properties)
{
    EffNetTestSubscriber *subscriber;
    guint64 dropped;
    guint repeated;

    if (!effnet_test_have_broker())
        return;
    effnet_test_broker_start(&f->broker, ANYBODY);
    subscriber = effnet_test_subscriber_new(&f->broker);
    open_element(f, "mqtt", properties);
    push(f, 40);
    wait_for_written(f, 40);
    for (guint i = 0; i < 2; i++) {
        push(f, 40);
        effnet_test_broker_stop(&f->broker);
        push(f, 200);
        effnet_test_broker_start(&f->broker, ANYBODY);
        push(f, 10);
        assert_message(f, GST_MESSAGE_WARNING, "up to 50 lines wait");
        assert_message(f, GST_MESSAGE_INFO, "connected to mqtt://localhost:");
        push(f, 10);
    }
    close_element(f);
    dropped = effnet_test_get_stat(f->element, "dropped");
    g_assert_cmpuint(effnet_test_get_stat(f->element, "lines"), ==, f->pushed);
    g_assert_cmpuint(effnet_test_get_stat(f->element, "queued"), ==, 0);
    g_assert_cmpuint(dropped, >=, 2 * (200 - 50 - 40));
    repeated =
        effnet_test_subscriber_wait_for_count(subscriber, "results", f->pushed - (guint)dropped);
    g_test_message("%u lines, %" G_GUINT64_FORMAT " dropped, %u repeated", f->pushed, dropped,
                   repeated);
    if (strstr(properties, "qos=2"))
        g_assert_cmpuint(repeated, ==, 0);
    assert_quiet(f);
    effnet_test_subscriber_free(subscriber);
}

static guint
count_warnings(Fixture *f)
{
    GstMessage *message;
    guint n = 0;

    while ((message = gst_bus_pop_filtered(f->bus, GST_MESSAGE_WARNING))) {
        gst_message_unref(message);
        n++;
    }
    return n;
}

/* Two clients with one id displace each other at the broker, less and less often. */
static void
test_same_client_id(Fixture *f, gconstpointer data)
{
    Fixture other = {0};
    guint n;

    if (!effnet_test_have_broker())
        return;
    effnet_test_broker_start(&f->broker, ANYBODY);
    other.broker = f->broker;
    open_element(f, "mqtt", "client-id=cam0");
    open_element(&other, "mqtt", "client-id=cam0");
    assert_message(f, GST_MESSAGE_WARNING, "lost");
    assert_message(f, GST_MESSAGE_INFO, "connected to mqtt://localhost:");
    assert_message(&other, GST_MESSAGE_WARNING, "lost");
    assert_message(&other, GST_MESSAGE_INFO, "connected to mqtt://localhost:");
    /* By then each has waited at least 1/4, 1/2, 1 and 2 seconds, while the other was connected. */
    g_usleep(6 * G_USEC_PER_SEC);
    n = count_warnings(f) + count_warnings(&other);
    g_test_message("%u further warnings", n);
    g_assert_cmpuint(n, <=, 6);
    close_element(&other);
    gst_element_set_bus(other.element, NULL);
    gst_object_unref(other.element);
    gst_object_unref(other.bus);
}

/* If there never was a broker, the oldest messages are dropped, and nobody waits. */
static void
test_no_broker(Fixture *f, gconstpointer data)
{
    open_element(f, "mqtt", "max-queue=10 drain-timeout=0");
    push(f, 1000);
    g_assert_cmpuint(effnet_test_get_stat(f->element, "dropped"), ==, 990);
    g_assert_cmpuint(effnet_test_get_stat(f->element, "queued"), ==, 10);
    /* From 2.1 on, the library no longer tells the cause. */
    assert_message(f, GST_MESSAGE_WARNING,
                   mosquitto_lib_version(NULL, NULL, NULL) < 2001000
                       ? "Connection refused"
                       : "No connection could be made");
    /* Long enough for another attempt, or two. */
    g_usleep(2 * G_USEC_PER_SEC);
    assert_quiet(f);
    close_element(f);
    g_assert_cmpuint(effnet_test_get_stat(f->element, "dropped"), ==, 1000);
    g_assert_cmpuint(effnet_test_get_stat(f->element, "lines"), ==, 1000);
}

static void
test_wrong_host(Fixture *f, gconstpointer data)
{
    open_element(f, "mqtt", "address=mqtt://host.invalid drain-timeout=0");
    assert_message(f, GST_MESSAGE_WARNING, "address: mqtt://host.invalid:1883: ");
    push(f, 10);
    g_usleep(G_USEC_PER_SEC);
    assert_quiet(f);
}

/* A broker that accepts connections and says nothing. */
static void
test_silent_broker(Fixture *f, gconstpointer data)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr address;
    socklen_t size = sizeof address;
    gint64 begin = g_get_monotonic_time();
    g_autofree char *properties = NULL;

    g_assert_cmpint(listen(fd, 5), ==, 0);
    g_assert_cmpint(getsockname(fd, &address, &size), ==, 0);
    properties = g_strdup_printf("drain-timeout=200000000 address=127.0.0.1:%d",
                                 ((guint8)address.sa_data[0] << 8) | (guint8)address.sa_data[1]);
    open_element(f, "mqtt", properties);
    push(f, 10);
    gst_harness_push_event(f->h, gst_event_new_eos());
    close_element(f);
    g_assert_cmpuint(effnet_test_get_stat(f->element, "dropped"), ==, 10);
    g_assert_cmpint(g_get_monotonic_time() - begin, >=, 200000);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 20 * G_USEC_PER_SEC);
    close(fd);
}

static void
test_password(Fixture *f, gconstpointer where)
{
    gboolean in_file = g_str_equal(where, "file");
    g_autofree char *path = g_build_filename(f->broker.folder, "credentials", NULL);
    g_autofree char *settings =
        g_strdup_printf("allow_anonymous false\npassword_file %s/passwords", f->broker.folder);

    if (!effnet_test_have_broker())
        return;
    effnet_test_broker_run(&f->broker, "mosquitto_passwd -b -c @/passwords me secret");
    effnet_test_broker_start(&f->broker, settings);
    g_assert_true(g_file_set_contents(path, "me:wrong\n", -1, NULL));
    g_setenv("EFFNET_MQTT_USER", "me", TRUE);
    g_setenv("EFFNET_MQTT_PASSWORD", in_file ? "not looked at" : "secret", TRUE);
    if (in_file) {
        open_element(f, "mqtt", "credentials-file=@/credentials drain-timeout=0");
        push(f, 1);
        assert_message(f, GST_MESSAGE_WARNING, "ot authorised");
        g_usleep(2 * G_USEC_PER_SEC);
        assert_quiet(f);
        gst_element_set_state(f->element, GST_STATE_NULL);
        g_assert_true(g_file_set_contents(path, "me:secret\n", -1, NULL));
        gst_element_set_state(f->element, GST_STATE_PLAYING);
        gst_harness_set_src_caps_str(f->h,
                                     "video/x-raw,format=GRAY8,width=4,height=4,framerate=30/1");
    } else {
        open_element(f, "mqtt", "");
    }
    push(f, 5);
    wait_for_written(f, 5);
    assert_quiet(f);
    g_unsetenv("EFFNET_MQTT_USER");
    g_unsetenv("EFFNET_MQTT_PASSWORD");
}

#define MAKE_KEY                                                                                   \
    "openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 9 "

static void
make_certificates(EffNetTestBroker *broker)
{
    effnet_test_broker_run(broker, MAKE_KEY "-subj /CN=ca -keyout @/ca.key -out @/ca.pem");
    effnet_test_broker_run(broker, MAKE_KEY "-subj /CN=other -keyout @/other.key -out @/other.pem");
    effnet_test_broker_run(broker, MAKE_KEY "-subj /CN=localhost -addext "
                                            "subjectAltName=DNS:localhost -CA @/ca.pem -CAkey "
                                            "@/ca.key -keyout @/server.key -out @/server.pem");
    effnet_test_broker_run(broker, MAKE_KEY "-subj /CN=cam0 -CA @/ca.pem -CAkey @/ca.key -keyout "
                                            "@/client.key -out @/client.pem");
}

static void
test_tls(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *scheme, *properties, *says;
    } rows[] = {
        {"mqtts", "ca-file=@/ca.pem cert-file=@/client.pem key-file=@/client.key", NULL},
        {"mqtts", "ca-file=@/other.pem cert-file=@/client.pem key-file=@/client.key",
         "certificate verify failed"},
        {"mqtts", "cert-file=@/other.pem key-file=@/other.key ca-file=@/ca.pem", "certificate"},
        {"mqtts", "ca-file=@/ca.pem", "certificate"},
        {"mqtts", "ca-file=@/client.key", ""},
        {"mqtts", "", "certificate verify failed"},
        {"mqtt", "", ""},
    };
    const char *folder = f->broker.folder;
    g_autofree char *settings =
        g_strdup_printf(ANYBODY "\nrequire_certificate true\ncafile %s/ca.pem\n"
                                "certfile %s/server.pem\nkeyfile %s/server.key",
                        folder, folder, folder);

    if (!effnet_test_have_broker())
        return;
    make_certificates(&f->broker);
    effnet_test_broker_start(&f->broker, settings);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *properties = g_strconcat(rows[i].properties, " drain-timeout=0", NULL);

        open_element(f, rows[i].scheme, properties);
        push(f, 5);
        if (rows[i].says) {
            assert_message(f, GST_MESSAGE_WARNING, rows[i].says);
            g_usleep(700000);
        } else {
            wait_for_written(f, 5);
        }
        assert_quiet(f);
        close_element(f);
        gst_element_set_bus(f->element, NULL);
        g_clear_pointer(&f->element, gst_object_unref);
        g_clear_pointer(&f->bus, gst_object_unref);
    }
}

/* The broker publishes "offline" for a killed process, the element itself at an orderly end. */
static void
test_status(Fixture *f, gconstpointer program)
{
    EffNetTestSubscriber *subscriber;
    g_autofree char *port = NULL;
    GError *error = NULL;
    GPid child;

    if (!effnet_test_have_broker())
        return;
    effnet_test_broker_start(&f->broker, ANYBODY);
    subscriber = effnet_test_subscriber_new(&f->broker);
    open_element(f, "mqtt", "status-topic=status");
    effnet_test_subscriber_wait_for(subscriber, "status", "online");
    close_element(f);
    effnet_test_subscriber_wait_for(subscriber, "status", "offline");
    port = g_strdup_printf("%d", f->broker.port);
    g_spawn_async(NULL, (char *[]){(char *)program, (char *)"--linger", port, NULL}, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child, &error);
    g_assert_no_error(error);
    effnet_test_subscriber_wait_for(subscriber, "status", "online");
    kill(child, SIGKILL);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    effnet_test_subscriber_wait_for(subscriber, "status", "offline");
    effnet_test_subscriber_free(subscriber);
}

/* An element that is there until this process is killed. */
static void
linger(int port)
{
    EffNetTestBroker broker = {.folder = (char *)"", .port = port};
    GstElement *element = make_element(&broker, "mqtt", "status-topic=status");

    gst_element_set_state(element, GST_STATE_PAUSED);
    for (;;)
        pause();
}

static void
test_retain(Fixture *f, gconstpointer data)
{
    EffNetTestSubscriber *subscriber;

    if (!effnet_test_have_broker())
        return;
    effnet_test_broker_start(&f->broker, ANYBODY);
    open_element(f, "mqtt", "retain=true");
    push(f, 3);
    wait_for_written(f, 3);
    subscriber = effnet_test_subscriber_new(&f->broker);
    g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, "results", 1), ==, 0);
    effnet_test_subscriber_free(subscriber);
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    GstElement *element = gst_object_ref_sink(make_element(&f->broker, "http", ""));
    g_autoptr(GError) error = effnet_test_fail_state(element, GST_STATE_PAUSED);

    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_true(g_str_has_prefix(error->message, "address: "));
    gst_object_unref(element);
}

/* A process that cannot create more threads gets an error, and survives. */
static void
test_no_thread(Fixture *f, gconstpointer data)
{
    GstElement *element = gst_object_ref_sink(make_element(&f->broker, "mqtt", ""));
    pthread_attr_t usual, huge;
    g_autoptr(GError) error = NULL;

    pthread_getattr_default_np(&usual);
    pthread_attr_init(&huge);
    g_assert_cmpint(pthread_attr_setstacksize(&huge, (gsize)1 << 50), ==, 0);
    g_assert_cmpint(pthread_setattr_default_np(&huge), ==, 0);
    error = effnet_test_fail_state(element, GST_STATE_PAUSED);
    g_assert_cmpint(pthread_setattr_default_np(&usual), ==, 0);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED);
    g_assert_true(
        g_str_has_prefix(error->message, "method: mqtt has no thread for its connection: "));
    gst_object_unref(element);
    pthread_attr_destroy(&huge);
    pthread_attr_destroy(&usual);
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    if (argc == 3 && g_str_equal(argv[1], "--linger"))
        linger(atoi(argv[2]));
    g_test_init(&argc, &argv, NULL);
#define ADD(name, data, func) g_test_add(name, Fixture, data, set_up, func, tear_down)
    ADD("/publishmqtt/lines", NULL, test_lines);
    ADD("/publishmqtt/broker-comes-and-goes/at-least-once",
        "max-queue=50 drain-timeout=20000000000", test_broker_comes_and_goes);
    ADD("/publishmqtt/broker-comes-and-goes/exactly-once",
        "max-queue=50 drain-timeout=20000000000 qos=2 client-id=cam0", test_broker_comes_and_goes);
    ADD("/publishmqtt/same-client-id", NULL, test_same_client_id);
    ADD("/publishmqtt/no-broker", NULL, test_no_broker);
    ADD("/publishmqtt/wrong-host", NULL, test_wrong_host);
    ADD("/publishmqtt/silent-broker", NULL, test_silent_broker);
    ADD("/publishmqtt/password/file", "file", test_password);
    ADD("/publishmqtt/password/environment", "environment", test_password);
    ADD("/publishmqtt/tls", NULL, test_tls);
    ADD("/publishmqtt/status", argv[0], test_status);
    ADD("/publishmqtt/retain", NULL, test_retain);
    ADD("/publishmqtt/refused", NULL, test_refused);
    ADD("/publishmqtt/no-thread", NULL, test_no_thread);
    return g_test_run();
}
