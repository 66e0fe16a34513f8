/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages on their way to a broker: those that wait, and those in flight, that is, with the
 * library until the broker has acknowledged them. One thread sends them; the other functions are
 * for any thread. */
#ifndef GST_EFFICIENTNET_BROKERQUEUE_H
#define GST_EFFICIENTNET_BROKERQUEUE_H

#include "brokermessage.h"

typedef struct {
    GMutex lock;
    GCond changed;
    /* Under the lock. */
    GQueue messages;
    guint in_flight, max_in_flight;
    guint64 written, dropped;
    gboolean flushing, stopping, finished;
    gboolean overflowed; /* and that was reported */
    gint64 deadline;     /* for draining; 0: not started */
} GstEfficientNetBrokerQueue;

/* MAX_IN_FLIGHT: the most messages that the library has before one is acknowledged. */
void gst_efficientnet_broker_queue_init(GstEfficientNetBrokerQueue *queue, guint max_in_flight);
void gst_efficientnet_broker_queue_clear(GstEfficientNetBrokerQueue *queue);

/* Takes ownership of MESSAGE; drops the oldest message if MAX are waiting. TRUE if it is the first
 * to be dropped since the broker was reached. */
gboolean gst_efficientnet_broker_queue_push(GstEfficientNetBrokerQueue *queue,
                                            GstEfficientNetBrokerMessage *message, guint max);

/* Waits until no message is left, at most TIMEOUT microseconds from the first call since a message
 * was pushed; not while flushing. */
void gst_efficientnet_broker_queue_drain(GstEfficientNetBrokerQueue *queue, gint64 timeout);
void gst_efficientnet_broker_queue_set_flushing(GstEfficientNetBrokerQueue *queue,
                                                gboolean flushing);

/* stop tells the thread to end when it has sent all messages, or when the time for draining is
 * over; wait_for_end waits up to GRACE longer, and returns whether it has ended. What is left is
 * dropped. */
void gst_efficientnet_broker_queue_stop(GstEfficientNetBrokerQueue *queue, gint64 timeout);
gboolean gst_efficientnet_broker_queue_wait_for_end(GstEfficientNetBrokerQueue *queue,
                                                    gint64 grace);

void gst_efficientnet_broker_queue_get_counts(GstEfficientNetBrokerQueue *queue,
                                              GstEfficientNetWriterCounts *counts);

/* For the sending thread: the next message, which then counts as in flight. NULL if there is none,
 * or enough are in flight. */
GstEfficientNetBrokerMessage *gst_efficientnet_broker_queue_take(GstEfficientNetBrokerQueue *queue);

/* A message in flight has arrived, or has not; or all are lost. */
void gst_efficientnet_broker_queue_settle(GstEfficientNetBrokerQueue *queue, gboolean arrived);
void gst_efficientnet_broker_queue_lose(GstEfficientNetBrokerQueue *queue);

/* The broker was reached. */
void gst_efficientnet_broker_queue_note_success(GstEfficientNetBrokerQueue *queue);

/* Waits before another attempt for DELAY microseconds, or, once the thread was told to end, which
 * interrupts the wait, for LAST_DELAY. */
void gst_efficientnet_broker_queue_pause(GstEfficientNetBrokerQueue *queue, gint64 delay,
                                         gint64 last_delay);

/* Whether the thread is to end now. */
gboolean gst_efficientnet_broker_queue_is_over(GstEfficientNetBrokerQueue *queue);
void gst_efficientnet_broker_queue_finish(GstEfficientNetBrokerQueue *queue);

#endif
