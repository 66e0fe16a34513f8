/* SPDX-License-Identifier: BSD-2-Clause */
#include "brokerqueue.h"

#define LONG   (100 * (gint64)G_USEC_PER_SEC)
#define ENOUGH 20 /* in flight */

static void
set_up(GstEfficientNetBrokerQueue *queue, gconstpointer data)
{
    gst_efficientnet_broker_queue_init(queue, ENOUGH);
}

static void
tear_down(GstEfficientNetBrokerQueue *queue, gconstpointer data)
{
    gst_efficientnet_broker_queue_clear(queue);
}

static gboolean
push(GstEfficientNetBrokerQueue *queue, const char *text, guint max)
{
    const GstEfficientNetMessage message = {.data = text, .length = strlen(text) + 1};

    return gst_efficientnet_broker_queue_push(
        queue, gst_efficientnet_broker_message_new(&message, "topic"), max);
}

static void
assert_next(GstEfficientNetBrokerQueue *queue, const char *text)
{
    GstEfficientNetBrokerMessage *message = gst_efficientnet_broker_queue_take(queue);

    g_assert_nonnull(message);
    g_assert_cmpstr(message->data, ==, text);
    gst_efficientnet_broker_message_free(message);
}

static void
assert_counts(GstEfficientNetBrokerQueue *queue, guint64 written, guint64 dropped, guint64 queued)
{
    GstEfficientNetWriterCounts counts;

    gst_efficientnet_broker_queue_get_counts(queue, &counts);
    g_assert_cmpuint(counts.written, ==, written);
    g_assert_cmpuint(counts.dropped, ==, dropped);
    g_assert_cmpuint(counts.queued, ==, queued);
}

static void
test_order(GstEfficientNetBrokerQueue *queue, gconstpointer data)
{
    g_assert_null(gst_efficientnet_broker_queue_take(queue));
    push(queue, "a", 10);
    push(queue, "b", 10);
    assert_counts(queue, 0, 0, 2);
    assert_next(queue, "a");
    assert_next(queue, "b");
    g_assert_null(gst_efficientnet_broker_queue_take(queue));
    assert_counts(queue, 0, 0, 2);
    gst_efficientnet_broker_queue_settle(queue, TRUE);
    gst_efficientnet_broker_queue_settle(queue, FALSE);
    assert_counts(queue, 1, 1, 0);
    /* A message that nobody waits for any longer. */
    gst_efficientnet_broker_queue_settle(queue, TRUE);
    assert_counts(queue, 1, 1, 0);
}

/* Reported once, until the broker is reached. */
static void
test_overflow(GstEfficientNetBrokerQueue *queue, gconstpointer data)
{
    g_assert_false(push(queue, "a", 2));
    g_assert_false(push(queue, "b", 2));
    g_assert_true(push(queue, "c", 2));
    g_assert_false(push(queue, "d", 2));
    assert_counts(queue, 0, 2, 2);
    gst_efficientnet_broker_queue_note_success(queue);
    g_assert_true(push(queue, "e", 2));
    assert_next(queue, "d");
    assert_next(queue, "e");
}

static void
test_in_flight(GstEfficientNetBrokerQueue *queue, gconstpointer data)
{
    for (guint i = 0; i < ENOUGH + 5; i++)
        push(queue, "a", 100);
    for (guint i = 0; i < ENOUGH; i++)
        assert_next(queue, "a");
    g_assert_null(gst_efficientnet_broker_queue_take(queue));
    gst_efficientnet_broker_queue_settle(queue, TRUE);
    assert_next(queue, "a");
    g_assert_null(gst_efficientnet_broker_queue_take(queue));
    gst_efficientnet_broker_queue_lose(queue);
    assert_counts(queue, 1, ENOUGH, 4);
    assert_next(queue, "a");
}

static gpointer
drain(gpointer queue)
{
    gst_efficientnet_broker_queue_drain(queue, LONG);
    return NULL;
}

/* Waiting ends when the last message has arrived or is lost, and by a flush; messages that are
 * pushed meanwhile count. */
static void
test_drain(GstEfficientNetBrokerQueue *queue, gconstpointer how)
{
    GThread *thread;

    gst_efficientnet_broker_queue_drain(queue, LONG);
    push(queue, "a", 10);
    thread = g_thread_new("drain", drain, queue);
    assert_next(queue, "a");
    push(queue, "b", 10);
    gst_efficientnet_broker_queue_settle(queue, TRUE);
    assert_next(queue, "b");
    if (g_str_equal(how, "arrived"))
        gst_efficientnet_broker_queue_settle(queue, TRUE);
    else if (g_str_equal(how, "lost"))
        gst_efficientnet_broker_queue_lose(queue);
    else
        gst_efficientnet_broker_queue_set_flushing(queue, TRUE);
    g_thread_join(thread);
}

static void
test_drain_timeout(GstEfficientNetBrokerQueue *queue, gconstpointer data)
{
    push(queue, "a", 10);
    gst_efficientnet_broker_queue_drain(queue, 1000);
    assert_counts(queue, 0, 0, 1);
    /* The time is over, also for stopping. */
    gst_efficientnet_broker_queue_stop(queue, LONG);
    g_assert_true(gst_efficientnet_broker_queue_is_over(queue));
    g_assert_false(gst_efficientnet_broker_queue_wait_for_end(queue, 0));
    assert_counts(queue, 0, 1, 0);
}

static gpointer
send_all(gpointer queue)
{
    while (!gst_efficientnet_broker_queue_is_over(queue)) {
        GstEfficientNetBrokerMessage *message = gst_efficientnet_broker_queue_take(queue);

        if (message)
            gst_efficientnet_broker_queue_settle(queue, TRUE);
        else
            gst_efficientnet_broker_queue_pause(queue, LONG, 1000);
        g_clear_pointer(&message, gst_efficientnet_broker_message_free);
    }
    gst_efficientnet_broker_queue_finish(queue);
    return NULL;
}

/* A thread in a long pause that is told to end first sends what is left. */
static void
test_end(GstEfficientNetBrokerQueue *queue, gconstpointer data)
{
    GThread *thread = g_thread_new("sender", send_all, queue);

    for (guint i = 0; i < 50; i++)
        push(queue, "a", 100);
    g_assert_false(gst_efficientnet_broker_queue_is_over(queue));
    gst_efficientnet_broker_queue_stop(queue, LONG);
    g_assert_true(gst_efficientnet_broker_queue_wait_for_end(queue, LONG));
    g_thread_join(thread);
    assert_counts(queue, 50, 0, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
#define ADD(name, data, func)                                                                      \
    g_test_add(name, GstEfficientNetBrokerQueue, data, set_up, func, tear_down)
    ADD("/brokerqueue/order", NULL, test_order);
    ADD("/brokerqueue/overflow", NULL, test_overflow);
    ADD("/brokerqueue/in-flight", NULL, test_in_flight);
    ADD("/brokerqueue/drain/arrived", "arrived", test_drain);
    ADD("/brokerqueue/drain/lost", "lost", test_drain);
    ADD("/brokerqueue/drain/flushed", "flushed", test_drain);
    ADD("/brokerqueue/drain-timeout", NULL, test_drain_timeout);
    ADD("/brokerqueue/end", NULL, test_end);
    return g_test_run();
}
