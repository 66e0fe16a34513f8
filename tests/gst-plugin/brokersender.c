/* SPDX-License-Identifier: BSD-2-Clause */
#include "brokersender.h"

#include <unistd.h>

#define LONG (100 * (gint64)G_USEC_PER_SEC)

typedef struct {
    GstEfficientNetBrokerSender sender;
    GstElement *element;
    GstBus *bus;
    GObject *writer;
} Fixture;

static Fixture *fixture; /* for the thread, which gets the writer */

static void
set_up(Fixture *f, gconstpointer data)
{
    gst_efficientnet_broker_sender_init(&f->sender, 2);
    f->element = gst_object_ref_sink(gst_element_factory_make("identity", "cam0"));
    f->bus = gst_bus_new();
    gst_element_set_bus(f->element, f->bus);
    f->writer = g_object_new(G_TYPE_OBJECT, NULL);
    g_assert_true(gst_efficientnet_broker_sender_prepare(&f->sender, f->element, "pigeon", NULL));
    fixture = f;
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    g_assert_cmpuint(f->writer->ref_count, ==, 1);
    g_object_unref(f->writer);
    gst_efficientnet_broker_sender_clear(&f->sender);
    if (f->element) {
        gst_element_set_bus(f->element, NULL);
        gst_object_unref(f->element);
    }
    gst_object_unref(f->bus);
}

static gboolean
push(Fixture *f)
{
    const GstEfficientNetMessage message = {.data = "a", .length = 1};

    return gst_efficientnet_broker_sender_push(
        &f->sender, gst_efficientnet_broker_message_new(&message, "topic"), 3);
}

static gpointer
send_all(gpointer writer)
{
    GstEfficientNetBrokerQueue *queue = &fixture->sender.queue;
    GstEfficientNetBrokerMessage *message;

    while (!gst_efficientnet_broker_queue_is_over(queue)) {
        gst_efficientnet_broker_sender_wait(&fixture->sender, NULL);
        while ((message = gst_efficientnet_broker_queue_take(queue))) {
            gst_efficientnet_broker_queue_settle(queue, TRUE);
            gst_efficientnet_broker_message_free(message);
        }
    }
    gst_efficientnet_broker_queue_finish(queue);
    g_object_unref(writer);
    return NULL;
}

/* What was queued before the thread started, and before it ends, is sent. */
static void
test_thread(Fixture *f, gconstpointer data)
{
    GstEfficientNetWriterCounts counts;

    for (guint i = 0; i < 3; i++)
        g_assert_false(push(f));
    g_assert_true(push(f));
    g_assert_true(
        gst_efficientnet_broker_sender_start(&f->sender, send_all, f->writer, "pigeon", NULL));
    gst_efficientnet_broker_queue_drain(&f->sender.queue, LONG);
    push(f);
    gst_efficientnet_broker_sender_close(&f->sender, LONG);
    gst_efficientnet_broker_queue_get_counts(&f->sender.queue, &counts);
    g_assert_cmpuint(counts.written, ==, 4);
    g_assert_cmpuint(counts.dropped, ==, 1);
    g_assert_cmpuint(counts.queued, ==, 0);
}

/* A wait ends by what it waits for, whichever that is, and one wake ends one wait. */
static void
test_wait(Fixture *f, gconstpointer data)
{
    struct pollfd both[] = {{.fd = f->sender.wake_fd, .events = POLLIN}, {.events = POLLIN}};
    int fds[2];

    g_assert_cmpint(pipe(fds), ==, 0);
    both[1].fd = fds[0];
    gst_efficientnet_broker_sender_wake(&f->sender);
    gst_efficientnet_broker_sender_wake(&f->sender);
    g_assert_cmpint(poll(both, 2, 0), ==, 1);
    gst_efficientnet_broker_sender_wait(&f->sender, &both[1]);
    g_assert_cmpint(poll(both, 2, 0), ==, 0);
    g_assert_cmpint(write(fds[1], "x", 1), ==, 1);
    gst_efficientnet_broker_sender_wait(&f->sender, &both[1]);
    g_assert_cmpint(poll(both, 2, 0), ==, 1);
    close(fds[0]);
    close(fds[1]);
}

static void
test_post(Fixture *f, gconstpointer data)
{
    GstMessage *message;
    g_autoptr(GError) error = NULL;

    gst_efficientnet_broker_sender_post(&f->sender, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR_WRITE,
                                        g_strdup("lost"));
    message = gst_bus_pop_filtered(f->bus, GST_MESSAGE_WARNING);
    g_assert_nonnull(message);
    g_assert_true(GST_MESSAGE_SRC(message) == GST_OBJECT(f->element));
    gst_message_parse_warning(message, &error, NULL);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_WRITE);
    g_assert_cmpstr(error->message, ==, "lost");
    gst_message_unref(message);
    gst_element_set_bus(f->element, NULL);
    g_clear_pointer(&f->element, gst_object_unref);
    gst_efficientnet_broker_sender_post(&f->sender, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR_WRITE,
                                        g_strdup("nobody hears this"));
    g_assert_null(gst_bus_pop(f->bus));
}

static void
assert_message(Fixture *f, GstMessageType type, const char *says)
{
    GstMessage *message = gst_bus_pop_filtered(f->bus, GST_MESSAGE_WARNING | GST_MESSAGE_INFO);
    g_autoptr(GError) error = NULL;

    g_assert_nonnull(message);
    g_assert_cmpint(GST_MESSAGE_TYPE(message), ==, type);
    if (type == GST_MESSAGE_WARNING)
        gst_message_parse_warning(message, &error, NULL);
    else
        gst_message_parse_info(message, &error, NULL);
    g_assert_cmpstr(error->message, ==, says);
    gst_message_unref(message);
}

/* The loss of a broker is posted once until it is reached, which then is posted as well; a refusal
 * once. */
static void
test_notes(Fixture *f, gconstpointer data)
{
    gst_efficientnet_broker_sender_note_success(&f->sender, "broker");
    g_assert_null(gst_bus_pop(f->bus));
    for (guint i = 0; i < 2; i++) {
        gst_efficientnet_broker_sender_note_loss(&f->sender, "broker", "gone", 7);
        gst_efficientnet_broker_sender_note_loss(&f->sender, "broker", "still gone", 7);
        assert_message(f, GST_MESSAGE_WARNING,
                       "address: broker: gone; it is tried again, and up to 7 lines wait");
        gst_efficientnet_broker_sender_note_success(&f->sender, "broker");
        assert_message(f, GST_MESSAGE_INFO, "connected to broker");
    }
    gst_efficientnet_broker_sender_note_refusal(&f->sender, g_strdup("topic: no"));
    gst_efficientnet_broker_sender_note_refusal(&f->sender, g_strdup("topic: no again"));
    assert_message(f, GST_MESSAGE_WARNING, "topic: no");
    g_assert_null(gst_bus_pop(f->bus));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)
    ADD("/brokersender/thread", test_thread);
    ADD("/brokersender/wait", test_wait);
    ADD("/brokersender/post", test_post);
    ADD("/brokersender/notes", test_notes);
    return g_test_run();
}
