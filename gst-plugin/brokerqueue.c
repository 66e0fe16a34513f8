/* SPDX-License-Identifier: BSD-2-Clause */
#include "brokerqueue.h"

void
gst_efficientnet_broker_queue_init(GstEfficientNetBrokerQueue *queue, guint max_in_flight)
{
    *queue = (GstEfficientNetBrokerQueue){.max_in_flight = max_in_flight};
    g_mutex_init(&queue->lock);
    g_cond_init(&queue->changed);
    g_queue_init(&queue->messages);
}

void
gst_efficientnet_broker_queue_clear(GstEfficientNetBrokerQueue *queue)
{
    g_queue_clear_full(&queue->messages, (GDestroyNotify)gst_efficientnet_broker_message_free);
    g_cond_clear(&queue->changed);
    g_mutex_clear(&queue->lock);
}

/* With the lock held. */
static gboolean
is_empty(GstEfficientNetBrokerQueue *queue)
{
    return queue->in_flight == 0 && g_queue_is_empty(&queue->messages);
}

/* With the lock held. */
static void
drop_all(GstEfficientNetBrokerQueue *queue)
{
    queue->dropped += queue->in_flight + queue->messages.length;
    queue->in_flight = 0;
    g_queue_clear_full(&queue->messages, (GDestroyNotify)gst_efficientnet_broker_message_free);
}

gboolean
gst_efficientnet_broker_queue_push(GstEfficientNetBrokerQueue *queue,
                                   GstEfficientNetBrokerMessage *message, guint max)
{
    GstEfficientNetBrokerMessage *oldest = NULL;
    gboolean first;

    g_mutex_lock(&queue->lock);
    if (!queue->stopping)
        queue->deadline = 0;
    if (queue->messages.length >= max) {
        oldest = g_queue_pop_head(&queue->messages);
        queue->dropped++;
    }
    g_queue_push_tail(&queue->messages, message);
    first = oldest && !queue->overflowed;
    queue->overflowed |= first;
    g_mutex_unlock(&queue->lock);
    g_clear_pointer(&oldest, gst_efficientnet_broker_message_free);
    return first;
}

/* With the lock held. */
static gint64
begin_to_drain(GstEfficientNetBrokerQueue *queue, gint64 timeout)
{
    if (queue->deadline == 0)
        queue->deadline = g_get_monotonic_time() + timeout;
    return queue->deadline;
}

void
gst_efficientnet_broker_queue_drain(GstEfficientNetBrokerQueue *queue, gint64 timeout)
{
    gint64 deadline;

    g_mutex_lock(&queue->lock);
    /* The deadline stays for this call, whatever is pushed meanwhile. */
    deadline = begin_to_drain(queue, timeout);
    while (!queue->flushing && !is_empty(queue) &&
           g_cond_wait_until(&queue->changed, &queue->lock, deadline))
        continue;
    g_mutex_unlock(&queue->lock);
}

void
gst_efficientnet_broker_queue_set_flushing(GstEfficientNetBrokerQueue *queue, gboolean flushing)
{
    g_mutex_lock(&queue->lock);
    queue->flushing = flushing;
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->lock);
}

void
gst_efficientnet_broker_queue_stop(GstEfficientNetBrokerQueue *queue, gint64 timeout)
{
    g_mutex_lock(&queue->lock);
    begin_to_drain(queue, timeout);
    queue->stopping = TRUE;
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->lock);
}

gboolean
gst_efficientnet_broker_queue_wait_for_end(GstEfficientNetBrokerQueue *queue, gint64 grace)
{
    gboolean finished;

    g_mutex_lock(&queue->lock);
    while (!queue->finished &&
           g_cond_wait_until(&queue->changed, &queue->lock, queue->deadline + grace))
        continue;
    finished = queue->finished;
    drop_all(queue);
    g_mutex_unlock(&queue->lock);
    return finished;
}

void
gst_efficientnet_broker_queue_get_counts(GstEfficientNetBrokerQueue *queue,
                                         GstEfficientNetWriterCounts *counts)
{
    g_mutex_lock(&queue->lock);
    *counts = (GstEfficientNetWriterCounts){
        .written = queue->written,
        .dropped = queue->dropped,
        .queued = queue->in_flight + queue->messages.length,
    };
    g_mutex_unlock(&queue->lock);
}

GstEfficientNetBrokerMessage *
gst_efficientnet_broker_queue_take(GstEfficientNetBrokerQueue *queue)
{
    GstEfficientNetBrokerMessage *message = NULL;

    g_mutex_lock(&queue->lock);
    if (queue->in_flight < queue->max_in_flight)
        message = g_queue_pop_head(&queue->messages);
    if (message)
        queue->in_flight++;
    g_mutex_unlock(&queue->lock);
    return message;
}

void
gst_efficientnet_broker_queue_settle(GstEfficientNetBrokerQueue *queue, gboolean arrived)
{
    g_mutex_lock(&queue->lock);
    /* After the end none is in flight, since all count as dropped. */
    if (queue->in_flight > 0) {
        queue->in_flight--;
        queue->written += arrived;
        queue->dropped += !arrived;
    }
    if (is_empty(queue))
        g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->lock);
}

void
gst_efficientnet_broker_queue_lose(GstEfficientNetBrokerQueue *queue)
{
    g_mutex_lock(&queue->lock);
    queue->dropped += queue->in_flight;
    queue->in_flight = 0;
    if (is_empty(queue))
        g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->lock);
}

void
gst_efficientnet_broker_queue_note_success(GstEfficientNetBrokerQueue *queue)
{
    g_mutex_lock(&queue->lock);
    queue->overflowed = FALSE;
    g_mutex_unlock(&queue->lock);
}

void
gst_efficientnet_broker_queue_pause(GstEfficientNetBrokerQueue *queue, gint64 delay,
                                    gint64 last_delay)
{
    gint64 now = g_get_monotonic_time();
    gboolean was_stopping;

    g_mutex_lock(&queue->lock);
    was_stopping = queue->stopping;
    if (was_stopping)
        delay = last_delay;
    while (queue->stopping == was_stopping &&
           g_cond_wait_until(&queue->changed, &queue->lock, now + delay))
        continue;
    g_mutex_unlock(&queue->lock);
}

gboolean
gst_efficientnet_broker_queue_is_over(GstEfficientNetBrokerQueue *queue)
{
    gboolean over;

    g_mutex_lock(&queue->lock);
    over = queue->stopping && (is_empty(queue) || g_get_monotonic_time() >= queue->deadline);
    g_mutex_unlock(&queue->lock);
    return over;
}

void
gst_efficientnet_broker_queue_finish(GstEfficientNetBrokerQueue *queue)
{
    g_mutex_lock(&queue->lock);
    drop_all(queue);
    queue->finished = TRUE;
    g_cond_broadcast(&queue->changed);
    g_mutex_unlock(&queue->lock);
}
