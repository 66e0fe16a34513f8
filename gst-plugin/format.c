/* SPDX-License-Identifier: BSD-2-Clause */
#include "format.h"

#include "interfacetype.h"

GType
gst_efficientnet_format_get_type(void)
{
    static gsize type = 0;

    return gst_efficientnet_interface_type_get(&type, "GstEfficientNetFormat",
                                               sizeof(GstEfficientNetFormatInterface));
}

gboolean
gst_efficientnet_format_has_every_buffer(GstEfficientNetFormat *format)
{
    return GST_EFFICIENTNET_FORMAT_GET_IFACE(format)->every_buffer;
}

char *
gst_efficientnet_format_find_missing(GstEfficientNetFormat *format, GstEfficientNetWriter *writer)
{
    static const struct {
        GstEfficientNetWriterFeatures feature;
        const char *words;
    } rows[] = {
        {GST_EFFICIENTNET_WRITER_TOPICS, "topics of its own"},
        {GST_EFFICIENTNET_WRITER_RETAIN, "retained messages"},
        {GST_EFFICIENTNET_WRITER_WILL, "a last will"},
        {GST_EFFICIENTNET_WRITER_SUBSCRIPTIONS, "subscriptions"},
    };
    guint missing = GST_EFFICIENTNET_FORMAT_GET_IFACE(format)->needs &
                    ~(guint)gst_efficientnet_writer_get_features(writer);
    g_autoptr(GString) words = g_string_new(NULL);

    if (missing == 0)
        return NULL;
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++)
        if (missing & rows[i].feature)
            g_string_append_printf(words, "%s%s", words->len > 0 ? ", " : "", rows[i].words);
    return g_string_free(g_steal_pointer(&words), FALSE);
}

static void
connected(GstEfficientNetWriter *writer, gpointer format)
{
    GST_EFFICIENTNET_FORMAT_GET_IFACE(format)->connected(format, writer);
}

static void
received(GstEfficientNetWriter *writer, const char *topic, const char *payload, gsize length,
         gpointer format)
{
    GST_EFFICIENTNET_FORMAT_GET_IFACE(format)->received(format, writer, topic, payload, length);
}

gboolean
gst_efficientnet_format_open(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                             const char *stream, GstElement *element, GError **error)
{
    const GstEfficientNetFormatInterface *iface = GST_EFFICIENTNET_FORMAT_GET_IFACE(format);
    GstEfficientNetWriterRequests requests = {
        .connected = iface->connected ? connected : NULL,
        .received = iface->received ? received : NULL,
        .owner = G_OBJECT(format),
    };

    if (iface->prepare && !iface->prepare(format, writer, stream, &requests, error))
        return FALSE;
    return gst_efficientnet_writer_open(writer, &requests, element, error);
}

gboolean
gst_efficientnet_format_write(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
                              const GstEfficientNetRecord *record, GError **error)
{
    return GST_EFFICIENTNET_FORMAT_GET_IFACE(format)->write(format, writer, record, error);
}
