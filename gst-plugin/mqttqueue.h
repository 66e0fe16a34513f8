/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages on their way to a broker: those that wait, and those in flight, that is, with the
 * library until the broker has acknowledged them. One thread sends them; the other functions are
 * for any thread. */
#ifndef GST_EFFICIENTNET_MQTTQUEUE_H
#define GST_EFFICIENTNET_MQTTQUEUE_H

#include "mqttmessage.h"

/* The most messages that the library sends before one is acknowledged. */
#define GST_EFFICIENTNET_MQTT_MAX_IN_FLIGHT 20

typedef struct {
    GMutex lock;
    GCond changed;
    /* Under the lock. */
    GQueue messages;
    guint in_flight;
    guint64 written, dropped;
    gboolean flushing, stopping, finished;
    gboolean overflowed; /* and that was reported */
    gint64 deadline;     /* for draining; 0: not started */
} GstEfficientNetMqttQueue;

void gst_efficientnet_mqtt_queue_init(GstEfficientNetMqttQueue *queue);
void gst_efficientnet_mqtt_queue_clear(GstEfficientNetMqttQueue *queue);

/* Takes ownership of MESSAGE; drops the oldest message if MAX are waiting. TRUE if it is the first
 * to be dropped since the broker was reached. */
gboolean gst_efficientnet_mqtt_queue_push(GstEfficientNetMqttQueue *queue,
                                          GstEfficientNetMqttMessage *message, guint max);

/* Waits until no message is left, at most TIMEOUT microseconds from the first call since a message
 * was pushed; not while flushing. */
void gst_efficientnet_mqtt_queue_drain(GstEfficientNetMqttQueue *queue, gint64 timeout);
void gst_efficientnet_mqtt_queue_set_flushing(GstEfficientNetMqttQueue *queue, gboolean flushing);

/* stop tells the thread to end when it has sent all messages, or when the time for draining is
 * over; wait_for_end waits up to GRACE longer, and returns whether it has ended. What is left is
 * dropped. */
void gst_efficientnet_mqtt_queue_stop(GstEfficientNetMqttQueue *queue, gint64 timeout);
gboolean gst_efficientnet_mqtt_queue_wait_for_end(GstEfficientNetMqttQueue *queue, gint64 grace);

void gst_efficientnet_mqtt_queue_get_counts(GstEfficientNetMqttQueue *queue,
                                            GstEfficientNetWriterCounts *counts);

/* For the sending thread: the next message, which then counts as in flight. NULL if there is none,
 * or enough are in flight. */
GstEfficientNetMqttMessage *gst_efficientnet_mqtt_queue_take(GstEfficientNetMqttQueue *queue);

/* A message in flight has arrived, or has not; or all are lost. */
void gst_efficientnet_mqtt_queue_settle(GstEfficientNetMqttQueue *queue, gboolean arrived);
void gst_efficientnet_mqtt_queue_lose(GstEfficientNetMqttQueue *queue);

/* The broker was reached. */
void gst_efficientnet_mqtt_queue_note_success(GstEfficientNetMqttQueue *queue);

/* Waits before another attempt for DELAY microseconds, or, once the thread was told to end, which
 * interrupts the wait, for LAST_DELAY. */
void gst_efficientnet_mqtt_queue_pause(GstEfficientNetMqttQueue *queue, gint64 delay,
                                       gint64 last_delay);

/* Whether the thread is to end now. */
gboolean gst_efficientnet_mqtt_queue_is_over(GstEfficientNetMqttQueue *queue);
void gst_efficientnet_mqtt_queue_finish(GstEfficientNetMqttQueue *queue);

#endif
