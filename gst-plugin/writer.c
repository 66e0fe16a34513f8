/* SPDX-License-Identifier: BSD-2-Clause */
#include "writer.h"

#include "interfacetype.h"

GType
gst_efficientnet_writer_get_type(void)
{
    static gsize type = 0;

    return gst_efficientnet_interface_type_get(&type, "GstEfficientNetWriter",
                                               sizeof(GstEfficientNetWriterInterface));
}

GstEfficientNetWriterFeatures
gst_efficientnet_writer_get_features(GstEfficientNetWriter *writer)
{
    return GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->features;
}

static gboolean
has(GstEfficientNetWriter *writer, GstEfficientNetWriterFeatures feature)
{
    return (gst_efficientnet_writer_get_features(writer) & feature) != 0;
}

gboolean
gst_efficientnet_writer_open(GstEfficientNetWriter *writer,
                             const GstEfficientNetWriterRequests *requests, GstElement *element,
                             GError **error)
{
    static const GstEfficientNetWriterRequests nothing = {0};

    if (!requests)
        requests = &nothing;
    g_assert(!requests->will || has(writer, GST_EFFICIENTNET_WRITER_WILL));
    g_assert(!requests->subscriptions || has(writer, GST_EFFICIENTNET_WRITER_SUBSCRIPTIONS));
    return GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->open(writer, requests, element, error);
}

gboolean
gst_efficientnet_writer_write(GstEfficientNetWriter *writer, const GstEfficientNetMessage *message,
                              GError **error)
{
    g_assert(!message->topic || has(writer, GST_EFFICIENTNET_WRITER_TOPICS));
    g_assert(!message->retain || has(writer, GST_EFFICIENTNET_WRITER_RETAIN));
    return GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->write(writer, message, error);
}

void
gst_efficientnet_writer_set_flushing(GstEfficientNetWriter *writer, gboolean flushing)
{
    GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->set_flushing(writer, flushing);
}

void
gst_efficientnet_writer_drain(GstEfficientNetWriter *writer)
{
    if (GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->drain)
        GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->drain(writer);
}

void
gst_efficientnet_writer_close(GstEfficientNetWriter *writer)
{
    GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->close(writer);
}

void
gst_efficientnet_writer_get_counts(GstEfficientNetWriter *writer,
                                   GstEfficientNetWriterCounts *counts)
{
    GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->get_counts(writer, counts);
}

char *
gst_efficientnet_writer_make_topic(GstEfficientNetWriter *writer, const char *suffix)
{
    return GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->make_topic(writer, suffix);
}
