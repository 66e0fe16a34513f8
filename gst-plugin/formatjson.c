/* SPDX-License-Identifier: BSD-2-Clause */
#include "formatjson.h"

#include "json.h"
#include "publishregistry.h"
#include "sendertime.h"

struct _GstEfficientNetFormatJson {
    GObject parent;

    GString *line; /* kept, so that frames seldom allocate */
};

static void implement_format(GstEfficientNetFormatInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetFormatJson, gst_efficientnet_format_json, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_FORMAT, implement_format))

const GstEfficientNetPublishChoice gst_efficientnet_format_json = {
    .nick = "json",
    .description = "A JSON object on a line of its own",
    .get_type = gst_efficientnet_format_json_get_type,
};

static gboolean
write_record(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
             const GstEfficientNetRecord *record, GError **error)
{
    GString *line = GST_EFFICIENTNET_FORMAT_JSON(format)->line;
    GstEfficientNetJsonFrame frame = {
        .stream = record->stream,
        .frame = record->frame,
        .pts = GST_BUFFER_PTS(record->buffer),
        .time = record->time,
        .sender_time = gst_efficientnet_sender_time_get(record->buffer),
        .width = record->width,
        .height = record->height,
    };
    GstEfficientNetMessage message;

    g_string_truncate(line, 0);
    gst_efficientnet_json_append_line(line, &frame, record->results);
    message =
        (GstEfficientNetMessage){.key = record->stream, .data = line->str, .length = line->len - 1};
    return gst_efficientnet_writer_write(writer, &message, error);
}

static void
finalize(GObject *object)
{
    g_string_free(GST_EFFICIENTNET_FORMAT_JSON(object)->line, TRUE);
    G_OBJECT_CLASS(gst_efficientnet_format_json_parent_class)->finalize(object);
}

static void
implement_format(GstEfficientNetFormatInterface *iface)
{
    iface->write = write_record;
}

static void
gst_efficientnet_format_json_class_init(GstEfficientNetFormatJsonClass *klass)
{
    G_OBJECT_CLASS(klass)->finalize = finalize;
}

static void
gst_efficientnet_format_json_init(GstEfficientNetFormatJson *self)
{
    self->line = g_string_new(NULL);
}
