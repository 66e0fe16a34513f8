/* SPDX-License-Identifier: BSD-2-Clause */
#include "formatonvif.h"

#include <math.h>
#include <string.h>

#include <gst/efficientnet/meta.h>

#include "json.h"
#include "onvifsettings.h"
#include "regions.h"
#include "sendertime.h"

#define HEAD                                                                                       \
    "<tt:MetadataStream xmlns:tt=\"http://www.onvif.org/ver10/schema\" "                           \
    "xmlns:e=\"urn:x-gst-efficientnet\" e:stream=\""

/* Ids from here on are of objects that no tracker knows, and far from those of trackers. */
#define FIRST_OWN_ID (1 << 30)

/* "The sum of the likelihoods shall NOT exceed 1", but for rounding. */
#define LARGEST_SUM 1.0001

struct _GstEfficientNetFormatOnvif {
    GObject parent;

    GstEfficientNetOnvifSettings settings; /* the properties */
    GString *document;
    GArray *regions; /* GstEfficientNetRegion, the buffer's */
    GHashTable
        *ids; /* the name of an element to the id of what it infers: the frame, or its zone */
    gsize next_id;
};

static void implement_format(GstEfficientNetFormatInterface *iface);

G_DEFINE_TYPE_WITH_CODE(GstEfficientNetFormatOnvif, gst_efficientnet_format_onvif, G_TYPE_OBJECT,
                        G_IMPLEMENT_INTERFACE(GST_TYPE_EFFICIENTNET_FORMAT, implement_format))

/* Appends TEXT, which may be NULL and may contain anything, on the same line. XML has no way to
 * write control characters, U+FFFE and U+FFFF. */
static void
append_text(GString *out, const char *text)
{
    g_autofree char *valid = g_utf8_make_valid(text ? text : "", -1);
    g_autofree char *escaped = NULL;

    for (char *c = valid; *c; c = g_utf8_next_char(c)) {
        if ((guchar)*c < 0x20)
            *c = ' ';
        else if (g_utf8_get_char(c) == 0xfffe || g_utf8_get_char(c) == 0xffff)
            memcpy(c, "\357\277\275", 3); /* U+FFFD, as long */
    }
    escaped = g_markup_escape_text(valid, -1);
    g_string_append(out, escaped);
}

/* TIME: microseconds since 1970, UTC. */
static void
append_time(GString *out, gint64 time)
{
    g_autoptr(GDateTime) second = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);
    g_autoptr(GDateTime) date = g_date_time_add(second, time % G_USEC_PER_SEC);
    g_autofree char *text = g_date_time_format_iso8601(date);

    g_string_append(out, text);
}

static void
append_number(GString *out, const char *before, double number, const char *after)
{
    g_string_append(out, before);
    gst_efficientnet_json_append_score(out, (float)number);
    g_string_append(out, after);
}

/* In ONVIF's coordinates: -1 to 1, from left to right and from bottom to top. */
static void
append_shape(GString *out, const GstEfficientNetResult *result)
{
    double left = 2.0 * result->x / result->width - 1;
    double right = 2.0 * (result->x + result->w) / result->width - 1;
    double top = 1 - 2.0 * result->y / result->height;
    double bottom = 1 - 2.0 * (result->y + result->h) / result->height;

    append_number(out, "<tt:Shape><tt:BoundingBox left=\"", left, "\"");
    append_number(out, " top=\"", top, "\"");
    append_number(out, " right=\"", right, "\"");
    append_number(out, " bottom=\"", bottom, "\"/>");
    append_number(out, "<tt:CenterOfGravity x=\"", (left + right) / 2, "\"");
    append_number(out, " y=\"", (top + bottom) / 2, "\"/></tt:Shape>");
}

/* How many of RESULT's classes, best first, are a class descriptor. */
static guint
count_classes(const GstEfficientNetResult *result)
{
    double sum = 0;
    guint k;

    if (gst_efficientnet_result_is_unknown(result))
        return 0;
    for (k = 0; k < result->n_classes; k++) {
        float score = gst_efficientnet_result_get_score(result, k);

        sum += score;
        if (!isfinite(score) || (k > 0 && sum > LARGEST_SUM))
            break;
    }
    return k;
}

static void
append_types(GString *out, const GstEfficientNetResult *result, guint n)
{
    for (guint k = 0; k < n; k++) {
        append_number(out, "<tt:Type Likelihood=\"", gst_efficientnet_result_get_score(result, k),
                      "\">");
        append_text(out, gst_efficientnet_result_get_label(result, k));
        g_string_append(out, "</tt:Type>");
    }
}

/* The kind that the schema, in its own spelling, has for a class; NULL: none. */
static const char *
find_kind(const char *label)
{
    static const struct {
        const char *label, *kind;
    } rows[] = {{"animal", "Animal"}, {"face", "Face"}, {"human", "Human"}, {"vehicle", "Vehical"}};

    for (gsize i = 0; label && i < G_N_ELEMENTS(rows); i++)
        if (g_ascii_strcasecmp(label, rows[i].label) == 0)
            return rows[i].kind;
    return NULL;
}

static void
append_candidate(GString *out, const char *kind, double likelihood)
{
    g_string_append_printf(out, "<tt:ClassCandidate><tt:Type>%s</tt:Type>", kind);
    append_number(out, "<tt:Likelihood>", likelihood, "</tt:Likelihood></tt:ClassCandidate>");
}

/* Version 2.4 wants something to follow the likelihood of another type. */
static void
append_other_type(GString *out, const GstEfficientNetResult *result, guint k)
{
    g_string_append(out, "<tt:OtherTypes><tt:Type>");
    append_text(out, gst_efficientnet_result_get_label(result, k));
    append_number(out, "</tt:Type><tt:Likelihood>", gst_efficientnet_result_get_score(result, k),
                  "</tt:Likelihood>");
    g_string_append_printf(out, "<e:Index>%d</e:Index></tt:OtherTypes>",
                           gst_efficientnet_result_get_index(result, k));
}

/* Candidates are of a few kinds; the labels of all others follow. */
static void
append_candidates(GString *out, const GstEfficientNetResult *result, guint n)
{
    double other = 0;
    guint n_other = 0;

    for (guint k = 0; k < n; k++) {
        const char *kind = find_kind(gst_efficientnet_result_get_label(result, k));

        if (kind) {
            append_candidate(out, kind, gst_efficientnet_result_get_score(result, k));
            continue;
        }
        other += gst_efficientnet_result_get_score(result, k);
        n_other++;
    }
    if (n_other == 0)
        return;
    append_candidate(out, "Other", other);
    g_string_append(out, "<tt:Extension>");
    for (guint k = 0; k < n; k++)
        if (!find_kind(gst_efficientnet_result_get_label(result, k)))
            append_other_type(out, result, k);
    g_string_append(out, "</tt:Extension>");
}

/* The id of the same object in every record: a tracker's, or that of an element's frame or zone.
 * What is in neither gets a new one each time, lest it seem to be the same. */
static gint64
find_id(GstEfficientNetFormatOnvif *self, const GstEfficientNetResult *result, const char *element)
{
    gpointer known;

    for (guint i = 0; result->roi_id != -1 && i < self->regions->len; i++) {
        const GstEfficientNetRegion *region =
            &g_array_index(self->regions, GstEfficientNetRegion, i);

        if (region->roi_id == result->roi_id && !(region->key & 1))
            return region->key >> 1;
    }
    if (result->roi_id != -1)
        return (gint64)self->next_id++;
    known = g_hash_table_lookup(self->ids, element);
    if (!known) {
        known = GSIZE_TO_POINTER(self->next_id++);
        g_hash_table_insert(self->ids, g_strdup(element), known);
    }
    return (gint64)GPOINTER_TO_SIZE(known);
}

static void
append_object(GstEfficientNetFormatOnvif *self, const GstEfficientNetResult *result,
              const char *element)
{
    GString *out = self->document;
    guint n = count_classes(result);

    g_string_append_printf(out, "<tt:Object ObjectId=\"%" G_GINT64_FORMAT "\"><tt:Appearance>",
                           find_id(self, result, element));
    if (result->width > 0 && result->height > 0)
        append_shape(out, result);
    if (n > 0) {
        g_string_append(out, "<tt:Class>");
        (self->settings.class_candidates ? append_candidates : append_types)(out, result, n);
        g_string_append(out, "</tt:Class>");
    }
    g_string_append(out, "</tt:Appearance></tt:Object>");
}

static gboolean
is_of(const GstEfficientNetResult *result, const char *element)
{
    return g_strcmp0(result->element ? result->element : "", element) == 0;
}

/* What ELEMENT, an analytics module in ONVIF's words, says of the frame. */
static void
append_frame(GstEfficientNetFormatOnvif *self, const GstEfficientNetRecord *record,
             const GstEfficientNetResult *first, const char *element)
{
    gint64 sent = gst_efficientnet_sender_time_get(record->buffer);
    GstEfficientNetResult result;

    g_string_append(self->document, "<tt:Frame UtcTime=\"");
    append_time(self->document, sent > 0 ? sent : record->time);
    g_string_append(self->document, "\" Source=\"");
    append_text(self->document, element);
    g_string_append(self->document, "\" e:model=\"");
    append_text(self->document, first->model);
    g_string_append(self->document, "\">");
    for (guint i = 0; gst_efficientnet_results_get(record->results, i, &result); i++)
        if (is_of(&result, element))
            append_object(self, &result, element);
    g_string_append(self->document, "</tt:Frame>");
}

static gboolean
is_first(const GValue *results, guint i, const char *element)
{
    GstEfficientNetResult result;

    for (guint k = 0; k < i && gst_efficientnet_results_get(results, k, &result); k++)
        if (is_of(&result, element))
            return FALSE;
    return TRUE;
}

static void
collect_regions(GstEfficientNetFormatOnvif *self, const GstEfficientNetRecord *record)
{
    GstEfficientNetFrameSettings settings = gst_efficientnet_frame_defaults;

    settings.inference_region = GST_EFFICIENTNET_INFERENCE_REGION_ROI_LIST;
    gst_efficientnet_regions_collect(self->regions, record->buffer, &settings, (guint)record->width,
                                     (guint)record->height);
}

static gboolean
write_record(GstEfficientNetFormat *format, GstEfficientNetWriter *writer,
             const GstEfficientNetRecord *record, GError **error)
{
    GstEfficientNetFormatOnvif *self = GST_EFFICIENTNET_FORMAT_ONVIF(format);
    GstEfficientNetMessage message = {.key = record->stream};
    GstEfficientNetResult result;

    collect_regions(self, record);
    g_string_assign(self->document, HEAD);
    append_text(self->document, record->stream);
    g_string_append(self->document, "\"><tt:VideoAnalytics>");
    for (guint i = 0; gst_efficientnet_results_get(record->results, i, &result); i++) {
        const char *element = result.element ? result.element : "";

        if (is_first(record->results, i, element))
            append_frame(self, record, &result, element);
    }
    g_string_append(self->document, "</tt:VideoAnalytics></tt:MetadataStream>");
    message.data = self->document->str;
    message.length = self->document->len;
    return gst_efficientnet_writer_write(writer, &message, error);
}

static void
set_property(GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
    gst_efficientnet_field_set(&gst_efficientnet_onvif_fields[id - 1],
                               &GST_EFFICIENTNET_FORMAT_ONVIF(object)->settings, value);
}

static void
finalize(GObject *object)
{
    GstEfficientNetFormatOnvif *self = GST_EFFICIENTNET_FORMAT_ONVIF(object);

    g_string_free(self->document, TRUE);
    g_array_unref(self->regions);
    g_hash_table_unref(self->ids);
    G_OBJECT_CLASS(gst_efficientnet_format_onvif_parent_class)->finalize(object);
}

static void
implement_format(GstEfficientNetFormatInterface *iface)
{
    iface->write = write_record;
}

static void
gst_efficientnet_format_onvif_class_init(GstEfficientNetFormatOnvifClass *klass)
{
    GObjectClass *object_class = G_OBJECT_CLASS(klass);

    object_class->set_property = set_property;
    object_class->finalize = finalize;
    gst_efficientnet_fields_install(gst_efficientnet_onvif_fields, object_class);
}

static void
gst_efficientnet_format_onvif_init(GstEfficientNetFormatOnvif *self)
{
    self->document = g_string_new(NULL);
    self->regions = g_array_new(FALSE, FALSE, sizeof(GstEfficientNetRegion));
    self->ids = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    self->next_id = FIRST_OWN_ID;
}
