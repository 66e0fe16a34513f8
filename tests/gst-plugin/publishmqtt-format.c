/* SPDX-License-Identifier: BSD-2-Clause */
/* What a format may ask of method=mqtt, with a real broker and a format that asks for everything,
 * as one for Home Assistant would: a retained description of each stream, sent again when the other
 * side starts again, and a last will that says the stream is gone. */
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "broker.h"
#include "format.h"
#include "gstefficientnetpublish.h"
#include "harness.h"
#include "publishregistry.h"
#include "results.h"

#define LONGEST (1 << 20)

typedef struct {
    GObject parent;

    char *birth_topic; /* a property */
    char *availability, *state, *description;
    const char *subscriptions[2];
    GstEfficientNetMessage will;
    guint n_described;
    gsize length; /* bytes received since */
} TestFormat;

typedef GObjectClass TestFormatClass;

static const GstEfficientNetField fields[] = {
    {"birth-topic", "Birth topic", "where the other side says that it is there (NULL: home/status)",
     G_TYPE_STRING, .offset = offsetof(TestFormat, birth_topic)},
    {NULL},
};

static void implement_format(GstEfficientNetFormatInterface *iface);
static GType test_format_get_type(void);

G_DEFINE_TYPE_WITH_CODE(TestFormat, test_format, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_FORMAT, implement_format))

static const GstEfficientNetPublishChoice choice = {
    .nick = "test",
    .description = "Everything that a format may ask for",
    .get_type = test_format_get_type,
    .fields = fields,
};

static void
write_text(GstEfficientNetWriter *writer, const char *topic, const char *text, gboolean retain)
{
    const GstEfficientNetMessage message = {
        .topic = topic, .data = text, .length = strlen(text), .retain = retain};

    g_assert_true(gst_efficientnet_writer_write(writer, &message, NULL));
}

static gboolean
prepare(GstEfficientNetFormat *format, GstEfficientNetWriter *writer, const char *stream,
        GstEfficientNetWriterRequests *requests, GError **error)
{
    TestFormat *self = (TestFormat *)format;

    self->availability = gst_efficientnet_writer_make_topic(writer, "availability");
    self->state = gst_efficientnet_writer_make_topic(writer, stream);
    self->description = g_strconcat("discovery/", self->state, NULL);
    self->subscriptions[0] = self->birth_topic ? self->birth_topic : "home/status";
    self->will = (GstEfficientNetMessage){
        .topic = self->availability, .data = "gone", .length = 4, .retain = TRUE};
    requests->subscriptions = self->subscriptions;
    requests->will = &self->will;
    return TRUE;
}

static void
describe(TestFormat *self, GstEfficientNetWriter *writer)
{
    g_autofree char *text =
        g_strdup_printf("%s, %u, %d", self->state, ++self->n_described, (int)self->length);

    self->length = 0;
    write_text(writer, self->description, text, TRUE);
}

static void
connected(GstEfficientNetFormat *format, GstEfficientNetWriter *writer)
{
    TestFormat *self = (TestFormat *)format;

    describe(self, writer);
    write_text(writer, self->availability, "there", TRUE);
}

static void
received(GstEfficientNetFormat *format, GstEfficientNetWriter *writer, const char *topic,
         const char *payload, gsize length)
{
    TestFormat *self = (TestFormat *)format;

    g_assert_cmpstr(topic, ==, self->subscriptions[0]);
    g_assert_cmpuint(strlen(payload), ==, length);
    g_assert_cmpuint(length, <=, LONGEST);
    self->length += length;
    if (g_str_equal(payload, "online"))
        describe(self, writer);
    else if (g_str_equal(payload, "wrong"))
        write_text(writer, "no/#/topic", "", FALSE);
}

static gboolean
write_record(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
             const GstEfficientNetRecord *record, GError **error)
{
    TestFormat *self = (TestFormat *)format;
    g_autofree char *text = g_strdup_printf("frame %d", (int)record->frame);
    const GstEfficientNetMessage message = {
        .topic = self->state, .data = text, .length = strlen(text)};

    return gst_efficientnet_writer_write(writer, &message, error);
}

static void
implement_format(GstEfficientNetFormatInterface *iface)
{
    iface->needs = GST_EFFICIENTNET_WRITER_TOPICS | GST_EFFICIENTNET_WRITER_RETAIN |
                   GST_EFFICIENTNET_WRITER_WILL | GST_EFFICIENTNET_WRITER_SUBSCRIPTIONS;
    iface->prepare = prepare;
    iface->write = write_record;
    iface->connected = connected;
    iface->received = received;
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&fields[id - 1], object, value);
}

static void
finalize(GObject *object)
{
    TestFormat *self = (TestFormat *)object;

    gst_efficientnet_fields_clear(fields, self);
    g_free(self->availability);
    g_free(self->state);
    g_free(self->description);
    G_OBJECT_CLASS(test_format_parent_class)->finalize(object);
}

static void
test_format_class_init(TestFormatClass *klass)
{
    klass->set_property = set_property;
    klass->finalize = finalize;
    gst_efficientnet_fields_install(fields, klass);
}

static void
test_format_init(TestFormat *self)
{
}

typedef struct {
    EffNetTestBroker broker;
    GstHarness *h;
    GstBus *bus;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    effnet_test_broker_init(&f->broker);
    if (effnet_test_have_broker())
        effnet_test_broker_start(&f->broker, "allow_anonymous true");
}

static void
close_element(Fixture *f)
{
    gst_element_set_state(f->h->element, GST_STATE_NULL);
    effnet_test_unwatch(f->h, f->bus);
    gst_harness_teardown(f->h);
    f->h = NULL;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    if (f->h)
        close_element(f);
    effnet_test_broker_clear(&f->broker);
}

static GstElement *
make_element(int port, const char *description)
{
    g_autofree char *line =
        g_strdup_printf("efficientnetpublish method=mqtt format=test stream=cam0 "
                        "address=localhost:%d topic=results %s",
                        port, description);
    GError *error = NULL;
    GstElement *element = gst_parse_launch(line, &error);

    g_assert_no_error(error);
    return gst_object_ref_sink(element);
}

static void
open_element(Fixture *f, int port, const char *description)
{
    GstElement *element = make_element(port, description);

    /* The bus first: errors may be posted as soon as the harness plays. */
    f->bus = gst_bus_new();
    gst_element_set_bus(element, f->bus);
    f->h = gst_harness_new_with_element(element, "sink", "src");
    gst_object_unref(element);
    gst_harness_set_drop_buffers(f->h, TRUE);
    gst_harness_set_src_caps_str(f->h, "video/x-raw,format=GRAY8,width=4,height=4,framerate=30/1");
}

static void
push(Fixture *f)
{
    static const EffNetTestResult result = {
        .width = 4, .height = 4, .roi_id = -1, .labels = {"cat"}, .scores = {0.5f}};
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, 16, NULL);

    effnet_test_attach_results(buffer, &result, 1);
    g_assert_cmpint(gst_harness_push(f->h, buffer), ==, GST_FLOW_OK);
}

static void
wait_for_stat(Fixture *f, const char *name, guint64 n)
{
    gint64 end = g_get_monotonic_time() + 30 * G_USEC_PER_SEC;

    while (effnet_test_get_stat(f->h->element, name) < n) {
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(1000);
    }
}

static void
assert_warning(Fixture *f, const char *begins)
{
    GstMessage *message = gst_bus_timed_pop_filtered(f->bus, 30 * GST_SECOND, GST_MESSAGE_WARNING);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(message);
    gst_message_parse_warning(message, &error, NULL);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, begins));
    gst_message_unref(message);
}

/* Later subscribers know the stream, and none of the earlier records. */
static void
test_retained(Fixture *f, gconstpointer data)
{
    EffNetTestSubscriber *subscriber;

    if (!f->broker.pid)
        return;
    open_element(f, f->broker.port, "stream=cam#0");
    push(f);
    push(f);
    wait_for_stat(f, "written", 4);
    subscriber = effnet_test_subscriber_new(&f->broker);
    effnet_test_subscriber_wait_for(subscriber, "discovery/results/cam_0", "results/cam_0, 1, 0");
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "there");
    push(f);
    effnet_test_subscriber_wait_for(subscriber, "results/cam_0", "frame 2");
    g_assert_cmpuint(effnet_test_subscriber_wait_for_count(subscriber, "results/cam_0", 1), ==, 0);
    effnet_test_subscriber_free(subscriber);
}

/* The other side announces itself: it gets the description again. */
static void
test_subscription(Fixture *f, gconstpointer birth_topic)
{
    const char *topic = birth_topic ? birth_topic : "home/status";
    g_autofree char *property = birth_topic ? g_strconcat("birth-topic=", topic, NULL) : NULL;
    g_autofree char *longest = g_strnfill(LONGEST, 'x');
    g_autofree char *too_long = g_strnfill(LONGEST + 1, 'x');
    g_autofree char *expected = g_strdup_printf("results/cam0, 2, %d", 7 + LONGEST + 6);
    EffNetTestSubscriber *subscriber;

    if (!f->broker.pid)
        return;
    subscriber = effnet_test_subscriber_new(&f->broker);
    open_element(f, f->broker.port, property ? property : "");
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "there");
    effnet_test_subscriber_wait_for(subscriber, "discovery/results/cam0", "results/cam0, 1, 0");
    effnet_test_subscriber_publish(subscriber, topic, "offline");
    effnet_test_subscriber_publish(subscriber, topic, "");
    effnet_test_subscriber_publish(subscriber, topic, longest);
    effnet_test_subscriber_publish(subscriber, topic, too_long);
    effnet_test_subscriber_publish(subscriber, topic, "online");
    effnet_test_subscriber_wait_for(subscriber, "discovery/results/cam0", expected);
    effnet_test_subscriber_free(subscriber);
}

/* So does a broker that was away and may have forgotten everything. */
static void
test_connected_again(Fixture *f, gconstpointer data)
{
    EffNetTestSubscriber *subscriber;

    if (!f->broker.pid)
        return;
    subscriber = effnet_test_subscriber_new(&f->broker);
    open_element(f, f->broker.port, "");
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "there");
    effnet_test_broker_stop(&f->broker);
    effnet_test_broker_start(&f->broker, "allow_anonymous true");
    effnet_test_subscriber_wait_for(subscriber, "discovery/results/cam0", "results/cam0, 2, 0");
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "there");
    effnet_test_subscriber_publish(subscriber, "home/status", "online");
    effnet_test_subscriber_wait_for(subscriber, "discovery/results/cam0", "results/cam0, 3, 6");
    effnet_test_subscriber_free(subscriber);
}

/* The will is sent by the writer at an orderly end, otherwise by the broker. */
static void
test_will(Fixture *f, gconstpointer program)
{
    EffNetTestSubscriber *subscriber;
    g_autofree char *port = g_strdup_printf("%d", f->broker.port);
    GError *error = NULL;
    GPid child;

    if (!f->broker.pid)
        return;
    subscriber = effnet_test_subscriber_new(&f->broker);
    open_element(f, f->broker.port, "");
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "there");
    close_element(f);
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "gone");
    g_spawn_async(NULL, (char *[]){(char *)program, (char *)"--linger", port, NULL}, NULL,
                  G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child, &error);
    g_assert_no_error(error);
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "there");
    kill(child, SIGKILL);
    g_assert_cmpint(waitpid(child, NULL, 0), ==, child);
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "gone");
    effnet_test_subscriber_free(subscriber);
}

/* Runs an element until this process is killed. */
static void
linger(int port)
{
    GstElement *element = make_element(port, "");

    gst_element_set_state(element, GST_STATE_PAUSED);
    for (;;)
        pause();
}

/* An invalid topic is reported once, and counted. */
static void
test_wrong_topic(Fixture *f, gconstpointer data)
{
    EffNetTestSubscriber *subscriber;

    if (!f->broker.pid)
        return;
    subscriber = effnet_test_subscriber_new(&f->broker);
    open_element(f, f->broker.port, "");
    effnet_test_subscriber_wait_for(subscriber, "results/availability", "there");
    effnet_test_subscriber_publish(subscriber, "home/status", "wrong");
    effnet_test_subscriber_publish(subscriber, "home/status", "wrong");
    assert_warning(f, "topic: a message to no/#/topic is not sent: ");
    wait_for_stat(f, "dropped", 2);
    g_assert_null(gst_bus_pop_filtered(f->bus, GST_MESSAGE_WARNING | GST_MESSAGE_ERROR));
    effnet_test_subscriber_free(subscriber);
}

static gboolean
read_exactly(int fd, guint8 *bytes, gsize n)
{
    gssize got = 1;

    for (; n > 0 && got > 0; bytes += got, n -= (gsize)got)
        got = read(fd, bytes, n);
    return n == 0;
}

/* A broker for one connection, which refuses all subscriptions. */
static gpointer
refuse_subscriptions(gpointer listener)
{
    static const guint8 accepted[] = {0x20, 2, 0, 0};
    int fd = accept(GPOINTER_TO_INT(listener), NULL, NULL);
    guint8 header[2], body[127];

    while (read_exactly(fd, header, 2) && header[1] < 128 && read_exactly(fd, body, header[1])) {
        guint8 refused[] = {0x90, 3, body[0], body[1], 0x80};

        if (header[0] == 0x10)
            g_assert_cmpint(write(fd, accepted, sizeof accepted), ==, sizeof accepted);
        else if (header[0] == 0x82)
            g_assert_cmpint(write(fd, refused, sizeof refused), ==, sizeof refused);
    }
    close(fd);
    return NULL;
}

static void
test_subscription_refused(Fixture *f, gconstpointer data)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in address;
    socklen_t size = sizeof address;
    GThread *broker;

    g_assert_cmpint(listen(fd, 5), ==, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
    broker = g_thread_new("broker", refuse_subscriptions, GINT_TO_POINTER(fd));
    open_element(f, ntohs(address.sin_port), "drain-timeout=0");
    assert_warning(f, "format: the broker does not allow a subscription");
    close_element(f);
    g_thread_join(broker);
    close(fd);
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *properties, *says;
    } rows[] = {
        {"method=file", "format: test needs topics of its own, retained messages, a last will, "
                        "subscriptions, which method=file does not have"},
        {"status-topic=a",
         "status-topic: the format has a last will of its own, and there can be one"},
        {"birth-topic=a/#/b", "format: a subscription to \"a/#/b\" is not possible"},
        {"birth-topic=\"\"", "format: a subscription to \"\" is not possible"},
        {"topic=a/+", "topic: a topic without + and # was expected, and \"a/+\" was found"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        GstElement *element = make_element(f->broker.port, rows[i].properties);
        g_autoptr(GError) error = effnet_test_fail_state(element, GST_STATE_PAUSED);

        g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
        g_assert_cmpstr(error->message, ==, rows[i].says);
        gst_object_unref(element);
    }
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    gst_efficientnet_publish_add(GST_EFFICIENTNET_PUBLISH_FORMAT, &choice);
    GST_ELEMENT_REGISTER(efficientnetpublish, NULL);
    if (argc == 3 && g_str_equal(argv[1], "--linger"))
        linger(atoi(argv[2]));
    g_test_init(&argc, &argv, NULL);
#define ADD(name, data, func) g_test_add(name, Fixture, data, set_up, func, tear_down)
    ADD("/publishmqtt-format/retained", NULL, test_retained);
    ADD("/publishmqtt-format/subscription", NULL, test_subscription);
    ADD("/publishmqtt-format/subscription/property", "ha/birth", test_subscription);
    ADD("/publishmqtt-format/connected-again", NULL, test_connected_again);
    ADD("/publishmqtt-format/will", argv[0], test_will);
    ADD("/publishmqtt-format/wrong-topic", NULL, test_wrong_topic);
    ADD("/publishmqtt-format/subscription-refused", NULL, test_subscription_refused);
    ADD("/publishmqtt-format/refused", NULL, test_refused);
    return g_test_run();
}
