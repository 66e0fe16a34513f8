/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishmqtt.h"

#include <pthread.h>
#include <signal.h>

#include "backoff.h"
#include "brokersender.h"
#include "mqttclient.h"

GST_DEBUG_CATEGORY_STATIC(efficientnetmqtt_debug);
#define GST_CAT_DEFAULT efficientnetmqtt_debug

/* Seconds after which a silent broker is pinged. */
#define KEEPALIVE 30
/* The most bytes of a message from the other side that are accepted. */
#define MAX_RECEIVED (1 << 20)
/* What a broker grants in place of a quality of service, to refuse. */
#define SUBSCRIPTION_REFUSED 128
/* The most messages that the library sends before one is acknowledged. */
#define MAX_IN_FLIGHT 20
/* Microseconds. */
#define ANSWER_TIMEOUT (10 * G_USEC_PER_SEC)
#define LAST_DELAY     (G_USEC_PER_SEC / 5) /* when stopping */

struct _GstEfficientNetPublishMqtt {
    GObject parent;

    GstEfficientNetMqttSettings settings; /* the properties */

    GstEfficientNetMqttAddress address;
    GstEfficientNetBrokerMessage *will; /* NULL: none */
    char **subscriptions;

    /* The thread's. */
    struct mosquitto *client;
    gboolean connected; /* and accepted */
    gint64 since;       /* since when, in monotonic time */
    GstEfficientNetBackoff backoff;
    char *reason;   /* why this attempt failed: what the library or the broker said first */
    int status_mid; /* 0: neither the will nor its opposite is in flight */

    GMutex owner_lock; /* held while the owner is called, so that close waits for that */
    GstEfficientNetWriterRequests requests; /* empty after close */

    GstEfficientNetBrokerSender sender;
};

static void implement_writer(GstEfficientNetWriterInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetPublishMqtt, gst_efficientnet_publish_mqtt, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_WRITER, implement_writer))

static void
set_reason(GstEfficientNetPublishMqtt *self, const char *reason)
{
    if (self->reason)
        return;
    self->reason = g_strdup(reason);
    if (g_str_has_suffix(reason, "."))
        self->reason[strlen(reason) - 1] = '\0';
}

static gboolean
is_unanswered_tls(GstEfficientNetPublishMqtt *self)
{
    return self->address.tls && !self->connected;
}

static void
publish_status(GstEfficientNetPublishMqtt *self, const char *topic, const char *data, gsize length,
               gboolean retain)
{
    mosquitto_publish(self->client, &self->status_mid, topic, (int)length, data, 0, retain);
}

/* Takes ownership of TEXT. */
static void
complain_of_refusal(GstEfficientNetPublishMqtt *self, char *text)
{
    GST_INFO("%s", text);
    gst_efficientnet_broker_sender_note_refusal(&self->sender, text);
}

static void
subscribe(GstEfficientNetPublishMqtt *self)
{
    for (char **filter = self->subscriptions; filter && *filter; filter++)
        mosquitto_subscribe(self->client, NULL, *filter, 1);
}

static void
tell_connected(GstEfficientNetPublishMqtt *self)
{
    g_mutex_lock(&self->owner_lock);
    if (self->requests.connected)
        self->requests.connected(GST_EFFICIENTNET_WRITER(self), self->requests.owner);
    g_mutex_unlock(&self->owner_lock);
}

static void
connect_answered(struct mosquitto *client, void *data, int code)
{
    GstEfficientNetPublishMqtt *self = data;

    if (code != 0) {
        set_reason(self, mosquitto_connack_string(code));
        return;
    }
    GST_INFO("connected to %s", self->address.name);
    self->connected = TRUE;
    self->since = g_get_monotonic_time();
    gst_efficientnet_broker_sender_note_success(&self->sender, self->address.name);
    if (self->settings.status_topic)
        publish_status(self, self->settings.status_topic, "online", strlen("online"), TRUE);
    subscribe(self);
    tell_connected(self);
}

static void
subscribe_answered(struct mosquitto *client, void *data, int mid, int n, const int *granted)
{
    for (int i = 0; i < n; i++)
        if (granted[i] == SUBSCRIPTION_REFUSED)
            complain_of_refusal(data, g_strdup("format: the broker does not allow a subscription"));
}

static void
message_received(struct mosquitto *client, void *data, const struct mosquitto_message *message)
{
    GstEfficientNetPublishMqtt *self = data;
    gsize length = (gsize)message->payloadlen;
    g_autofree char *payload = NULL;

    if (length > MAX_RECEIVED) {
        GST_WARNING("a message of %" G_GSIZE_FORMAT " bytes is ignored", length);
        return;
    }
    payload = g_malloc(length + 1);
    if (length > 0)
        memcpy(payload, message->payload, length);
    payload[length] = '\0';
    g_mutex_lock(&self->owner_lock);
    if (self->requests.received)
        self->requests.received(GST_EFFICIENTNET_WRITER(self), message->topic, payload, length,
                                self->requests.owner);
    g_mutex_unlock(&self->owner_lock);
}

static void
message_arrived(struct mosquitto *client, void *data, int mid)
{
    GstEfficientNetPublishMqtt *self = data;

    if (mid == self->status_mid)
        self->status_mid = 0;
    else
        gst_efficientnet_broker_queue_settle(&self->sender.queue, TRUE);
}

static void
library_logged(struct mosquitto *client, void *data, int level, const char *text)
{
    GST_LOG("%s", text);
    if (level == MOSQ_LOG_ERR)
        set_reason(data, gst_efficientnet_mqtt_describe_log(text, is_unanswered_tls(data)));
}

static gboolean
is_connection_error(int code)
{
    return code == MOSQ_ERR_NO_CONN || code == MOSQ_ERR_CONN_LOST || code == MOSQ_ERR_ERRNO ||
           code == MOSQ_ERR_TLS;
}

static void
send_message(GstEfficientNetPublishMqtt *self, const GstEfficientNetBrokerMessage *message)
{
    int code = mosquitto_publish(self->client, NULL, message->topic, (int)message->length,
                                 message->data, (int)self->settings.qos, message->retain);
    gboolean lost = is_connection_error(code);

    /* With a qos, the library keeps the message, and sends it over the next connection. */
    if (code == MOSQ_ERR_SUCCESS || (lost && self->settings.qos > 0))
        return;
    if (!lost)
        complain_of_refusal(self, g_strdup_printf("topic: a message to %s is not sent: %s",
                                                  message->topic,
                                                  gst_efficientnet_mqtt_describe(code, FALSE)));
    gst_efficientnet_broker_queue_settle(&self->sender.queue, FALSE);
}

/* Passes messages to the library, as many as may be in flight. */
static void
send_messages(GstEfficientNetPublishMqtt *self)
{
    GstEfficientNetBrokerMessage *message;

    while (self->connected && (message = gst_efficientnet_broker_queue_take(&self->sender.queue))) {
        send_message(self, message);
        gst_efficientnet_broker_message_free(message);
    }
}

static void
wait_for_socket(GstEfficientNetPublishMqtt *self)
{
    struct pollfd fd = {.fd = mosquitto_socket(self->client), .events = POLLIN};

    if (mosquitto_want_write(self->client))
        fd.events |= POLLOUT;
    gst_efficientnet_broker_sender_wait(&self->sender, &fd);
}

/* Neither call blocks. */
static int
handle_socket(GstEfficientNetPublishMqtt *self)
{
    int code = mosquitto_loop_read(self->client, MAX_IN_FLIGHT);

    if (code == MOSQ_ERR_SUCCESS)
        code = mosquitto_loop_write(self->client, MAX_IN_FLIGHT);
    if (code == MOSQ_ERR_SUCCESS)
        code = mosquitto_loop_misc(self->client);
    return code;
}

/* When a connection ends in order, the broker forgets the last will, so this publishes it while
 * there is time. */
static void
say_goodbye(GstEfficientNetPublishMqtt *self)
{
    gint64 end = g_get_monotonic_time() + GST_EFFICIENTNET_BROKER_TICK;

    if (!self->connected)
        return;
    if (self->will)
        publish_status(self, self->will->topic, self->will->data, self->will->length,
                       self->will->retain);
    mosquitto_disconnect(self->client);
    while (mosquitto_socket(self->client) >= 0 && mosquitto_want_write(self->client) &&
           g_get_monotonic_time() < end) {
        wait_for_socket(self);
        if (handle_socket(self) != MOSQ_ERR_SUCCESS)
            return;
    }
}

/* Serves a connection, from its start to its end. */
static void
serve(GstEfficientNetPublishMqtt *self)
{
    gint64 answer_by = g_get_monotonic_time() + ANSWER_TIMEOUT;

    while (!gst_efficientnet_broker_queue_is_over(&self->sender.queue)) {
        int code;

        send_messages(self);
        wait_for_socket(self);
        code = handle_socket(self);
        if (code != MOSQ_ERR_SUCCESS) {
            set_reason(self, gst_efficientnet_mqtt_describe(code, is_unanswered_tls(self)));
            return;
        }
        if (!self->connected && g_get_monotonic_time() >= answer_by) {
            set_reason(self, "there is no answer");
            return;
        }
    }
    say_goodbye(self);
}

/* Without a qos, the library forgets what it had not sent. */
static void
forget_connection(GstEfficientNetPublishMqtt *self)
{
    if (self->connected)
        gst_efficientnet_backoff_note_success(&self->backoff, g_get_monotonic_time() - self->since);
    self->connected = FALSE;
    self->status_mid = 0;
    if (self->settings.qos == 0)
        gst_efficientnet_broker_queue_lose(&self->sender.queue);
}

static void
block_sigpipe(void)
{
    sigset_t pipe_set;

    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_set, NULL);
}

static gpointer
run(gpointer data)
{
    g_autoptr(GstEfficientNetPublishMqtt) self = data;

    block_sigpipe();
    while (!gst_efficientnet_broker_queue_is_over(&self->sender.queue)) {
        int code;

        g_clear_pointer(&self->reason, g_free);
        code = mosquitto_connect(self->client, self->address.host, self->address.port, KEEPALIVE);
        if (code == MOSQ_ERR_SUCCESS)
            serve(self);
        else
            set_reason(self, gst_efficientnet_mqtt_describe(code, is_unanswered_tls(self)));
        forget_connection(self);
        if (gst_efficientnet_broker_queue_is_over(&self->sender.queue))
            break;
        GST_INFO("%s: %s", self->address.name, self->reason);
        gst_efficientnet_broker_sender_note_loss(&self->sender, self->address.name, self->reason,
                                                 self->settings.max_queue);
        gst_efficientnet_broker_queue_pause(
            &self->sender.queue, gst_efficientnet_backoff_next(&self->backoff), LAST_DELAY);
    }
    mosquitto_destroy(g_steal_pointer(&self->client));
    gst_efficientnet_broker_queue_finish(&self->sender.queue);
    return NULL;
}

static const char *
get_topic(const GstEfficientNetPublishMqtt *self)
{
    return self->settings.topic ? self->settings.topic : "efficientnet";
}

/* Sets the will, of which a connection has one. */
static gboolean
set_will(GstEfficientNetPublishMqtt *self, const GstEfficientNetMessage *requested, GError **error)
{
    const GstEfficientNetMessage offline = {.topic = self->settings.status_topic,
                                            .data = "offline",
                                            .length = strlen("offline"),
                                            .retain = TRUE};
    const GstEfficientNetMessage *will = requested ? requested : &offline;
    int code;

    if (requested && self->settings.status_topic) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "status-topic: the format has a last will of its own, and there can be one");
        return FALSE;
    }
    if (!requested && !self->settings.status_topic)
        return TRUE;
    self->will = gst_efficientnet_broker_message_new(will, get_topic(self));
    code = mosquitto_will_set(self->client, self->will->topic, (int)self->will->length,
                              self->will->data, 1, self->will->retain);
    if (code != MOSQ_ERR_SUCCESS)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "format: a last will under \"%s\" is not possible: %s", self->will->topic,
                    mosquitto_strerror(code));
    return code == MOSQ_ERR_SUCCESS;
}

static gboolean
set_subscriptions(GstEfficientNetPublishMqtt *self, const char *const *filters, GError **error)
{
    for (const char *const *filter = filters; filter && *filter; filter++) {
        if (**filter && mosquitto_sub_topic_check(*filter) == MOSQ_ERR_SUCCESS &&
            mosquitto_validate_utf8(*filter, (int)strlen(*filter)) == MOSQ_ERR_SUCCESS)
            continue;
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "format: a subscription to \"%s\" is not possible", *filter);
        return FALSE;
    }
    self->subscriptions = g_strdupv((char **)filters);
    return TRUE;
}

/* Creates a client, not connected yet, with all that the properties and the format want. */
static gboolean
make_client(GstEfficientNetPublishMqtt *self, const GstEfficientNetWriterRequests *requests,
            GError **error)
{
    if (!gst_efficientnet_mqtt_address_parse(self->settings.address, &self->address, error))
        return FALSE;
    self->client = gst_efficientnet_mqtt_client_new(&self->settings, &self->address, self, error);
    if (!self->client || !set_will(self, requests->will, error) ||
        !set_subscriptions(self, requests->subscriptions, error))
        return FALSE;
    mosquitto_connect_callback_set(self->client, connect_answered);
    mosquitto_publish_callback_set(self->client, message_arrived);
    mosquitto_subscribe_callback_set(self->client, subscribe_answered);
    mosquitto_message_callback_set(self->client, message_received);
    mosquitto_log_callback_set(self->client, library_logged);
    return TRUE;
}

static gboolean
open_writer(GstEfficientNetWriter *writer, const GstEfficientNetWriterRequests *requests,
            GstElement *element, GError **error)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);

    if (!make_client(self, requests, error))
        return FALSE;
    self->requests = *requests;
    return gst_efficientnet_broker_sender_prepare(&self->sender, element, "mqtt", error) &&
           gst_efficientnet_broker_sender_start(&self->sender, run, self, "mqtt", error);
}

static gboolean
write_message(GstEfficientNetWriter *writer, const GstEfficientNetMessage *message, GError **error)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);
    GstEfficientNetBrokerMessage *copy =
        gst_efficientnet_broker_message_new(message, get_topic(self));

    copy->retain |= self->settings.retain;
    if (gst_efficientnet_broker_sender_push(&self->sender, copy, self->settings.max_queue))
        GST_WARNING("%u messages wait for %s, the oldest are dropped", self->settings.max_queue,
                    self->address.name);
    return TRUE;
}

static void
set_flushing(GstEfficientNetWriter *writer, gboolean flushing)
{
    gst_efficientnet_broker_queue_set_flushing(&GST_EFFICIENTNET_PUBLISH_MQTT(writer)->sender.queue,
                                               flushing);
}

static gint64
get_drain_timeout(const GstEfficientNetPublishMqtt *self)
{
    return (gint64)(self->settings.drain_timeout / 1000);
}

static void
drain(GstEfficientNetWriter *writer)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);

    gst_efficientnet_broker_queue_drain(&self->sender.queue, get_drain_timeout(self));
}

static void
forget_owner(GstEfficientNetPublishMqtt *self)
{
    g_mutex_lock(&self->owner_lock);
    self->requests = (GstEfficientNetWriterRequests){0};
    g_mutex_unlock(&self->owner_lock);
}

static void
close_writer(GstEfficientNetWriter *writer)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);

    forget_owner(self);
    gst_efficientnet_broker_sender_close(&self->sender, get_drain_timeout(self));
}

static void
get_counts(GstEfficientNetWriter *writer, GstEfficientNetWriterCounts *counts)
{
    gst_efficientnet_broker_queue_get_counts(&GST_EFFICIENTNET_PUBLISH_MQTT(writer)->sender.queue,
                                             counts);
}

static char *
make_topic(GstEfficientNetWriter *writer, const char *suffix)
{
    return gst_efficientnet_mqtt_make_topic(get_topic(GST_EFFICIENTNET_PUBLISH_MQTT(writer)),
                                            suffix);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&gst_efficientnet_mqtt_fields[id - 1],
                               &GST_EFFICIENTNET_PUBLISH_MQTT(object)->settings, value);
}

static void
finalize(GObject *object)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(object);

    if (self->client)
        mosquitto_destroy(self->client);
    gst_efficientnet_fields_clear(gst_efficientnet_mqtt_fields, &self->settings);
    gst_efficientnet_mqtt_address_clear(&self->address);
    g_clear_pointer(&self->will, gst_efficientnet_broker_message_free);
    g_strfreev(self->subscriptions);
    g_free(self->reason);
    gst_efficientnet_broker_sender_clear(&self->sender);
    g_mutex_clear(&self->owner_lock);
    G_OBJECT_CLASS(gst_efficientnet_publish_mqtt_parent_class)->finalize(object);
}

static void
implement_writer(GstEfficientNetWriterInterface *iface)
{
    iface->features = GST_EFFICIENTNET_WRITER_TOPICS | GST_EFFICIENTNET_WRITER_RETAIN |
                      GST_EFFICIENTNET_WRITER_WILL | GST_EFFICIENTNET_WRITER_SUBSCRIPTIONS;
    iface->open = open_writer;
    iface->write = write_message;
    iface->set_flushing = set_flushing;
    iface->drain = drain;
    iface->close = close_writer;
    iface->get_counts = get_counts;
    iface->make_topic = make_topic;
}

static void
gst_efficientnet_publish_mqtt_class_init(GstEfficientNetPublishMqttClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    GST_DEBUG_CATEGORY_INIT(efficientnetmqtt_debug, "efficientnetmqtt", 0,
                            "EfficientNet results to an MQTT broker");
    object_class->set_property = set_property;
    object_class->finalize = finalize;
    gst_efficientnet_fields_install(gst_efficientnet_mqtt_fields, object_class);
}

static void
gst_efficientnet_publish_mqtt_init(GstEfficientNetPublishMqtt *self)
{
    gst_efficientnet_broker_sender_init(&self->sender, MAX_IN_FLIGHT);
    g_mutex_init(&self->owner_lock);
}
