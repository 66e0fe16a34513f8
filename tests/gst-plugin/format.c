/* SPDX-License-Identifier: BSD-2-Clause */
#include "format.h"

/* A writer with some of the features, which remembers what it is asked for. */
typedef struct {
    GObject parent;
    GstEfficientNetWriterRequests requests;
    GString *text;
} TestWriter;

typedef GObjectClass TestWriterClass;

/* A format that needs all features. */
typedef struct {
    GObject parent;
    guint n_connected;
    GString *received;
} TestFormat;

typedef GObjectClass TestFormatClass;

static void implement_writer(GstEfficientNetWriterInterface *iface);
static void implement_format(GstEfficientNetFormatInterface *iface);
static GType test_writer_get_type(void);
static GType test_format_get_type(void);

G_DEFINE_TYPE_WITH_CODE(TestWriter, test_writer, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_WRITER, implement_writer))
G_DEFINE_TYPE_WITH_CODE(TestFormat, test_format, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_FORMAT, implement_format))

static gboolean
open_writer(GstEfficientNetWriter *writer, const GstEfficientNetWriterRequests *requests,
            GstElement *element, GError **error)
{
    ((TestWriter *)writer)->requests = *requests;
    return TRUE;
}

static gboolean
write_message(GstEfficientNetWriter *writer, const GstEfficientNetMessage *message, GError **error)
{
    g_string_append_len(((TestWriter *)writer)->text, message->data, (gssize)message->length);
    return TRUE;
}

static void
implement_writer(GstEfficientNetWriterInterface *iface)
{
    iface->features = GST_EFFICIENTNET_WRITER_TOPICS | GST_EFFICIENTNET_WRITER_WILL;
    iface->open = open_writer;
    iface->write = write_message;
}

static void
test_writer_class_init(TestWriterClass *klass)
{
}

static void
test_writer_init(TestWriter *self)
{
    self->text = g_string_new(NULL);
}

static gboolean
prepare(GstEfficientNetFormat *format, GstEfficientNetWriter *writer, const char *stream,
        GstEfficientNetWriterRequests *requests, GError **error)
{
    static const char *const filters[] = {"home/status", NULL};
    static const GstEfficientNetMessage will = {.topic = "gone", .data = "x", .length = 1};

    requests->will = &will;
    requests->subscriptions = filters;
    if (g_str_equal(stream, "cam0"))
        return TRUE;
    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS, "stream: \"%s\"", stream);
    return FALSE;
}

static gboolean
write_record(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
             const GstEfficientNetRecord *record, GError **error)
{
    GstEfficientNetMessage message = {.data = record->stream, .length = strlen(record->stream)};

    return gst_efficientnet_writer_write(writer, &message, error);
}

static void
connected(GstEfficientNetFormat *format, GstEfficientNetWriter *writer)
{
    ((TestFormat *)format)->n_connected++;
}

static void
received(GstEfficientNetFormat *format, GstEfficientNetWriter *writer, const char *topic,
         const char *payload, gsize length)
{
    g_string_append_printf(((TestFormat *)format)->received, "%s=%.*s ", topic, (int)length,
                           payload);
}

static void
implement_format(GstEfficientNetFormatInterface *iface)
{
    iface->needs = GST_EFFICIENTNET_WRITER_TOPICS | GST_EFFICIENTNET_WRITER_RETAIN |
                   GST_EFFICIENTNET_WRITER_WILL | GST_EFFICIENTNET_WRITER_SUBSCRIPTIONS;
    iface->prepare = prepare;
    iface->write = write_record;
    iface->connected = connected;
    iface->received = received;
}

static void
test_format_class_init(TestFormatClass *klass)
{
}

static void
test_format_init(TestFormat *self)
{
    self->received = g_string_new(NULL);
}

static void
test_missing(void)
{
    GstEfficientNetWriter *writer = g_object_new(test_writer_get_type(), NULL);
    GstEfficientNetFormat *format = g_object_new(test_format_get_type(), NULL);
    g_autofree char *missing = gst_efficientnet_format_find_missing(format, writer);

    g_assert_cmpstr(missing, ==, "retained messages, subscriptions");
    g_string_free(((TestWriter *)writer)->text, TRUE);
    g_string_free(((TestFormat *)format)->received, TRUE);
    g_object_unref(writer);
    g_object_unref(format);
}

static void
test_open(void)
{
    TestWriter *writer = g_object_new(test_writer_get_type(), NULL);
    TestFormat *format = g_object_new(test_format_get_type(), NULL);
    const GstEfficientNetWriterRequests *requests = &writer->requests;
    GstEfficientNetRecord record = {.stream = "cam0"};

    GST_EFFICIENTNET_WRITER_GET_IFACE(writer)->features =
        GST_EFFICIENTNET_FORMAT_GET_IFACE(format)->needs;
    g_assert_null(gst_efficientnet_format_find_missing((GstEfficientNetFormat *)format,
                                                       (GstEfficientNetWriter *)writer));
    g_assert_true(gst_efficientnet_format_open(
        (GstEfficientNetFormat *)format, (GstEfficientNetWriter *)writer, "cam0", NULL, NULL));
    g_assert_cmpstr(requests->will->topic, ==, "gone");
    g_assert_cmpstr(requests->subscriptions[0], ==, "home/status");
    g_assert_true(requests->owner == G_OBJECT(format));
    requests->connected((GstEfficientNetWriter *)writer, requests->owner);
    g_assert_cmpuint(format->n_connected, ==, 1);
    requests->received((GstEfficientNetWriter *)writer, "home/status", "online", 2,
                       requests->owner);
    g_assert_cmpstr(format->received->str, ==, "home/status=on ");
    g_assert_true(gst_efficientnet_format_write((GstEfficientNetFormat *)format,
                                                (GstEfficientNetWriter *)writer, &record, NULL));
    g_assert_cmpstr(writer->text->str, ==, "cam0");
    g_string_free(writer->text, TRUE);
    g_string_free(format->received, TRUE);
    g_object_unref(writer);
    g_object_unref(format);
}

/* The format's own objections come before anything is opened. */
static void
test_refused(void)
{
    GstEfficientNetWriter *writer = g_object_new(test_writer_get_type(), NULL);
    GstEfficientNetFormat *format = g_object_new(test_format_get_type(), NULL);
    g_autoptr(GError) error = NULL;

    g_assert_false(gst_efficientnet_format_has_every_buffer(format));
    g_assert_false(gst_efficientnet_format_open(format, writer, "cam1", NULL, &error));
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_cmpstr(error->message, ==, "stream: \"cam1\"");
    g_assert_null(((TestWriter *)writer)->requests.owner);
    g_string_free(((TestWriter *)writer)->text, TRUE);
    g_string_free(((TestFormat *)format)->received, TRUE);
    g_object_unref(writer);
    g_object_unref(format);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/format/missing", test_missing);
    g_test_add_func("/format/open", test_open);
    g_test_add_func("/format/refused", test_refused);
    return g_test_run();
}
