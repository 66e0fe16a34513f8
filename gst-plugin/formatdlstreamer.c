/* SPDX-License-Identifier: BSD-2-Clause */
#include "formatdlstreamer.h"

#include <math.h>

#include <gst/efficientnet/meta.h>

#include "json.h"
#include "jsonobject.h"
#include "publishregistry.h"
#include "regions.h"

struct _GstEfficientNetFormatDlstreamer {
    GObject parent;

    char *tags; /* a property */
    GString *line;
    GArray *results; /* GstEfficientNetResult, the record's */
    GArray *regions; /* GstEfficientNetRegion, the buffer's */
};

static const GstEfficientNetField fields[] = {
    {"tags", "Tags", "a JSON object, which becomes the field \"tags\" of each record (NULL: none)",
     G_TYPE_STRING, .offset = offsetof(GstEfficientNetFormatDlstreamer, tags)},
    {NULL},
};

static void implement_format(GstEfficientNetFormatInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetFormatDlstreamer, gst_efficientnet_format_dlstreamer,
                        G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_FORMAT, implement_format))

const GstEfficientNetPublishChoice gst_efficientnet_format_dlstreamer = {
    .nick = "dlstreamer",
    .description = "The JSON object of DL Streamer's gvametaconvert",
    .get_type = gst_efficientnet_format_dlstreamer_get_type,
    .fields = fields,
};

static gboolean
prepare(GstEfficientNetFormat *format, GstEfficientNetWriter *writer, const char *stream,
        GstEfficientNetWriterRequests *requests, GError **error)
{
    GstEfficientNetFormatDlstreamer *self = GST_EFFICIENTNET_FORMAT_DLSTREAMER(format);

    if (!self->tags)
        return TRUE;
    if (!gst_efficientnet_json_is_object(self->tags)) {
        g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                    "tags: a JSON object was expected, and %s was found", self->tags);
        return FALSE;
    }
    g_strdelimit(self->tags, "\t\r\n", ' '); /* a record is a line */
    return TRUE;
}

static gboolean
is_same_object(const GstEfficientNetResult *a, const GstEfficientNetResult *b)
{
    return a->roi_id == b->roi_id && a->x == b->x && a->y == b->y && a->w == b->w && a->h == b->h;
}

/* An attribute is called as its element is, but not as one of the object's own fields. */
static void
append_name(GString *out, const char *element)
{
    static const char *const own[] = {
        "detection", "extra_params", "h", "id", "parent_id", "region_id",
        "roi_type",  "tensors",      "w", "x",  "y",         NULL};
    g_autofree char *longer =
        element && g_strv_contains(own, element) ? g_strconcat(element, "_", NULL) : NULL;

    gst_efficientnet_json_append_string(out, longer ? longer : element);
}

static void
append_attribute(GString *out, const GstEfficientNetResult *result)
{
    gboolean unknown = gst_efficientnet_result_is_unknown(result);

    g_string_append_c(out, ',');
    append_name(out, result->element);
    g_string_append(out, ":{");
    if (!unknown) {
        g_string_append(out, "\"confidence\":");
        gst_efficientnet_json_append_score(out, gst_efficientnet_result_get_score(result, 0));
        g_string_append(out, ",\"label\":");
        gst_efficientnet_json_append_string(out, gst_efficientnet_result_get_label(result, 0));
        g_string_append_printf(out, ",\"label_id\":%d",
                               gst_efficientnet_result_get_index(result, 0));
    } else {
        g_string_append(out, "\"label\":\"unknown\"");
    }
    g_string_append(out, ",\"model\":{\"name\":");
    gst_efficientnet_json_append_string(out, result->model);
    g_string_append(out, "}}");
}

static void
append_edge(GString *out, const char *name, guint position, gint length)
{
    g_string_append_printf(out, "%s:", name);
    gst_efficientnet_json_append_score(out, (float)position / (float)length);
}

/* What a detector said of REGION, if it said how sure it is. */
static void
append_detection(GString *out, const GstEfficientNetRegion *region,
                 const GstEfficientNetRecord *record)
{
    const GstStructure *found =
        region->roi ? gst_video_region_of_interest_meta_get_param(region->roi, "detection") : NULL;
    const EffNetRect *rect = &region->rect;
    gdouble confidence = region->confidence;
    gint label_id;

    if (found)
        gst_structure_get_double(found, "confidence", &confidence);
    if (isnan(confidence))
        return;
    append_edge(out, "\"detection\":{\"bounding_box\":{\"x_max\"", rect->x + rect->w,
                record->width);
    append_edge(out, ",\"x_min\"", rect->x, record->width);
    append_edge(out, ",\"y_max\"", rect->y + rect->h, record->height);
    append_edge(out, ",\"y_min\"", rect->y, record->height);
    g_string_append(out, "},\"confidence\":");
    gst_efficientnet_json_append_score(out, (float)confidence);
    if (region->type) {
        g_string_append(out, ",\"label\":");
        gst_efficientnet_json_append_string(out, g_quark_to_string(region->type));
    }
    if (found && gst_structure_get_int(found, "label_id", &label_id))
        g_string_append_printf(out, ",\"label_id\":%d", label_id);
    g_string_append(out, "},");
}

static void
append_region(GString *out, const GstEfficientNetRegion *region,
              const GstEfficientNetRecord *record)
{
    append_detection(out, region, record);
    if (region->key != GST_EFFICIENTNET_KEY_UNTRACKED && !(region->key & 1) && region->key != 0)
        g_string_append_printf(out, "\"id\":%" G_GINT64_FORMAT ",", region->key >> 1);
    if (region->type) {
        g_string_append(out, "\"roi_type\":");
        gst_efficientnet_json_append_string(out, g_quark_to_string(region->type));
        g_string_append_c(out, ',');
    }
}

/* The object of result I, with the attributes that later results add to it. */
static void
append_object(GString *out, GstEfficientNetFormatDlstreamer *self, guint i,
              const GstEfficientNetRecord *record)
{
    const GstEfficientNetResult *results = (const GstEfficientNetResult *)self->results->data;
    const GstEfficientNetResult *result = &results[i];

    g_string_append(out, g_str_has_suffix(out->str, "[") ? "{" : ",{");
    if (result->roi_id != -1) {
        for (guint k = 0; k < self->regions->len; k++) {
            const GstEfficientNetRegion *region =
                &g_array_index(self->regions, GstEfficientNetRegion, k);

            if (region->roi_id == result->roi_id) {
                append_region(out, region, record);
                break;
            }
        }
        g_string_append_printf(out, "\"region_id\":%d,", result->roi_id);
    }
    g_string_append_printf(out, "\"h\":%d,\"w\":%d,\"x\":%d,\"y\":%d", result->h, result->w,
                           result->x, result->y);
    for (; i < self->results->len; i++)
        if (is_same_object(result, &results[i]))
            append_attribute(out, &results[i]);
    g_string_append_c(out, '}');
}

static gboolean
is_first(const GArray *all, guint i)
{
    const GstEfficientNetResult *results = (const GstEfficientNetResult *)all->data;

    for (guint k = 0; k < i; k++)
        if (is_same_object(&results[k], &results[i]))
            return FALSE;
    return TRUE;
}

/* Those that a detector found come first. */
static void
append_objects(GString *out, GstEfficientNetFormatDlstreamer *self,
               const GstEfficientNetRecord *record)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;
    GstEfficientNetResult result;

    g_array_set_size(self->results, 0);
    for (guint i = 0; gst_efficientnet_results_get(record->results, i, &result); i++)
        g_array_append_val(self->results, result);
    settings.inference_region = GST_EFFICIENTNET_INFERENCE_REGION_ROI_LIST;
    gst_efficientnet_regions_collect(self->regions, record->buffer, &settings, (guint)record->width,
                                     (guint)record->height);
    for (guint pass = 0; pass < 2; pass++) {
        for (guint i = 0; i < self->results->len; i++) {
            gint roi_id = g_array_index(self->results, GstEfficientNetResult, i).roi_id;

            if ((roi_id == -1) == (pass == 1) && is_first(self->results, i))
                append_object(out, self, i, record);
        }
    }
}

/* What an element that stamps time codes made of the clock. */
static void
append_system_time(GString *out, GstBuffer *buffer)
{
    GstVideoTimeCodeMeta *meta = gst_buffer_get_video_time_code_meta(buffer);
    GDateTime *time = meta ? gst_video_time_code_to_date_time(&meta->tc) : NULL;
    g_autofree char *seconds = NULL, *zone = NULL;

    if (!time)
        return;
    seconds = g_date_time_format(time, "%Y-%m-%dT%H:%M:%S");
    zone = g_date_time_format(time, "%z");
    g_string_append_printf(out, ",\"system_timestamp\":\"%s.%03d:%s\"", seconds,
                           g_date_time_get_microsecond(time) / 1000, zone);
    g_date_time_unref(time);
}

static gboolean
write_record(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
             const GstEfficientNetRecord *record, GError **error)
{
    GstEfficientNetFormatDlstreamer *self = GST_EFFICIENTNET_FORMAT_DLSTREAMER(format);
    GString *line = self->line;
    GstEfficientNetMessage message;

    g_string_assign(line, "{\"objects\":[");
    append_objects(line, self, record);
    g_string_append_printf(line, "],\"resolution\":{\"height\":%d,\"width\":%d},\"source\":",
                           record->height, record->width);
    gst_efficientnet_json_append_string(line, record->stream);
    append_system_time(line, record->buffer);
    if (self->tags)
        g_string_append_printf(line, ",\"tags\":%s", self->tags);
    if (GST_CLOCK_TIME_IS_VALID(record->stream_time))
        g_string_append_printf(line, ",\"timestamp\":%" G_GUINT64_FORMAT, record->stream_time);
    g_string_append_c(line, '}');
    message =
        (GstEfficientNetMessage){.key = record->stream, .data = line->str, .length = line->len};
    return gst_efficientnet_writer_write(writer, &message, error);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&fields[id - 1], object, value);
}

static void
finalize(GObject *object)
{
    GstEfficientNetFormatDlstreamer *self = GST_EFFICIENTNET_FORMAT_DLSTREAMER(object);

    gst_efficientnet_fields_clear(fields, self);
    g_string_free(self->line, TRUE);
    g_array_unref(self->results);
    g_array_unref(self->regions);
    G_OBJECT_CLASS(gst_efficientnet_format_dlstreamer_parent_class)->finalize(object);
}

static void
implement_format(GstEfficientNetFormatInterface *iface)
{
    iface->prepare = prepare;
    iface->write = write_record;
}

static void
gst_efficientnet_format_dlstreamer_class_init(GstEfficientNetFormatDlstreamerClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = set_property;
    object_class->finalize = finalize;
    gst_efficientnet_fields_install(fields, object_class);
}

static void
gst_efficientnet_format_dlstreamer_init(GstEfficientNetFormatDlstreamer *self)
{
    self->line = g_string_new(NULL);
    self->results = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetResult));
    self->regions = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetRegion));
}
