/* SPDX-License-Identifier: BSD-2-Clause */
/* A real MQTT broker (mosquitto) and a subscriber for tests. */
#ifndef EFFNET_TEST_BROKER_H
#define EFFNET_TEST_BROKER_H

#include <glib.h>

typedef struct {
    char *folder; /* for its configuration, and for whatever else a test keeps there */
    int port;
    GPid pid; /* 0: stopped */
} EffNetTestBroker;

/* Whether this machine has mosquitto; if not, skips the test case. */
gboolean effnet_test_have_broker(void);

/* Chooses a port on the loopback. */
void effnet_test_broker_init(EffNetTestBroker *broker);
void effnet_test_broker_clear(EffNetTestBroker *broker);

/* Starts it, with SETTINGS as further lines of its configuration. It accepts connections on return,
 * and keeps sessions across restarts. */
void effnet_test_broker_start(EffNetTestBroker *broker, const char *settings);
void effnet_test_broker_stop(EffNetTestBroker *broker);

/* Receives everything that is published, in a session that outlives the broker. */
typedef struct _EffNetTestSubscriber EffNetTestSubscriber;

EffNetTestSubscriber *effnet_test_subscriber_new(const EffNetTestBroker *broker);
void effnet_test_subscriber_free(EffNetTestSubscriber *subscriber);

/* Waits until it has subscribed once more than the last time: after the broker was started again,
 * what is published without an acknowledgement only reaches it from then on. */
void effnet_test_subscriber_wait_for_subscription(EffNetTestSubscriber *subscriber);

/* Publishes PAYLOAD itself. */
void effnet_test_subscriber_publish(EffNetTestSubscriber *subscriber, const char *topic,
                                    const char *payload);

/* Waits until TOPIC's newest message is PAYLOAD; fails the test after a long while. */
void effnet_test_subscriber_wait_for(EffNetTestSubscriber *subscriber, const char *topic,
                                     const char *payload);

/* Waits for N messages of TOPIC with different payloads. Returns how many arrived more than
 * once. */
guint effnet_test_subscriber_wait_for_count(EffNetTestSubscriber *subscriber, const char *topic,
                                            guint n);

#endif
