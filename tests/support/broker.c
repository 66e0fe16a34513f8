/* SPDX-License-Identifier: BSD-2-Clause */
#include "broker.h"

#include <signal.h>

#include <mosquitto.h>

#include "checkpoint.h"
#include "command.h"

#define PATIENCE (30 * G_USEC_PER_SEC)

/* Debian installs it where only root's PATH leads. */
static char *
find_broker(void)
{
    char *path = g_find_program_in_path("mosquitto");

    if (!path && g_file_test("/usr/sbin/mosquitto", G_FILE_TEST_IS_EXECUTABLE))
        path = g_strdup("/usr/sbin/mosquitto");
    return path;
}

gboolean
effnet_test_have_broker(void)
{
    g_autofree char *path = find_broker();

    if (!path)
        g_test_skip("a broker is missing (mosquitto)");
    return path != NULL;
}

void
effnet_test_broker_init(EffNetTestBroker *broker)
{
    *broker = (EffNetTestBroker){
        .folder = effnet_test_make_folder(),
        .port = effnet_test_find_port(),
    };
}

void
effnet_test_broker_clear(EffNetTestBroker *broker)
{
    if (broker->pid)
        effnet_test_broker_stop(broker);
    effnet_test_remove_folder(broker->folder);
}

void
effnet_test_broker_start(EffNetTestBroker *broker, const char *settings)
{
    g_autofree char *program = find_broker();
    g_autofree char *path = g_build_filename(broker->folder, "mosquitto.conf", NULL);
    g_autofree char *text = g_strdup_printf("user root\n"
                                            "listener %d 127.0.0.1\n"
                                            "persistence true\n"
                                            "persistence_location %s/\n"
                                            "max_queued_messages 0\n"
                                            "log_type none\n"
                                            "%s\n",
                                            broker->port, broker->folder, settings);
    g_autofree char *command = g_strdup_printf("%s -c @/mosquitto.conf", program);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    broker->pid = effnet_test_start_command(broker->folder, command, "mosquitto.log");
    effnet_test_wait_for_port(broker->port, broker->pid);
}

void
effnet_test_broker_stop(EffNetTestBroker *broker)
{
    effnet_test_stop_command(broker->pid, SIGTERM);
    broker->pid = 0;
}

struct _EffNetTestSubscriber {
    struct mosquitto *client;
    GMutex lock;
    GCond changed;
    guint subscriptions, awaited; /* how often it subscribed, and how often that was waited for */
    GHashTable *newest;           /* topic to its newest payload */
    GHashTable *payloads;         /* "topic payload" to how often it arrived */
    GHashTable *counts;           /* topic to its number of different payloads */
};

static void
connected(struct mosquitto *client, void *data, int code)
{
    g_assert_cmpint(code, ==, 0);
    mosquitto_subscribe(client, NULL, "#", 2);
}

static void
subscribed(struct mosquitto *client, void *data, int mid, int n, const int *granted)
{
    EffNetTestSubscriber *self = data;

    g_mutex_lock(&self->lock);
    self->subscriptions++;
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
}

static guint
count_up(GHashTable *table, const char *key)
{
    guint n = GPOINTER_TO_UINT(g_hash_table_lookup(table, key)) + 1;

    g_hash_table_insert(table, g_strdup(key), GUINT_TO_POINTER(n));
    return n;
}

static void
arrived(struct mosquitto *client, void *data, const struct mosquitto_message *message)
{
    EffNetTestSubscriber *self = data;
    char *payload = g_strndup(message->payload, (gsize)message->payloadlen);
    g_autofree char *key = g_strconcat(message->topic, " ", payload, NULL);

    g_mutex_lock(&self->lock);
    if (count_up(self->payloads, key) == 1)
        count_up(self->counts, message->topic);
    g_hash_table_insert(self->newest, g_strdup(message->topic), payload);
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
}

EffNetTestSubscriber *
effnet_test_subscriber_new(const EffNetTestBroker *broker)
{
    EffNetTestSubscriber *self = g_new0(EffNetTestSubscriber, 1);

    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    self->newest = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    self->payloads = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->counts = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    mosquitto_lib_init();
    self->client = mosquitto_new("subscriber", FALSE, self);
    mosquitto_reconnect_delay_set(self->client, 1, 1, FALSE);
    mosquitto_connect_callback_set(self->client, connected);
    mosquitto_subscribe_callback_set(self->client, subscribed);
    mosquitto_message_callback_set(self->client, arrived);
    g_assert_cmpint(mosquitto_connect(self->client, "127.0.0.1", broker->port, 60), ==, 0);
    g_assert_cmpint(mosquitto_loop_start(self->client), ==, 0);
    effnet_test_subscriber_wait_for_subscription(self);
    return self;
}

void
effnet_test_subscriber_wait_for_subscription(EffNetTestSubscriber *self)
{
    gint64 end = g_get_monotonic_time() + PATIENCE;

    g_mutex_lock(&self->lock);
    self->awaited++;
    while (self->subscriptions < self->awaited) {
        if (!g_cond_wait_until(&self->changed, &self->lock, end))
            g_error("the subscriber has not subscribed %u times", self->awaited);
    }
    g_mutex_unlock(&self->lock);
}

void
effnet_test_subscriber_free(EffNetTestSubscriber *self)
{
    mosquitto_disconnect(self->client);
    mosquitto_loop_stop(self->client, TRUE);
    mosquitto_destroy(self->client);
    g_hash_table_unref(self->newest);
    g_hash_table_unref(self->payloads);
    g_hash_table_unref(self->counts);
    g_cond_clear(&self->changed);
    g_mutex_clear(&self->lock);
    g_free(self);
}

void
effnet_test_subscriber_publish(EffNetTestSubscriber *self, const char *topic, const char *payload)
{
    g_assert_cmpint(
        mosquitto_publish(self->client, NULL, topic, (int)strlen(payload), payload, 2, FALSE), ==,
        MOSQ_ERR_SUCCESS);
}

void
effnet_test_subscriber_wait_for(EffNetTestSubscriber *self, const char *topic, const char *payload)
{
    gint64 end = g_get_monotonic_time() + PATIENCE;

    g_mutex_lock(&self->lock);
    while (g_strcmp0(g_hash_table_lookup(self->newest, topic), payload) != 0) {
        if (!g_cond_wait_until(&self->changed, &self->lock, end))
            g_error("%s is %s, not %s", topic,
                    (const char *)g_hash_table_lookup(self->newest, topic), payload);
    }
    g_mutex_unlock(&self->lock);
}

guint
effnet_test_subscriber_wait_for_count(EffNetTestSubscriber *self, const char *topic, guint n)
{
    gint64 end = g_get_monotonic_time() + PATIENCE;
    g_autofree char *prefix = g_strconcat(topic, " ", NULL);
    gpointer key, value;
    GHashTableIter iter;
    guint repeated = 0;

    g_mutex_lock(&self->lock);
    while (GPOINTER_TO_UINT(g_hash_table_lookup(self->counts, topic)) < n) {
        if (!g_cond_wait_until(&self->changed, &self->lock, end))
            g_error("%u messages of %s came, not %u",
                    GPOINTER_TO_UINT(g_hash_table_lookup(self->counts, topic)), topic, n);
    }
    g_assert_cmpuint(GPOINTER_TO_UINT(g_hash_table_lookup(self->counts, topic)), ==, n);
    g_hash_table_iter_init(&iter, self->payloads);
    while (g_hash_table_iter_next(&iter, &key, &value))
        repeated += g_str_has_prefix(key, prefix) && GPOINTER_TO_UINT(value) > 1;
    g_mutex_unlock(&self->lock);
    return repeated;
}
