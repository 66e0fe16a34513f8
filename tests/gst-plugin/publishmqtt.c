/* SPDX-License-Identifier: BSD-2-Clause */
/* With a real broker that comes and goes. */
#include <mosquitto.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker.h"
#include "command.h"
#include "publishing.h"

#define ANYBODY "allow_anonymous true"

typedef struct {
    EffNetTestBroker broker;
    EffNetTestPublisher publisher;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    effnet_test_broker_init(&f->broker);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_test_publisher_clear(&f->publisher);
    effnet_test_broker_clear(&f->broker);
}

/* A launch line; @ in DESCRIPTION stands for the broker's folder. */
static char *
make_line(const EffNetTestBroker *broker, const char *scheme, const char *description)
{
    g_auto(GStrv) parts = g_strsplit(description, "@", -1);
    g_autofree char *properties = g_strjoinv(broker->folder, parts);

    return g_strdup_printf("efficientnetpublish name=cam0 method=mqtt address=%s://localhost:%d "
                           "topic=results %s",
                           scheme, broker->port, properties);
}

static GstElement *
make_element(const EffNetTestBroker *broker, const char *scheme, const char *description)
{
    g_autofree char *line = make_line(broker, scheme, description);
    GError *error = NULL;
    GstElement *element = gst_parse_launch(line, &error);

    g_assert_no_error(error);
    return element;
}

static void
open_element(Fixture *f, const char *scheme, const char *description)
{
    g_autofree char *line = make_line(&f->broker, scheme, description);

    effnet_test_publisher_open(&f->publisher, line);
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
        effnet_test_publisher_push(&f->publisher, 300);
        /* The end of the stream waits for the broker. */
        effnet_test_publisher_end(&f->publisher);
        g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "queued"), ==, 0);
        g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "written"), ==, 300);
        g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, topic, 300), ==, 0);
        effnet_test_publisher_assert_quiet(&f->publisher);
        effnet_test_publisher_clear(&f->publisher);
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
    effnet_test_publisher_push(&f->publisher, 40);
    effnet_test_publisher_wait_for(&f->publisher, "written", 40);
    for (guint i = 0; i < 2; i++) {
        effnet_test_publisher_push(&f->publisher, 40);
        effnet_test_broker_stop(&f->broker);
        effnet_test_publisher_push(&f->publisher, 200);
        effnet_test_broker_start(&f->broker, ANYBODY);
        effnet_test_publisher_push(&f->publisher, 10);
        effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING,
                                             "up to 50 lines wait");
        effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_INFO,
                                             "connected to mqtt://localhost:");
        effnet_test_publisher_push(&f->publisher, 10);
    }
    effnet_test_publisher_close(&f->publisher);
    dropped = effnet_test_publisher_get(&f->publisher, "dropped");
    g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "lines"), ==, f->publisher.pushed);
    g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "queued"), ==, 0);
    g_assert_cmpuint(dropped, >=, 2 * (200 - 50 - 40));
    repeated = effnet_test_subscriber_wait_for_count(subscriber, "results",
                                                     f->publisher.pushed - (guint)dropped);
    g_test_message("%u lines, %" G_GUINT64_FORMAT " dropped, %u repeated", f->publisher.pushed,
                   dropped, repeated);
    if (strstr(properties, "qos=2"))
        g_assert_cmpuint(repeated, ==, 0);
    effnet_test_publisher_assert_quiet(&f->publisher);
    effnet_test_subscriber_free(subscriber);
}

static guint
count_warnings(Fixture *f)
{
    GstMessage *message;
    guint n = 0;

    while ((message = gst_bus_pop_filtered(f->publisher.bus, GST_MESSAGE_WARNING))) {
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
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING, "lost");
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_INFO,
                                         "connected to mqtt://localhost:");
    effnet_test_publisher_assert_message(&other.publisher, GST_MESSAGE_WARNING, "lost");
    effnet_test_publisher_assert_message(&other.publisher, GST_MESSAGE_INFO,
                                         "connected to mqtt://localhost:");
    /* By then each has waited at least 1/4, 1/2, 1 and 2 seconds, while the other was connected. */
    g_usleep(6 * G_USEC_PER_SEC);
    n = count_warnings(f) + count_warnings(&other);
    g_test_message("%u further warnings", n);
    g_assert_cmpuint(n, <=, 6);
    effnet_test_publisher_clear(&other.publisher);
}

/* If there never was a broker, the oldest messages are dropped, and nobody waits. */
static void
test_no_broker(Fixture *f, gconstpointer data)
{
    open_element(f, "mqtt", "max-queue=10 drain-timeout=0");
    effnet_test_publisher_push(&f->publisher, 1000);
    g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "dropped"), ==, 990);
    g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "queued"), ==, 10);
    /* From 2.1 on, the library no longer tells the cause. */
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING,
                                         mosquitto_lib_version(NULL, NULL, NULL) < 2001000
                                             ? "Connection refused"
                                             : "No connection could be made");
    /* Long enough for another attempt, or two. */
    g_usleep(2 * G_USEC_PER_SEC);
    effnet_test_publisher_assert_quiet(&f->publisher);
    effnet_test_publisher_close(&f->publisher);
    g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "dropped"), ==, 1000);
    g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "lines"), ==, 1000);
}

static void
test_wrong_host(Fixture *f, gconstpointer data)
{
    open_element(f, "mqtt", "address=mqtt://host.invalid drain-timeout=0");
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING,
                                         "address: mqtt://host.invalid:1883: ");
    effnet_test_publisher_push(&f->publisher, 10);
    g_usleep(G_USEC_PER_SEC);
    effnet_test_publisher_assert_quiet(&f->publisher);
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
    effnet_test_publisher_push(&f->publisher, 10);
    effnet_test_publisher_end(&f->publisher);
    effnet_test_publisher_close(&f->publisher);
    g_assert_cmpuint(effnet_test_publisher_get(&f->publisher, "dropped"), ==, 10);
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
    effnet_test_run_command(f->broker.folder, "mosquitto_passwd -b -c @/passwords me secret");
    effnet_test_broker_start(&f->broker, settings);
    g_assert_true(g_file_set_contents(path, "me:wrong\n", -1, NULL));
    g_setenv("EFFNET_MQTT_USER", "me", TRUE);
    g_setenv("EFFNET_MQTT_PASSWORD", in_file ? "not looked at" : "secret", TRUE);
    if (in_file) {
        open_element(f, "mqtt", "credentials-file=@/credentials drain-timeout=0");
        effnet_test_publisher_push(&f->publisher, 1);
        effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING, "ot authorised");
        g_usleep(2 * G_USEC_PER_SEC);
        effnet_test_publisher_assert_quiet(&f->publisher);
        gst_element_set_state(f->publisher.element, GST_STATE_NULL);
        g_assert_true(g_file_set_contents(path, "me:secret\n", -1, NULL));
        gst_element_set_state(f->publisher.element, GST_STATE_PLAYING);
        gst_harness_set_src_caps_str(f->publisher.h,
                                     "video/x-raw,format=GRAY8,width=4,height=4,framerate=30/1");
    } else {
        open_element(f, "mqtt", "");
    }
    effnet_test_publisher_push(&f->publisher, 5);
    effnet_test_publisher_wait_for(&f->publisher, "written", 5);
    effnet_test_publisher_assert_quiet(&f->publisher);
    g_unsetenv("EFFNET_MQTT_USER");
    g_unsetenv("EFFNET_MQTT_PASSWORD");
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
    effnet_test_make_certificates(folder);
    effnet_test_broker_start(&f->broker, settings);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *properties = g_strconcat(rows[i].properties, " drain-timeout=0", NULL);

        open_element(f, rows[i].scheme, properties);
        effnet_test_publisher_push(&f->publisher, 5);
        if (rows[i].says) {
            effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING, rows[i].says);
            g_usleep(700000);
        } else {
            effnet_test_publisher_wait_for(&f->publisher, "written", 5);
        }
        effnet_test_publisher_assert_quiet(&f->publisher);
        effnet_test_publisher_clear(&f->publisher);
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
    effnet_test_publisher_close(&f->publisher);
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
    effnet_test_publisher_push(&f->publisher, 3);
    effnet_test_publisher_wait_for(&f->publisher, "written", 3);
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
