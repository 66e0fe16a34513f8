/* SPDX-License-Identifier: BSD-2-Clause */
/* A real MQTT broker (mosquitto) and a subscriber for tests. */
#ifndef EFFNET_TEST_BROKER_H
#define EFFNET_TEST_BROKER_H

#include <glib.h>

typedef struct {
    char *folder; /* of its configuration, and of whatever else a test wants to keep there */
    int port;
    GPid pid; /* 0: stopped */
} EffNetTestBroker;

/* Whether this machine has it; otherwise the case is skipped. */
gboolean effnet_test_have_broker(void);

/* Chooses a port on the loopback. */
void effnet_test_broker_init(EffNetTestBroker *broker);
void effnet_test_broker_clear(EffNetTestBroker *broker);

/* With SETTINGS as further lines of its configuration. It accepts connections on return, and keeps
 * sessions from one start to the next. */
void effnet_test_broker_start(EffNetTestBroker *broker, const char *settings);
void effnet_test_broker_stop(EffNetTestBroker *broker);

/* Runs a program to its end, which must be a good one. Words have spaces between them; @ stands for
 * the broker's folder. */
void effnet_test_broker_run(EffNetTestBroker *broker, const char *command);

/* Everything that is published, in a session that outlives the broker. */
typedef struct _EffNetTestSubscriber EffNetTestSubscriber;

EffNetTestSubscriber *effnet_test_subscriber_new(const EffNetTestBroker *broker);
void effnet_test_subscriber_free(EffNetTestSubscriber *subscriber);

/* Says PAYLOAD itself. */
void effnet_test_subscriber_publish(EffNetTestSubscriber *subscriber, const char *topic,
                                    const char *payload);

/* Waits until TOPIC's newest message is PAYLOAD; fails the test after a long while. */
void effnet_test_subscriber_wait_for(EffNetTestSubscriber *subscriber, const char *topic,
                                     const char *payload);

/* Waits until N messages of TOPIC, each with another payload, have come. Returns how many came
 * more than once. */
guint effnet_test_subscriber_wait_for_count(EffNetTestSubscriber *subscriber, const char *topic,
                                            guint n);

#endif
