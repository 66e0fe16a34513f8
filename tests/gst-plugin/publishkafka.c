/* SPDX-License-Identifier: BSD-2-Clause */
/* With librdkafka's mock cluster, whose broker comes, goes and fails. */
#include <arpa/inet.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include "checkpoint.h"
#include "command.h"
#include "kafka.h"
#include "publishing.h"

/* The most messages that the library has before one is acknowledged. */
#define IN_FLIGHT 100
/* The library's number for the request that carries records. */
#define PRODUCE 0

typedef struct {
    EffNetTestMock mock;
    EffNetTestPublisher publisher;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    effnet_test_mock_init(&f->mock);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_test_publisher_clear(&f->publisher);
    effnet_test_mock_clear(&f->mock);
}

static char *
make_line(const char *address, const char *properties)
{
    return g_strdup_printf("efficientnetpublish name=cam0 method=kafka address=%s topic=results %s",
                           address, properties);
}

static void
open_element(Fixture *f, const char *address, const char *properties)
{
    g_autofree char *line = make_line(address, properties);

    effnet_test_publisher_open(&f->publisher, line);
}

static guint
get(Fixture *f, const char *stat)
{
    return (guint)effnet_test_publisher_get(&f->publisher, stat);
}

/* All that was pushed, and is not counted as dropped, has come, in order and with KEY; and nothing
 * else. */
static void
assert_complete(Fixture *f, const char *key)
{
    EffNetTestReader *reader = effnet_test_reader_new(f->mock.address, "results", 1);
    guint expected = f->publisher.pushed - get(f, "dropped");
    g_autoptr(GArray) frames = NULL;

    g_assert_cmpuint(get(f, "lines"), ==, f->publisher.pushed);
    g_assert_cmpuint(get(f, "queued"), ==, 0);
    g_assert_cmpuint(get(f, "written"), ==, expected);
    effnet_test_reader_wait_for(reader, expected);
    frames = effnet_test_reader_get_frames(reader, key);
    g_assert_cmpuint(frames->len, ==, expected);
    effnet_test_reader_free(reader);
}

static void
test_lines(Fixture *f, gconstpointer properties)
{
    open_element(f, f->mock.address, properties);
    effnet_test_publisher_push(&f->publisher, 300);
    /* The end of the stream waits for the broker. */
    effnet_test_publisher_end(&f->publisher);
    g_assert_cmpuint(get(f, "written"), ==, 300);
    assert_complete(f, "cam0");
    effnet_test_publisher_assert_quiet(&f->publisher);
}

static void
test_keys(Fixture *f, gconstpointer data)
{
    gboolean none = g_str_equal(data, "key=\"\"");

    open_element(f, f->mock.address, data);
    effnet_test_publisher_push(&f->publisher, 10);
    effnet_test_publisher_close(&f->publisher);
    assert_complete(f, none ? NULL : "door");
}

/* The broker goes while lines are written, and comes again. */
static void
test_broker_comes_and_goes(Fixture *f, gconstpointer properties)
{
    open_element(f, f->mock.address, properties);
    effnet_test_publisher_push(&f->publisher, 40);
    effnet_test_publisher_wait_for(&f->publisher, "written", 40);
    for (guint i = 0; i < 2; i++) {
        rd_kafka_mock_broker_set_down(f->mock.cluster, 1);
        effnet_test_publisher_push(&f->publisher, 400);
        effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING,
                                             "up to 50 lines wait");
        rd_kafka_mock_broker_set_up(f->mock.cluster, 1);
        effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_INFO,
                                             "connected to kafka://");
        effnet_test_publisher_push(&f->publisher, 10);
    }
    effnet_test_publisher_close(&f->publisher);
    g_assert_cmpuint(get(f, "dropped"), >=, 2 * (400 - 50 - IN_FLIGHT - 40));
    assert_complete(f, "cam0");
    effnet_test_publisher_assert_quiet(&f->publisher);
}

/* A port of this machine where nobody listens, or where nobody says anything. */
static char *
make_address(gboolean listening, int *fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;

    *fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    g_assert_cmpint(bind(*fd, (struct sockaddr *)&address, size), ==, 0);
    if (listening)
        g_assert_cmpint(listen(*fd, 5), ==, 0);
    g_assert_cmpint(getsockname(*fd, (struct sockaddr *)&address, &size), ==, 0);
    return g_strdup_printf("127.0.0.1:%d", ntohs(address.sin_port));
}

/* If there never was a broker, the oldest messages are dropped, and nobody waits. */
static void
test_no_broker(Fixture *f, gconstpointer data)
{
    int fd;
    g_autofree char *address = make_address(FALSE, &fd);
    guint queued;

    open_element(f, address, "max-queue=10 drain-timeout=0");
    effnet_test_publisher_push(&f->publisher, 1000);
    queued = get(f, "queued");
    g_assert_cmpuint(queued, >=, 10);
    g_assert_cmpuint(queued, <=, 10 + IN_FLIGHT);
    g_assert_cmpuint(get(f, "dropped"), ==, 1000 - queued);
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING, "Connection refused");
    /* Long enough for another attempt, or two. */
    g_usleep(2 * G_USEC_PER_SEC);
    effnet_test_publisher_assert_quiet(&f->publisher);
    effnet_test_publisher_close(&f->publisher);
    g_assert_cmpuint(get(f, "dropped"), ==, 1000);
    g_assert_cmpuint(get(f, "lines"), ==, 1000);
    close(fd);
}

static void
test_wrong_host(Fixture *f, gconstpointer data)
{
    open_element(f, "kafka://host.invalid", "drain-timeout=0");
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING,
                                         "address: kafka://host.invalid:9092: ");
    effnet_test_publisher_push(&f->publisher, 10);
    g_usleep(G_USEC_PER_SEC);
    effnet_test_publisher_assert_quiet(&f->publisher);
}

/* A broker that accepts connections and says nothing, or acknowledges nothing in time. */
static void
test_silent_broker(Fixture *f, gconstpointer how)
{
    int fd = -1;
    g_autofree char *silent = NULL;
    gint64 begin = g_get_monotonic_time();

    if (g_str_equal(how, "mute"))
        silent = make_address(TRUE, &fd);
    else
        rd_kafka_mock_broker_set_rtt(f->mock.cluster, 1, 60000);
    open_element(f, silent ? silent : f->mock.address, "drain-timeout=200000000");
    effnet_test_publisher_push(&f->publisher, 10);
    effnet_test_publisher_end(&f->publisher);
    effnet_test_publisher_close(&f->publisher);
    g_assert_cmpuint(get(f, "dropped"), ==, 10);
    g_assert_cmpint(g_get_monotonic_time() - begin, >=, 200000);
    g_assert_cmpint(g_get_monotonic_time() - begin, <, 20 * G_USEC_PER_SEC);
    if (fd >= 0)
        close(fd);
}

/* A broker that says anything but what Kafka says. */
static gpointer
talk_nonsense(gpointer data)
{
    int fd;

    while ((fd = accept(GPOINTER_TO_INT(data), NULL, NULL)) >= 0) {
        static const char text[] = "\x7f\xff\xff\xff HTTP/1.1 400 \x1b[2J Bad Request\r\n\r\n";

        g_assert_cmpint(send(fd, text, sizeof text, MSG_NOSIGNAL), >, 0);
        close(fd);
    }
    return NULL;
}

static void
test_not_kafka(Fixture *f, gconstpointer data)
{
    int fd;
    g_autofree char *address = make_address(TRUE, &fd);
    GThread *thread = g_thread_new("nonsense", talk_nonsense, GINT_TO_POINTER(fd));

    open_element(f, address, "drain-timeout=0");
    effnet_test_publisher_push(&f->publisher, 10);
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING, "address: ");
    effnet_test_publisher_close(&f->publisher);
    g_assert_cmpuint(get(f, "dropped"), ==, 10);
    shutdown(fd, SHUT_RDWR);
    g_thread_join(thread);
    close(fd);
}

/* Whose certificates are accepted. A server that speaks TLS, and nothing of Kafka, sees whether the
 * client went on. */
static void
test_tls(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *host, *ca;
        const char *says; /* NULL: accepted */
    } rows[] = {
        {"localhost", "other", "certificate verify failed"},
        {"127.0.0.1", "ca", "certificate verify failed"},
        {"localhost", "ca", NULL},
    };
    g_autofree char *openssl = g_find_program_in_path("openssl");
    int port = effnet_test_find_port();
    char *folder = effnet_test_make_folder();
    g_autofree char *command = g_strdup_printf(
        "openssl s_server -quiet -accept 127.0.0.1:%d -cert @/server.pem -key @/server.key", port);
    g_autofree char *out = g_build_filename(folder, "out", NULL);
    GPid pid;

    if (!openssl) {
        g_test_skip("certificates cannot be made (openssl)");
        return;
    }
    effnet_test_make_certificates(folder);
    pid = effnet_test_start_command(folder, command, "out");
    effnet_test_wait_for_port(port, pid);
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autofree char *address = g_strdup_printf("kafkas://%s:%d", rows[i].host, port);
        g_autofree char *properties =
            g_strdup_printf("drain-timeout=0 ca-file=%s/%s.pem", folder, rows[i].ca);

        open_element(f, address, properties);
        if (rows[i].says)
            effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING, rows[i].says);
        else
            effnet_test_wait_for_text(out, "librdkafka");
        effnet_test_publisher_clear(&f->publisher);
    }
    effnet_test_stop_command(pid, SIGTERM);
    effnet_test_remove_folder(folder);
}

/* What the broker does not store is dropped, counted, and told once. */
static void
test_refused_record(Fixture *f, gconstpointer data)
{
    for (guint i = 0; i < 2; i++) {
        rd_kafka_mock_push_request_errors(f->mock.cluster, PRODUCE, 1,
                                          RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
        if (i == 0)
            open_element(f, f->mock.address, "idempotence=false");
        effnet_test_publisher_push(&f->publisher, 1);
        effnet_test_publisher_wait_for(&f->publisher, "dropped", i + 1);
    }
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING,
                                         "topic: a message to results is not stored: ");
    effnet_test_publisher_assert_quiet(&f->publisher);
}

/* After an error that ends a client, another one goes on. */
static void
test_fatal(Fixture *f, gconstpointer data)
{
    open_element(f, f->mock.address, "drain-timeout=20000000000");
    effnet_test_publisher_push(&f->publisher, 5);
    effnet_test_publisher_wait_for(&f->publisher, "written", 5);
    rd_kafka_mock_push_request_errors(f->mock.cluster, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    effnet_test_publisher_push(&f->publisher, 5);
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING, "");
    effnet_test_publisher_push(&f->publisher, 5);
    effnet_test_publisher_close(&f->publisher);
    g_test_message("%u written, %u dropped", get(f, "written"), get(f, "dropped"));
    g_assert_cmpuint(get(f, "written"), >=, 10);
    assert_complete(f, "cam0");
}

static void
test_too_large(Fixture *f, gconstpointer data)
{
    g_autofree char *stream = g_strnfill(1100000, 'x');

    open_element(f, f->mock.address, "");
    g_object_set(f->publisher.element, "stream", stream, NULL);
    effnet_test_publisher_push(&f->publisher, 1);
    effnet_test_publisher_assert_message(&f->publisher, GST_MESSAGE_WARNING, "is not stored: ");
    g_object_set(f->publisher.element, "stream", "cam0", NULL);
    effnet_test_publisher_push(&f->publisher, 1);
    effnet_test_publisher_close(&f->publisher);
    g_assert_cmpuint(get(f, "dropped"), ==, 1);
    assert_complete(f, "cam0");
}

/* Another round begins with a new connection and new counts. */
static void
test_again(Fixture *f, gconstpointer data)
{
    open_element(f, f->mock.address, "");
    effnet_test_publisher_push(&f->publisher, 5);
    gst_element_set_state(f->publisher.element, GST_STATE_NULL);
    g_assert_cmpuint(get(f, "written"), ==, 5);
    gst_element_set_state(f->publisher.element, GST_STATE_PLAYING);
    g_assert_cmpuint(get(f, "lines"), ==, 0);
}

static void
assert_not_started(const char *address, const char *properties, const char *begins)
{
    g_autofree char *line = make_line(address, properties);
    GstElement *element = gst_object_ref_sink(gst_parse_launch(line, NULL));
    g_autoptr(GError) error = effnet_test_fail_state(element, GST_STATE_PAUSED);

    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, begins));
    g_assert_null(strstr(error->message, "secret"));
    gst_object_unref(element);
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    assert_not_started("http://broker", "", "address: ");
    assert_not_started("kafka://me:secret@broker", "", "address: ");
    assert_not_started("broker", "acks=some", "acks: ");
    /* A file that is there, but holds no certificates. */
    assert_not_started("kafkas://broker", "ca-file=/proc/self/cmdline", "method: kafka ");
}

/* A process that cannot create more threads gets an error, and survives. */
static void
test_no_thread(Fixture *f, gconstpointer data)
{
    pthread_attr_t usual, huge;

    pthread_getattr_default_np(&usual);
    pthread_attr_init(&huge);
    g_assert_cmpint(pthread_attr_setstacksize(&huge, (gsize)1 << 50), ==, 0);
    g_assert_cmpint(pthread_setattr_default_np(&huge), ==, 0);
    assert_not_started("broker", "", "method: kafka ");
    g_assert_cmpint(pthread_setattr_default_np(&usual), ==, 0);
    pthread_attr_destroy(&huge);
    pthread_attr_destroy(&usual);
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
#define ADD(name, data, func)                                                                      \
    g_test_add("/publishkafka/" name, Fixture, data, set_up, func, tear_down)
    ADD("lines", "", test_lines);
    ADD("lines/acks-1", "acks=1 compression=gzip", test_lines);
    ADD("lines/acks-0", "acks=0 compression=lz4", test_lines);
    ADD("lines/not-idempotent", "idempotence=false compression=zstd", test_lines);
    ADD("keys/fixed", "key=door", test_keys);
    ADD("keys/none", "key=\"\"", test_keys);
    ADD("broker-comes-and-goes", "max-queue=50 drain-timeout=20000000000",
        test_broker_comes_and_goes);
    ADD("no-broker", NULL, test_no_broker);
    ADD("wrong-host", NULL, test_wrong_host);
    ADD("silent-broker/mute", "mute", test_silent_broker);
    ADD("silent-broker/slow", "slow", test_silent_broker);
    ADD("not-kafka", NULL, test_not_kafka);
    ADD("tls", NULL, test_tls);
    ADD("refused-record", NULL, test_refused_record);
    ADD("fatal", NULL, test_fatal);
    ADD("too-large", NULL, test_too_large);
    ADD("again", NULL, test_again);
    ADD("refused", NULL, test_refused);
    ADD("no-thread", NULL, test_no_thread);
    return g_test_run();
}
