/* SPDX-License-Identifier: BSD-2-Clause */
/* librdkafka's mock cluster, and a consumer of the records of efficientnetpublish. */
#ifndef EFFNET_TEST_KAFKA_H
#define EFFNET_TEST_KAFKA_H

#include <glib.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/* One broker in this process, with the topic "results" of one partition. */
typedef struct {
    rd_kafka_t *owner;
    rd_kafka_mock_cluster_t *cluster;
    const char *address; /* HOST:PORT */
} EffNetTestMock;

void effnet_test_mock_init(EffNetTestMock *mock);
void effnet_test_mock_clear(EffNetTestMock *mock);

/* Reads a topic from its beginning, on a thread. */
typedef struct _EffNetTestReader EffNetTestReader;

EffNetTestReader *effnet_test_reader_new(const char *brokers, const char *topic, int partitions);
void effnet_test_reader_free(EffNetTestReader *reader);

/* How many records came; waits for N, and fails the test after a long while. */
guint effnet_test_reader_wait_for(EffNetTestReader *reader, guint n);

/* Checks that records are JSON lines with KEY (NULL: none) whose frames ascend, each once, as
 * those of one partition do. Returns
 * their numbers. For g_array_unref(). */
GArray *effnet_test_reader_get_frames(EffNetTestReader *reader, const char *key);

#endif
