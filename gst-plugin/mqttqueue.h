/* SPDX-License-Identifier: BSD-2-Clause */
/* The messages on their way to a broker: those that wait, and those that are in flight, which is
 * to say with the library until the broker has acknowledged them. One thread sends them; the other
 * functions are for any. */
#ifndef GST_EFFICIENTNET_MQTTQUEUE_H
#define GST_EFFICIENTNET_MQTTQUEUE_H

#include "mqttmessage.h"

/* The library sends as many before one is acknowledged. */
#define GST_EFFICIENTNET_MQTT_MAX_IN_FLIGHT 20

typedef struct {
    GMutex lock;
    GCond changed;
    /* Under the lock. */
    GQueue messages;
    guint in_flight;
    guint64 written, dropped;
    gboolean flushing, stopping, finished;
    gboolean overflowed; /* and it has been said */
    gint64 deadline;     /* for draining; 0: not begun */
} GstEfficientNetMqttQueue;

void gst_efficientnet_mqtt_queue_init(GstEfficientNetMqttQueue *queue);
void gst_efficientnet_mqtt_queue_clear(GstEfficientNetMqttQueue *queue);

/* Takes MESSAGE, and drops the oldest one where MAX wait. TRUE: it is the first to be dropped since
 * the broker was reached. */
gboolean gst_efficientnet_mqtt_queue_push(GstEfficientNetMqttQueue *queue,
                                          GstEfficientNetMqttMessage *message, guint max);

/* Waits until there is none, at most TIMEOUT microseconds from the first call since a message was
 * pushed, and not while flushing. */
void gst_efficientnet_mqtt_queue_drain(GstEfficientNetMqttQueue *queue, gint64 timeout);
void gst_efficientnet_mqtt_queue_set_flushing(GstEfficientNetMqttQueue *queue, gboolean flushing);

/* Tells the thread to end when it has sent all, or the time for draining is over, and waits GRACE
 * longer for it. Whether it has finished. What is still there is dropped. */
void gst_efficientnet_mqtt_queue_stop(GstEfficientNetMqttQueue *queue, gint64 timeout);
gboolean gst_efficientnet_mqtt_queue_wait_for_end(GstEfficientNetMqttQueue *queue, gint64 grace);

void gst_efficientnet_mqtt_queue_get_counts(GstEfficientNetMqttQueue *queue,
                                            GstEfficientNetWriterCounts *counts);

/* For the thread that sends: the next message, which counts as in flight. NULL: there is none, or
 * enough are. */
GstEfficientNetMqttMessage *gst_efficientnet_mqtt_queue_take(GstEfficientNetMqttQueue *queue);

/* One of those in flight arrived, or did not; or all are lost. */
void gst_efficientnet_mqtt_queue_settle(GstEfficientNetMqttQueue *queue, gboolean arrived);
void gst_efficientnet_mqtt_queue_lose(GstEfficientNetMqttQueue *queue);

/* The broker is reached. */
void gst_efficientnet_mqtt_queue_note_success(GstEfficientNetMqttQueue *queue);

/* Waits, before another attempt, for DELAY microseconds, or for LAST_DELAY once the thread was told
 * to end, which cuts the first one short. */
void gst_efficientnet_mqtt_queue_pause(GstEfficientNetMqttQueue *queue, gint64 delay,
                                       gint64 last_delay);

/* The thread is to end now. */
gboolean gst_efficientnet_mqtt_queue_is_over(GstEfficientNetMqttQueue *queue);
void gst_efficientnet_mqtt_queue_finish(GstEfficientNetMqttQueue *queue);

#endif
