/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishmqtt.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "backoff.h"
#include "mqttclient.h"

GST_DEBUG_CATEGORY_STATIC(efficientnetmqtt_debug);
#define GST_CAT_DEFAULT efficientnetmqtt_debug

/* Lines that are with the library, which sends as many before one is acknowledged. */
#define MAX_IN_FLIGHT 20
/* Seconds after which a silent broker is asked whether it is there. */
#define KEEPALIVE 30
/* Microseconds. */
#define TICK           (G_USEC_PER_SEC / 2)
#define ANSWER_TIMEOUT (10 * G_USEC_PER_SEC)
#define LAST_DELAY     (G_USEC_PER_SEC / 5) /* when stopping */

struct _GstEfficientNetPublishMqtt {
    GObject parent;

    GWeakRef element;
    GstEfficientNetMqttSettings settings; /* the properties */
    GstEfficientNetMqttAddress address;
    GThread *thread;
    int wake_fd;

    /* Of the thread. */
    struct mosquitto *client;
    gboolean connected; /* and accepted, */
    gint64 since;       /* and when */
    GstEfficientNetBackoff backoff;
    gboolean complained;
    char *reason;   /* why this attempt failed: what the library or the broker said first */
    int status_mid; /* 0: no status message is on its way */

    GMutex lock;
    GCond changed;
    /* Under the lock. */
    GQueue lines;
    guint in_flight;
    guint64 written, dropped;
    gboolean flushing, stopping, finished;
    gboolean overflowed; /* and it has been said */
    gint64 deadline;     /* for draining; 0: not begun */
};

static void implement_writer(GstEfficientNetWriterInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetPublishMqtt, gst_efficientnet_publish_mqtt, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_WRITER, implement_writer))

/* On the element's bus. Without the lock: a handler may ask for stats. Takes TEXT. */
static void
post(GstEfficientNetPublishMqtt *self, GstMessageType type, gint code, char *text)
{
    g_autoptr(GstElement) element = g_weak_ref_get(&self->element);

    if (element)
        gst_element_message_full(element, type, GST_RESOURCE_ERROR, code, text, NULL, __FILE__,
                                 GST_FUNCTION, __LINE__);
    else
        g_free(text);
}

static void
wake(GstEfficientNetPublishMqtt *self)
{
    eventfd_write(self->wake_fd, 1);
}

/* With the lock. */
static gboolean
is_empty(GstEfficientNetPublishMqtt *self)
{
    return self->in_flight == 0 && g_queue_is_empty(&self->lines);
}

static gboolean
is_over(GstEfficientNetPublishMqtt *self)
{
    gboolean over;

    g_mutex_lock(&self->lock);
    over = self->stopping && (is_empty(self) || g_get_monotonic_time() >= self->deadline);
    g_mutex_unlock(&self->lock);
    return over;
}

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
publish_status(GstEfficientNetPublishMqtt *self, const char *status)
{
    if (self->settings.status_topic)
        mosquitto_publish(self->client, &self->status_mid, self->settings.status_topic,
                          (int)strlen(status), status, 0, TRUE);
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
    g_mutex_lock(&self->lock);
    self->overflowed = FALSE;
    g_mutex_unlock(&self->lock);
    if (self->complained)
        post(self, GST_MESSAGE_INFO, GST_RESOURCE_ERROR_FAILED,
             g_strdup_printf("connected to %s", self->address.name));
    self->complained = FALSE;
    publish_status(self, "online");
}

static void
line_arrived(struct mosquitto *client, void *data, int mid)
{
    GstEfficientNetPublishMqtt *self = data;

    if (mid == self->status_mid) {
        self->status_mid = 0;
        return;
    }
    g_mutex_lock(&self->lock);
    /* After the end of draining none is, as all are counted as dropped. */
    if (self->in_flight > 0) {
        self->in_flight--;
        self->written++;
    }
    if (is_empty(self))
        g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
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

/* Gives lines to the library, as many as may be with it. */
static void
send_lines(GstEfficientNetPublishMqtt *self)
{
    const char *topic = self->settings.topic ? self->settings.topic : "efficientnet";

    while (self->connected) {
        g_autofree char *line = NULL;
        int code;

        g_mutex_lock(&self->lock);
        if (self->in_flight < MAX_IN_FLIGHT)
            line = g_queue_pop_head(&self->lines);
        if (line)
            self->in_flight++;
        g_mutex_unlock(&self->lock);
        if (!line)
            return;
        code = mosquitto_publish(self->client, NULL, topic, (int)strlen(line), line,
                                 (int)self->settings.qos, self->settings.retain);
        /* With a qos the library has it now, and sends it over the next connection. */
        if (code == MOSQ_ERR_SUCCESS || (is_connection_error(code) && self->settings.qos > 0))
            continue;
        GST_WARNING("a line was not sent: %s", gst_efficientnet_mqtt_describe(code, FALSE));
        g_mutex_lock(&self->lock);
        if (self->in_flight > 0) {
            self->in_flight--;
            self->dropped++;
        }
        g_mutex_unlock(&self->lock);
    }
}

static void
wait_for_socket(GstEfficientNetPublishMqtt *self)
{
    struct pollfd fds[] = {
        {.fd = mosquitto_socket(self->client), .events = POLLIN},
        {.fd = self->wake_fd, .events = POLLIN},
    };
    eventfd_t count;

    if (mosquitto_want_write(self->client))
        fds[0].events |= POLLOUT;
    poll(fds, G_N_ELEMENTS(fds), TICK / 1000);
    if (fds[1].revents & POLLIN)
        eventfd_read(self->wake_fd, &count);
}

/* Neither call waits. */
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

/* What an orderly end takes away, the last will among it, is written while there is time. */
static void
say_goodbye(GstEfficientNetPublishMqtt *self)
{
    gint64 end = g_get_monotonic_time() + TICK;

    if (!self->connected)
        return;
    publish_status(self, "offline");
    mosquitto_disconnect(self->client);
    while (mosquitto_socket(self->client) >= 0 && mosquitto_want_write(self->client) &&
           g_get_monotonic_time() < end) {
        wait_for_socket(self);
        if (handle_socket(self) != MOSQ_ERR_SUCCESS)
            return;
    }
}

/* From the connection's beginning to its end. */
static void
serve(GstEfficientNetPublishMqtt *self)
{
    gint64 answer_by = g_get_monotonic_time() + ANSWER_TIMEOUT;

    while (!is_over(self)) {
        int code;

        send_lines(self);
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

/* Without a qos the library forgets what it had not sent. */
static void
forget_connection(GstEfficientNetPublishMqtt *self)
{
    if (self->connected)
        gst_efficientnet_backoff_note_success(&self->backoff, g_get_monotonic_time() - self->since);
    self->connected = FALSE;
    self->status_mid = 0;
    if (self->settings.qos > 0)
        return;
    g_mutex_lock(&self->lock);
    self->dropped += self->in_flight;
    self->in_flight = 0;
    g_mutex_unlock(&self->lock);
}

/* Once, until there was a connection again. */
static void
complain(GstEfficientNetPublishMqtt *self)
{
    GST_INFO("%s: %s", self->address.name, self->reason);
    if (self->complained)
        return;
    self->complained = TRUE;
    post(self, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR_OPEN_WRITE,
         g_strdup_printf("address: %s: %s; it is tried again, and up to %u lines wait",
                         self->address.name, self->reason, self->settings.max_queue));
}

/* Cut short by stopping. */
static void
wait_before_next(GstEfficientNetPublishMqtt *self)
{
    gint64 delay = gst_efficientnet_backoff_next(&self->backoff);
    gint64 now = g_get_monotonic_time();
    gboolean was_stopping;

    g_mutex_lock(&self->lock);
    was_stopping = self->stopping;
    if (was_stopping)
        delay = LAST_DELAY;
    while (self->stopping == was_stopping &&
           g_cond_wait_until(&self->changed, &self->lock, now + delay))
        continue;
    g_mutex_unlock(&self->lock);
}

static void
block_sigpipe(void)
{
    sigset_t pipe_set;

    sigemptyset(&pipe_set);
    sigaddset(&pipe_set, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_set, NULL);
}

/* With the lock. */
static void
drop_all(GstEfficientNetPublishMqtt *self)
{
    self->dropped += self->in_flight + self->lines.length;
    self->in_flight = 0;
    g_queue_clear_full(&self->lines, g_free);
}

static gpointer
run(gpointer data)
{
    g_autoptr(GstEfficientNetPublishMqtt) self = data;

    block_sigpipe();
    while (!is_over(self)) {
        int code;

        g_clear_pointer(&self->reason, g_free);
        code = mosquitto_connect(self->client, self->address.host, self->address.port, KEEPALIVE);
        if (code == MOSQ_ERR_SUCCESS)
            serve(self);
        else
            set_reason(self, gst_efficientnet_mqtt_describe(code, is_unanswered_tls(self)));
        forget_connection(self);
        if (is_over(self))
            break;
        complain(self);
        wait_before_next(self);
    }
    mosquitto_destroy(g_steal_pointer(&self->client));
    g_mutex_lock(&self->lock);
    drop_all(self);
    self->finished = TRUE;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
    return NULL;
}

static gboolean
open_writer(GstEfficientNetWriter *writer, GstElement *element, GError **error)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);
    g_autoptr(GError) failure = NULL;

    if (!gst_efficientnet_mqtt_address_parse(self->settings.address, &self->address, error))
        return FALSE;
    self->client = gst_efficientnet_mqtt_client_new(&self->settings, &self->address, self, error);
    if (!self->client)
        return FALSE;
    mosquitto_connect_callback_set(self->client, connect_answered);
    mosquitto_publish_callback_set(self->client, line_arrived);
    mosquitto_log_callback_set(self->client, library_logged);
    g_weak_ref_set(&self->element, element);
    self->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (self->wake_fd < 0) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                    "method: mqtt has no file descriptor: %s", g_strerror(errno));
        return FALSE;
    }
    self->thread = g_thread_try_new("efficientnetmqtt", run, g_object_ref(self), &failure);
    if (!self->thread) {
        g_object_unref(self);
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                    "method: mqtt has no thread for its connection: %s", failure->message);
        return FALSE;
    }
    return TRUE;
}

static gboolean
write_message(GstEfficientNetWriter *writer, const GstEfficientNetMessage *message, GError **error)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);
    gboolean overflows;

    g_mutex_lock(&self->lock);
    self->deadline = 0;
    overflows = self->lines.length >= self->settings.max_queue;
    if (overflows) {
        g_free(g_queue_pop_head(&self->lines));
        self->dropped++;
    }
    g_queue_push_tail(&self->lines, g_strndup(message->data, message->length));
    overflows = overflows && !self->overflowed;
    self->overflowed |= overflows;
    g_mutex_unlock(&self->lock);
    if (overflows)
        GST_WARNING("%u lines wait for %s, the oldest are dropped", self->settings.max_queue,
                    self->address.name);
    wake(self);
    return TRUE;
}

static void
set_flushing(GstEfficientNetWriter *writer, gboolean flushing)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);

    g_mutex_lock(&self->lock);
    self->flushing = flushing;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
}

/* With the lock. */
static void
begin_to_drain(GstEfficientNetPublishMqtt *self)
{
    if (self->deadline == 0)
        self->deadline = g_get_monotonic_time() + (gint64)(self->settings.drain_timeout / 1000);
}

static void
drain(GstEfficientNetWriter *writer)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);

    g_mutex_lock(&self->lock);
    begin_to_drain(self);
    while (!self->flushing && !is_empty(self) &&
           g_cond_wait_until(&self->changed, &self->lock, self->deadline))
        continue;
    g_mutex_unlock(&self->lock);
}

/* A thread that waits for a name to be resolved or a host to answer cannot be told to stop: it is
 * left to end by itself, with nothing to do. */
static void
close_writer(GstEfficientNetWriter *writer)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);
    gboolean finished;

    g_mutex_lock(&self->lock);
    begin_to_drain(self);
    self->stopping = TRUE;
    g_cond_broadcast(&self->changed);
    wake(self);
    while (!self->finished &&
           g_cond_wait_until(&self->changed, &self->lock, self->deadline + 2 * TICK))
        continue;
    finished = self->finished;
    drop_all(self);
    g_mutex_unlock(&self->lock);
    g_weak_ref_set(&self->element, NULL);
    if (finished)
        g_thread_join(g_steal_pointer(&self->thread));
    else
        g_thread_unref(g_steal_pointer(&self->thread));
}

static void
get_counts(GstEfficientNetWriter *writer, GstEfficientNetWriterCounts *counts)
{
    GstEfficientNetPublishMqtt *self = GST_EFFICIENTNET_PUBLISH_MQTT(writer);

    g_mutex_lock(&self->lock);
    *counts = (GstEfficientNetWriterCounts){
        .written = self->written,
        .dropped = self->dropped,
        .queued = self->in_flight + self->lines.length,
    };
    g_mutex_unlock(&self->lock);
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
    if (self->wake_fd >= 0)
        close(self->wake_fd);
    gst_efficientnet_fields_clear(gst_efficientnet_mqtt_fields, &self->settings);
    gst_efficientnet_mqtt_address_clear(&self->address);
    g_free(self->reason);
    g_weak_ref_clear(&self->element);
    g_queue_clear_full(&self->lines, g_free);
    g_cond_clear(&self->changed);
    g_mutex_clear(&self->lock);
    G_OBJECT_CLASS(gst_efficientnet_publish_mqtt_parent_class)->finalize(object);
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
    g_weak_ref_init(&self->element, NULL);
    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    g_queue_init(&self->lines);
    self->wake_fd = -1;
}
