/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishkafka.h"

#include "backoff.h"
#include "brokersender.h"
#include "kafkaclient.h"

GST_DEBUG_CATEGORY_STATIC(efficientnetkafka_debug);
#define GST_CAT_DEFAULT efficientnetkafka_debug

/* The most messages that the library has before one is acknowledged. */
#define MAX_IN_FLIGHT 100
/* Microseconds. Brokers close connections that nobody uses: that is worth a warning only if
 * messages have waited for so long. */
#define PATIENCE (2 * G_USEC_PER_SEC)
/* Longer than the library waits for the answer to a request. */
#define STUCK      (60 * (gint64)G_USEC_PER_SEC)
#define LAST_DELAY (G_USEC_PER_SEC / 5) /* when stopping */
/* Milliseconds. */
#define PROBE_TIMEOUT 1000

struct _GstEfficientNetPublishKafka {
    GObject parent;

    GstEfficientNetKafkaSettings settings; /* the properties */

    GstEfficientNetKafkaAddress address;
    rd_kafka_conf_t *conf; /* which each client gets a copy of */

    /* The thread's. The library calls back only while the thread lets it. */
    rd_kafka_t *client; /* NULL: the last one failed for good */
    GstEfficientNetBackoff backoff;
    /* In monotonic time: when the client was made, when the queue was last empty or a message was
     * last acknowledged, and when brokers were last asked whether they are there. */
    gint64 since, progress, probed;
    gboolean reached; /* some message was acknowledged */
    gboolean down, failed;
    char *reason; /* what the library said last; NULL: nothing */

    GstEfficientNetBrokerSender sender;
};

static void implement_writer(GstEfficientNetWriterInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetPublishKafka, gst_efficientnet_publish_kafka, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_WRITER, implement_writer))

static void
set_reason(GstEfficientNetPublishKafka *self, const char *text)
{
    g_free(self->reason);
    self->reason = gst_efficientnet_kafka_describe(self->conf, text);
    GST_INFO("%s: %s", self->address.name, self->reason);
}

static void
complain_of_refusal(GstEfficientNetPublishKafka *self, rd_kafka_resp_err_t code)
{
    const char *topic = self->settings.topic ? self->settings.topic : "efficientnet";
    char *text =
        g_strdup_printf("topic: a message to %s is not stored: %s", topic, rd_kafka_err2str(code));

    GST_INFO("%s", text);
    gst_efficientnet_broker_sender_note_refusal(&self->sender, text);
}

static void
note_success(GstEfficientNetPublishKafka *self)
{
    self->reached = TRUE;
    self->down = FALSE;
    self->progress = g_get_monotonic_time();
    gst_efficientnet_broker_sender_note_success(&self->sender, self->address.name);
}

static void
message_settled(rd_kafka_t *client, const rd_kafka_message_t *message, void *data)
{
    GstEfficientNetPublishKafka *self = data;
    gboolean stored = message->err == RD_KAFKA_RESP_ERR_NO_ERROR;

    if (stored)
        note_success(self);
    else
        complain_of_refusal(self, message->err);
    gst_efficientnet_broker_queue_settle(&self->sender.queue, stored);
}

static void
library_failed(rd_kafka_t *client, int code, const char *text, void *data)
{
    GstEfficientNetPublishKafka *self = data;
    char reason[512];

    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
        self->down = TRUE;
    } else if (code == RD_KAFKA_RESP_ERR__FATAL) {
        rd_kafka_fatal_error(client, reason, sizeof reason);
        set_reason(self, reason);
        self->failed = TRUE;
    } else {
        set_reason(self, text);
    }
}

static void
library_logged(const rd_kafka_t *client, int level, const char *facility, const char *text)
{
    const GstEfficientNetPublishKafka *self = rd_kafka_opaque(client);
    g_autofree char *safe = gst_efficientnet_kafka_describe(self->conf, text);

    GST_LOG("%s: %s", facility, safe);
}

/* Lets the library wake the thread when it has something to report. */
static void
watch_client(GstEfficientNetPublishKafka *self)
{
    static const guint64 one = 1;
    rd_kafka_queue_t *queue = rd_kafka_queue_get_main(self->client);

    rd_kafka_set_log_queue(self->client, NULL);
    rd_kafka_queue_io_event_enable(queue, self->sender.wake_fd, &one, sizeof one);
    rd_kafka_queue_destroy(queue);
}

static gboolean
make_client(GstEfficientNetPublishKafka *self, GError **error)
{
    rd_kafka_conf_t *conf = rd_kafka_conf_dup(self->conf);
    g_autofree char *safe = NULL;
    char reason[512];

    rd_kafka_conf_set_opaque(conf, self);
    rd_kafka_conf_set_dr_msg_cb(conf, message_settled);
    rd_kafka_conf_set_error_cb(conf, library_failed);
    rd_kafka_conf_set_log_cb(conf, library_logged);
    self->client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    self->since = self->progress = g_get_monotonic_time();
    if (self->client) {
        watch_client(self);
        return TRUE;
    }
    rd_kafka_conf_destroy(conf);
    safe = gst_efficientnet_kafka_describe(self->conf, reason);
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "method: kafka cannot be set up: %s", safe);
    return FALSE;
}

/* What the library still has is lost. */
static void
drop_client(GstEfficientNetPublishKafka *self)
{
    g_clear_pointer(&self->client, rd_kafka_destroy);
    gst_efficientnet_broker_queue_lose(&self->sender.queue);
}

static void
send_message(GstEfficientNetPublishKafka *self, const GstEfficientNetBrokerMessage *message)
{
    rd_kafka_resp_err_t code = rd_kafka_producev(
        self->client, RD_KAFKA_V_TOPIC(message->topic), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_VALUE(message->data, message->length),
        RD_KAFKA_V_KEY(message->key, message->key ? strlen(message->key) : 0), RD_KAFKA_V_END);

    if (code == RD_KAFKA_RESP_ERR_NO_ERROR)
        return;
    if (code == RD_KAFKA_RESP_ERR__FATAL)
        self->failed = TRUE;
    else
        complain_of_refusal(self, code);
    gst_efficientnet_broker_queue_settle(&self->sender.queue, FALSE);
}

/* Passes messages to the library, as many as may be in flight. */
static void
send_messages(GstEfficientNetPublishKafka *self)
{
    GstEfficientNetBrokerMessage *message;

    while (!self->failed && (message = gst_efficientnet_broker_queue_take(&self->sender.queue))) {
        send_message(self, message);
        gst_efficientnet_broker_message_free(message);
    }
}

/* Whether brokers answer, but acknowledge no message: those that have lost their memory may refuse
 * for ever what an idempotent client sends, while the library sends it again and again. */
static gboolean
is_stuck(GstEfficientNetPublishKafka *self, gint64 now)
{
    const struct rd_kafka_metadata *metadata;

    if (now - MAX(self->progress, self->probed) < STUCK)
        return FALSE;
    self->probed = now;
    if (rd_kafka_metadata(self->client, 0, NULL, &metadata, PROBE_TIMEOUT) !=
        RD_KAFKA_RESP_ERR_NO_ERROR)
        return FALSE;
    rd_kafka_metadata_destroy(metadata);
    set_reason(self, "brokers answer, but acknowledge nothing");
    return TRUE;
}

static void
check_connection(GstEfficientNetPublishKafka *self)
{
    gint64 now = g_get_monotonic_time();
    GstEfficientNetWriterCounts counts;

    gst_efficientnet_broker_queue_get_counts(&self->sender.queue, &counts);
    if (counts.queued == 0)
        self->progress = now;
    self->failed |= is_stuck(self, now);
    if (self->failed || (self->down && (!self->reached || now - self->progress >= PATIENCE)))
        gst_efficientnet_broker_sender_note_loss(
            &self->sender, self->address.name,
            self->reason ? self->reason : "no broker can be reached", self->settings.max_queue);
}

/* Serves a client, until the end or until it has failed for good. */
static void
serve(GstEfficientNetPublishKafka *self)
{
    self->failed = FALSE;
    while (!self->failed && !gst_efficientnet_broker_queue_is_over(&self->sender.queue)) {
        send_messages(self);
        gst_efficientnet_broker_sender_wait(&self->sender, NULL);
        rd_kafka_poll(self->client, 0);
        check_connection(self);
    }
}

static void
replace_client(GstEfficientNetPublishKafka *self)
{
    g_autoptr(GError) error = NULL;

    drop_client(self);
    gst_efficientnet_backoff_note_success(&self->backoff, g_get_monotonic_time() - self->since);
    gst_efficientnet_broker_queue_pause(&self->sender.queue,
                                        gst_efficientnet_backoff_next(&self->backoff), LAST_DELAY);
    if (!make_client(self, &error))
        set_reason(self, error->message);
}

static gpointer
run(gpointer data)
{
    g_autoptr(GstEfficientNetPublishKafka) self = data;

    for (;;) {
        if (self->client)
            serve(self);
        if (gst_efficientnet_broker_queue_is_over(&self->sender.queue))
            break;
        replace_client(self);
    }
    if (self->client)
        rd_kafka_poll(self->client, 0);
    drop_client(self);
    gst_efficientnet_broker_queue_finish(&self->sender.queue);
    return NULL;
}

static gboolean
open_writer(GstEfficientNetWriter *writer, const GstEfficientNetWriterRequests *requests,
            GstElement *element, GError **error)
{
    GstEfficientNetPublishKafka *self = GST_EFFICIENTNET_PUBLISH_KAFKA(writer);

    if (!gst_efficientnet_kafka_address_parse(self->settings.address, &self->address, error))
        return FALSE;
    self->conf = gst_efficientnet_kafka_conf_new(&self->settings, &self->address, error);
    return self->conf &&
           gst_efficientnet_broker_sender_prepare(&self->sender, element, "kafka", error) &&
           make_client(self, error) &&
           gst_efficientnet_broker_sender_start(&self->sender, run, self, "kafka", error);
}

static gboolean
write_message(GstEfficientNetWriter *writer, const GstEfficientNetMessage *message, GError **error)
{
    GstEfficientNetPublishKafka *self = GST_EFFICIENTNET_PUBLISH_KAFKA(writer);
    const char *topic = self->settings.topic ? self->settings.topic : "efficientnet";
    const char *key = self->settings.key;
    GstEfficientNetMessage keyed = *message;

    if (key)
        keyed.key = *key ? key : NULL;
    if (gst_efficientnet_broker_sender_push(&self->sender,
                                            gst_efficientnet_broker_message_new(&keyed, topic),
                                            self->settings.max_queue))
        GST_WARNING("%u messages wait for %s, the oldest are dropped", self->settings.max_queue,
                    self->address.name);
    return TRUE;
}

static void
set_flushing(GstEfficientNetWriter *writer, gboolean flushing)
{
    gst_efficientnet_broker_queue_set_flushing(
        &GST_EFFICIENTNET_PUBLISH_KAFKA(writer)->sender.queue, flushing);
}

static gint64
get_drain_timeout(const GstEfficientNetPublishKafka *self)
{
    return (gint64)(self->settings.drain_timeout / 1000);
}

static void
drain(GstEfficientNetWriter *writer)
{
    GstEfficientNetPublishKafka *self = GST_EFFICIENTNET_PUBLISH_KAFKA(writer);

    gst_efficientnet_broker_queue_drain(&self->sender.queue, get_drain_timeout(self));
}

static void
close_writer(GstEfficientNetWriter *writer)
{
    GstEfficientNetPublishKafka *self = GST_EFFICIENTNET_PUBLISH_KAFKA(writer);

    gst_efficientnet_broker_sender_close(&self->sender, get_drain_timeout(self));
}

static void
get_counts(GstEfficientNetWriter *writer, GstEfficientNetWriterCounts *counts)
{
    gst_efficientnet_broker_queue_get_counts(&GST_EFFICIENTNET_PUBLISH_KAFKA(writer)->sender.queue,
                                             counts);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&gst_efficientnet_kafka_fields[id - 1],
                               &GST_EFFICIENTNET_PUBLISH_KAFKA(object)->settings, value);
}

static void
finalize(GObject *object)
{
    GstEfficientNetPublishKafka *self = GST_EFFICIENTNET_PUBLISH_KAFKA(object);

    g_clear_pointer(&self->client, rd_kafka_destroy);
    g_clear_pointer(&self->conf, rd_kafka_conf_destroy);
    gst_efficientnet_fields_clear(gst_efficientnet_kafka_fields, &self->settings);
    gst_efficientnet_kafka_address_clear(&self->address);
    g_free(self->reason);
    gst_efficientnet_broker_sender_clear(&self->sender);
    G_OBJECT_CLASS(gst_efficientnet_publish_kafka_parent_class)->finalize(object);
}

static void
implement_writer(GstEfficientNetWriterInterface *iface)
{
    iface->open = open_writer;
    iface->write = write_message;
    iface->set_flushing = set_flushing;
    iface->drain = drain;
    iface->close = close_writer;
    iface->get_counts = get_counts;
}

static void
gst_efficientnet_publish_kafka_class_init(GstEfficientNetPublishKafkaClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(efficientnetkafka_debug, "efficientnetkafka", 0,
                            "EfficientNet results to a Kafka cluster");
    object_class->set_property = set_property;
    object_class->finalize = finalize;
    gst_efficientnet_fields_install(gst_efficientnet_kafka_fields, object_class);
}

static void
gst_efficientnet_publish_kafka_init(GstEfficientNetPublishKafka *self)
{
    gst_efficientnet_broker_sender_init(&self->sender, MAX_IN_FLIGHT);
}
