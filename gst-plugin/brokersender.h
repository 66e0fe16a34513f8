/* SPDX-License-Identifier: BSD-2-Clause */
/* What writers to brokers share: a queue, the thread that sends its messages, and messages on the
 * bus in the name of the element. */
#ifndef GST_EFFICIENTNET_BROKERSENDER_H
#define GST_EFFICIENTNET_BROKERSENDER_H

#include <poll.h>

#include "brokerqueue.h"

/* Microseconds after which the thread looks whether it is to end, if nothing wakes it before. */
#define GST_EFFICIENTNET_BROKER_TICK (G_USEC_PER_SEC / 2)

typedef struct {
    GstEfficientNetBrokerQueue queue;
    int wake_fd; /* an eventfd; -1: not started */
    GWeakRef element;
    GThread *thread;

    /* The thread's: what was posted, and is not posted again. */
    gboolean refused, lost;
} GstEfficientNetBrokerSender;

void gst_efficientnet_broker_sender_init(GstEfficientNetBrokerSender *sender, guint max_in_flight);
void gst_efficientnet_broker_sender_clear(GstEfficientNetBrokerSender *sender);

/* Makes wake_fd, for ELEMENT and the method METHOD. */
gboolean gst_efficientnet_broker_sender_prepare(GstEfficientNetBrokerSender *sender,
                                                GstElement *element, const char *method,
                                                GError **error);

/* Starts a thread that calls RUN with WRITER and a reference to it, which RUN gives up. */
gboolean gst_efficientnet_broker_sender_start(GstEfficientNetBrokerSender *sender, GThreadFunc run,
                                              gpointer writer, const char *method, GError **error);

/* Queues MESSAGE, as gst_efficientnet_broker_queue_push() does, and wakes the thread. */
gboolean gst_efficientnet_broker_sender_push(GstEfficientNetBrokerSender *sender,
                                             GstEfficientNetBrokerMessage *message, guint max);

/* Wakes the thread from wait, which returns after a tick at the latest. FD: what else wakes it;
 * NULL: nothing. */
void gst_efficientnet_broker_sender_wake(GstEfficientNetBrokerSender *sender);
void gst_efficientnet_broker_sender_wait(GstEfficientNetBrokerSender *sender, struct pollfd *fd);

/* Posts on the element's bus, whose handlers may read stats, so that no lock is held. Takes
 * ownership of TEXT. */
void gst_efficientnet_broker_sender_post(GstEfficientNetBrokerSender *sender, GstMessageType type,
                                         gint code, char *text);

/* For the thread. The broker has refused something, and will refuse the next as well: posts a
 * warning, TEXT, once. Takes ownership of TEXT. */
void gst_efficientnet_broker_sender_note_refusal(GstEfficientNetBrokerSender *sender, char *text);

/* For the thread. The broker NAME was not reached, or was lost, for REASON: posts a warning, once
 * until it is reached. MAX messages wait for it. */
void gst_efficientnet_broker_sender_note_loss(GstEfficientNetBrokerSender *sender, const char *name,
                                              const char *reason, guint max);

/* For the thread. The broker NAME was reached: says so if its loss was posted. */
void gst_efficientnet_broker_sender_note_success(GstEfficientNetBrokerSender *sender,
                                                 const char *name);

/* Lets the thread send what is queued for the rest of TIMEOUT microseconds, and ends it. */
void gst_efficientnet_broker_sender_close(GstEfficientNetBrokerSender *sender, gint64 timeout);

#endif
