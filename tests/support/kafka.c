/* SPDX-License-Identifier: BSD-2-Clause */
#include "kafka.h"

#include <stdlib.h>
#include <string.h>

#define PATIENCE (30 * G_USEC_PER_SEC)

struct _EffNetTestReader {
    rd_kafka_t *client;
    GThread *thread;
    GMutex lock;
    GCond changed;
    GPtrArray *records; /* "KEY\nPAYLOAD", or "\nPAYLOAD" without a key */
    gboolean stopping;
};

static void
set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
    char reason[512] = "";

    rd_kafka_conf_set(conf, key, value, reason, sizeof reason);
    g_assert_cmpstr(reason, ==, "");
}

static rd_kafka_t *
make_client(rd_kafka_type_t type, rd_kafka_conf_t *conf)
{
    char reason[512] = "";
    rd_kafka_t *client;

    set(conf, "log_level", "0");
    client = rd_kafka_new(type, conf, reason, sizeof reason);
    g_assert_cmpstr(reason, ==, "");
    return client;
}

void
effnet_test_mock_init(EffNetTestMock *mock)
{
    mock->owner = make_client(RD_KAFKA_PRODUCER, rd_kafka_conf_new());
    mock->cluster = rd_kafka_mock_cluster_new(mock->owner, 1);
    g_assert_nonnull(mock->cluster);
    mock->address = rd_kafka_mock_cluster_bootstraps(mock->cluster);
    g_assert_cmpint(rd_kafka_mock_topic_create(mock->cluster, "results", 1, 1), ==,
                    RD_KAFKA_RESP_ERR_NO_ERROR);
}

void
effnet_test_mock_clear(EffNetTestMock *mock)
{
    rd_kafka_mock_cluster_destroy(mock->cluster);
    rd_kafka_destroy(mock->owner);
}

static void
note_record(EffNetTestReader *self, const rd_kafka_message_t *message)
{
    GString *record = g_string_new(NULL);

    g_string_append_len(record, message->key, (gssize)message->key_len);
    g_string_append_c(record, '\n');
    g_string_append_len(record, message->payload, (gssize)message->len);
    g_mutex_lock(&self->lock);
    g_ptr_array_add(self->records, g_string_free(record, FALSE));
    g_cond_broadcast(&self->changed);
    g_mutex_unlock(&self->lock);
}

static gpointer
run(gpointer data)
{
    EffNetTestReader *self = data;
    gboolean stopping = FALSE;

    while (!stopping) {
        rd_kafka_message_t *message = rd_kafka_consumer_poll(self->client, 20);

        if (message && message->err == RD_KAFKA_RESP_ERR_NO_ERROR)
            note_record(self, message);
        if (message)
            rd_kafka_message_destroy(message);
        g_mutex_lock(&self->lock);
        stopping = self->stopping;
        g_mutex_unlock(&self->lock);
    }
    return NULL;
}

EffNetTestReader *
effnet_test_reader_new(const char *brokers, const char *topic, int partitions)
{
    EffNetTestReader *self = g_new0(EffNetTestReader, 1);
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(partitions);
    rd_kafka_conf_t *conf = rd_kafka_conf_new();

    g_mutex_init(&self->lock);
    g_cond_init(&self->changed);
    self->records = g_ptr_array_new_with_free_func(g_free);
    set(conf, "bootstrap.servers", brokers);
    set(conf, "group.id", "test");
    set(conf, "enable.auto.commit", "false");
    set(conf, "reconnect.backoff.max.ms", "200");
    self->client = make_client(RD_KAFKA_CONSUMER, conf);
    rd_kafka_poll_set_consumer(self->client);
    rd_kafka_topic_partition_list_add_range(list, topic, 0, partitions - 1);
    for (int i = 0; i < list->cnt; i++)
        list->elems[i].offset = RD_KAFKA_OFFSET_BEGINNING;
    g_assert_cmpint(rd_kafka_assign(self->client, list), ==, RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
    self->thread = g_thread_new("reader", run, self);
    return self;
}

void
effnet_test_reader_free(EffNetTestReader *self)
{
    g_mutex_lock(&self->lock);
    self->stopping = TRUE;
    g_mutex_unlock(&self->lock);
    g_thread_join(self->thread);
    rd_kafka_assign(self->client, NULL);
    rd_kafka_consumer_close(self->client);
    rd_kafka_destroy(self->client);
    g_ptr_array_unref(self->records);
    g_cond_clear(&self->changed);
    g_mutex_clear(&self->lock);
    g_free(self);
}

guint
effnet_test_reader_wait_for(EffNetTestReader *self, guint n)
{
    gint64 end = g_get_monotonic_time() + PATIENCE;
    guint came;

    g_mutex_lock(&self->lock);
    while (self->records->len < n)
        if (!g_cond_wait_until(&self->changed, &self->lock, end))
            g_error("%u records came, not %u", self->records->len, n);
    came = self->records->len;
    g_mutex_unlock(&self->lock);
    return came;
}

GArray *
effnet_test_reader_get_frames(EffNetTestReader *self, const char *key)
{
    static const char member[] = "\"frame\":";
    g_autofree char *prefix = g_strconcat(key ? key : "", "\n{", NULL);
    GArray *frames = g_array_new(FALSE, FALSE, sizeof(guint));

    g_mutex_lock(&self->lock);
    for (guint i = 0; i < self->records->len; i++) {
        const char *record = self->records->pdata[i];
        const char *found = strstr(record, member);
        guint frame;

        g_assert_true(g_str_has_prefix(record, prefix));
        g_assert_nonnull(found);
        frame = (guint)atoi(found + strlen(member));
        if (frames->len > 0)
            g_assert_cmpuint(frame, >, g_array_index(frames, guint, frames->len - 1));
        g_array_append_val(frames, frame);
    }
    g_mutex_unlock(&self->lock);
    return frames;
}
