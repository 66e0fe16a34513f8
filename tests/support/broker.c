/* SPDX-License-Identifier: BSD-2-Clause */
#include "broker.h"

#include <arpa/inet.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mosquitto.h>

#include "checkpoint.h"

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

static int
open_socket(int port, gboolean listening)
{
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((guint16)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int failed = listening ? bind(fd, (struct sockaddr *)&address, sizeof address)
                           : connect(fd, (struct sockaddr *)&address, sizeof address);

    if (!failed)
        return fd;
    close(fd);
    return -1;
}

void
effnet_test_broker_init(EffNetTestBroker *broker)
{
    int fd = open_socket(0, TRUE);
    struct sockaddr_in address;
    socklen_t size = sizeof address;

    g_assert_cmpint(fd, >=, 0);
    g_assert_cmpint(getsockname(fd, (struct sockaddr *)&address, &size), ==, 0);
    close(fd);
    *broker = (EffNetTestBroker){
        .folder = effnet_test_make_folder(),
        .port = ntohs(address.sin_port),
    };
}

void
effnet_test_broker_clear(EffNetTestBroker *broker)
{
    if (broker->pid)
        effnet_test_broker_stop(broker);
    effnet_test_remove_folder(broker->folder);
}

/* Ends the broker with the test, even if that fails. */
static void
end_with_test(gpointer data)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
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
    char *argv[] = {program, (char *)"-c", path, NULL};
    gint64 end = g_get_monotonic_time() + PATIENCE;
    GError *error = NULL;
    int fd;

    g_file_set_contents(path, text, -1, &error);
    g_assert_no_error(error);
    g_spawn_async(NULL, argv, NULL, G_SPAWN_DO_NOT_REAP_CHILD, end_with_test, NULL, &broker->pid,
                  &error);
    g_assert_no_error(error);
    while ((fd = open_socket(broker->port, FALSE)) < 0) {
        g_assert_cmpint(waitpid(broker->pid, NULL, WNOHANG), ==, 0);
        g_assert_cmpint(g_get_monotonic_time(), <, end);
        g_usleep(10000);
    }
    close(fd);
}

void
effnet_test_broker_stop(EffNetTestBroker *broker)
{
    kill(broker->pid, SIGTERM);
    g_assert_cmpint(waitpid(broker->pid, NULL, 0), ==, broker->pid);
    broker->pid = 0;
}

void
effnet_test_broker_run(EffNetTestBroker *broker, const char *command)
{
    g_auto(GStrv) argv = g_strsplit(command, " ", -1);
    g_autofree char *errors = NULL;
    GError *error = NULL;
    int status;

    for (char **word = argv; *word; word++) {
        g_auto(GStrv) parts = g_strsplit(*word, "@", -1);

        g_free(*word);
        *word = g_strjoinv(broker->folder, parts);
    }
    g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDOUT_TO_DEV_NULL, NULL, NULL,
                 NULL, &errors, &status, &error);
    g_assert_no_error(error);
    g_test_message("%s: %s", command, errors);
    g_assert_cmpint(status, ==, 0);
}

struct _EffNetTestSubscriber {
    struct mosquitto *client;
    GMutex lock;
    GCond changed;
    gboolean subscribed;
    GHashTable *newest;   /* topic to its newest payload */
    GHashTable *payloads; /* "topic payload" to how often it arrived */
    GHashTable *counts;   /* topic to its number of different payloads */
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
    self->subscribed = TRUE;
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
    g_mutex_lock(&self->lock);
    while (!self->subscribed)
        g_cond_wait(&self->changed, &self->lock);
    g_mutex_unlock(&self->lock);
    return self;
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
