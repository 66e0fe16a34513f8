/* SPDX-License-Identifier: BSD-2-Clause */
#include "brokersender.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

void
gst_efficientnet_broker_sender_init(GstEfficientNetBrokerSender *sender, guint max_in_flight)
{
    gst_efficientnet_broker_queue_init(&sender->queue, max_in_flight);
    sender->wake_fd = -1;
    g_weak_ref_init(&sender->element, NULL);
}

void
gst_efficientnet_broker_sender_clear(GstEfficientNetBrokerSender *sender)
{
    if (sender->wake_fd >= 0)
        close(sender->wake_fd);
    g_weak_ref_clear(&sender->element);
    gst_efficientnet_broker_queue_clear(&sender->queue);
}

gboolean
gst_efficientnet_broker_sender_prepare(GstEfficientNetBrokerSender *sender, GstElement *element,
                                       const char *method, GError **error)
{
    g_weak_ref_set(&sender->element, element);
    sender->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (sender->wake_fd < 0)
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                    "method: %s has no file descriptor: %s", method, g_strerror(errno));
    return sender->wake_fd >= 0;
}

gboolean
gst_efficientnet_broker_sender_start(GstEfficientNetBrokerSender *sender, GThreadFunc run,
                                     gpointer writer, const char *method, GError **error)
{
    g_autofree char *name = g_strconcat("efficientnet", method, NULL);
    g_autoptr(GError) failure = NULL;

    sender->thread = g_thread_try_new(name, run, g_object_ref(writer), &failure);
    if (sender->thread)
        return TRUE;
    g_object_unref(writer);
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_FAILED,
                "method: %s has no thread for its connection: %s", method, failure->message);
    return FALSE;
}

gboolean
gst_efficientnet_broker_sender_push(GstEfficientNetBrokerSender *sender,
                                    GstEfficientNetBrokerMessage *message, guint max)
{
    gboolean first = gst_efficientnet_broker_queue_push(&sender->queue, message, max);

    gst_efficientnet_broker_sender_wake(sender);
    return first;
}

void
gst_efficientnet_broker_sender_wake(GstEfficientNetBrokerSender *sender)
{
    eventfd_write(sender->wake_fd, 1);
}

void
gst_efficientnet_broker_sender_wait(GstEfficientNetBrokerSender *sender, struct pollfd *fd)
{
    struct pollfd fds[2] = {{.fd = sender->wake_fd, .events = POLLIN}};
    eventfd_t count;

    if (fd)
        fds[1] = *fd;
    poll(fds, fd ? 2 : 1, GST_EFFICIENTNET_BROKER_TICK / 1000);
    if (fds[0].revents & POLLIN)
        eventfd_read(sender->wake_fd, &count);
}

void
gst_efficientnet_broker_sender_post(GstEfficientNetBrokerSender *sender, GstMessageType type,
                                    gint code, char *text)
{
    g_autoptr(GstElement) element = g_weak_ref_get(&sender->element);

    if (element)
        gst_element_message_full(element, type, GST_RESOURCE_ERROR, code, text, NULL, __FILE__,
                                 GST_FUNCTION, __LINE__);
    else
        g_free(text);
}

void
gst_efficientnet_broker_sender_note_refusal(GstEfficientNetBrokerSender *sender, char *text)
{
    if (sender->refused)
        g_free(text);
    else
        gst_efficientnet_broker_sender_post(sender, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR_WRITE,
                                            text);
    sender->refused = TRUE;
}

void
gst_efficientnet_broker_sender_note_loss(GstEfficientNetBrokerSender *sender, const char *name,
                                         const char *reason, guint max)
{
    if (sender->lost)
        return;
    sender->lost = TRUE;
    gst_efficientnet_broker_sender_post(
        sender, GST_MESSAGE_WARNING, GST_RESOURCE_ERROR_OPEN_WRITE,
        g_strdup_printf("address: %s: %s; it is tried again, and up to %u lines wait", name, reason,
                        max));
}

void
gst_efficientnet_broker_sender_note_success(GstEfficientNetBrokerSender *sender, const char *name)
{
    gst_efficientnet_broker_queue_note_success(&sender->queue);
    if (sender->lost)
        gst_efficientnet_broker_sender_post(sender, GST_MESSAGE_INFO, GST_RESOURCE_ERROR_FAILED,
                                            g_strdup_printf("connected to %s", name));
    sender->lost = FALSE;
}

/* A thread that waits for a name to be resolved or a host to answer cannot be stopped: it is left
 * to end by itself, with nothing to do. */
void
gst_efficientnet_broker_sender_close(GstEfficientNetBrokerSender *sender, gint64 timeout)
{
    gst_efficientnet_broker_queue_stop(&sender->queue, timeout);
    gst_efficientnet_broker_sender_wake(sender);
    if (gst_efficientnet_broker_queue_wait_for_end(&sender->queue,
                                                   2 * GST_EFFICIENTNET_BROKER_TICK))
        g_thread_join(g_steal_pointer(&sender->thread));
    else
        g_thread_unref(g_steal_pointer(&sender->thread));
    g_weak_ref_set(&sender->element, NULL);
}
