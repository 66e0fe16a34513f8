/* SPDX-License-Identifier: BSD-2-Clause */
#include "settings.h"

#include <string.h>

const GstEfficientNetFrameSettings gst_efficientnet_frame_defaults = {
    .top_k = 5,
    .orientation = GST_VIDEO_ORIENTATION_AUTO,
    .late_policy = GST_EFFICIENTNET_LATE_POLICY_WAIT,
    .interval = 1,
    .max_rate = {0, 1},
    .confirm = 1,
    .reclassify_interval = 1,
    .unknown = GST_EFFICIENTNET_UNKNOWN_AUTO,
    .meta = GST_EFFICIENTNET_META_FORM_ANALYTICS,
    .hold_last = TRUE,
};

static GstStructure *
structure_copy(const GstStructure *structure)
{
    return structure ? gst_structure_copy(structure) : NULL;
}

void
gst_efficientnet_model_settings_copy(GstEfficientNetModelSettings *dst,
                                     const GstEfficientNetModelSettings *src)
{
    *dst = *src;
    dst->model = g_strdup(src->model);
    dst->model_options = structure_copy(src->model_options);
    dst->labels_file = g_strdup(src->labels_file);
    dst->labels = g_strdupv(src->labels);
    dst->instance_id = g_strdup(src->instance_id);
}

void
gst_efficientnet_model_settings_clear(GstEfficientNetModelSettings *settings)
{
    g_clear_pointer(&settings->model, g_free);
    g_clear_pointer(&settings->model_options, gst_structure_free);
    g_clear_pointer(&settings->labels_file, g_free);
    g_clear_pointer(&settings->labels, g_strfreev);
    g_clear_pointer(&settings->instance_id, g_free);
}

/* NULL for an empty array, which unsets labels. */
static char **
labels_from_value(const GValue *value)
{
    guint n = gst_value_array_get_size(value);
    char **labels;

    if (n == 0)
        return NULL;
    labels = g_new0(char *, (gsize)n + 1);
    for (guint i = 0; i < n; i++) {
        const char *label = g_value_get_string(gst_value_array_get_value(value, i));

        labels[i] = g_strdup(label ? label : "");
    }
    return labels;
}

static void
labels_to_value(char *const *labels, GValue *value)
{
    for (gsize i = 0; labels && labels[i]; i++) {
        GValue label = G_VALUE_INIT;

        g_value_init(&label, G_TYPE_STRING);
        g_value_set_string(&label, labels[i]);
        gst_value_array_append_and_take_value(value, &label);
    }
}

void
gst_efficientnet_model_settings_set(GstEfficientNetModelSettings *settings,
                                    GstEfficientNetProp prop, const GValue *value)
{
    switch (prop) {
    case GST_EFFICIENTNET_PROP_MODEL:
        g_free(settings->model);
        settings->model = g_value_dup_string(value);
        break;
    case GST_EFFICIENTNET_PROP_MODEL_OPTIONS:
        g_clear_pointer(&settings->model_options, gst_structure_free);
        settings->model_options = g_value_dup_boxed(value);
        break;
    case GST_EFFICIENTNET_PROP_LABELS_FILE:
        g_free(settings->labels_file);
        settings->labels_file = g_value_dup_string(value);
        break;
    case GST_EFFICIENTNET_PROP_LABELS:
        g_strfreev(settings->labels);
        settings->labels = labels_from_value(value);
        break;
    case GST_EFFICIENTNET_PROP_PRECISION:
        settings->precision = g_value_get_enum(value);
        break;
    case GST_EFFICIENTNET_PROP_CACHE:
        settings->no_cache = !g_value_get_boolean(value);
        break;
    case GST_EFFICIENTNET_PROP_THREADS:
        settings->threads = g_value_get_uint(value);
        break;
    case GST_EFFICIENTNET_PROP_MODEL_INSTANCE_ID:
        g_free(settings->instance_id);
        settings->instance_id = g_value_dup_string(value);
        break;
    case GST_EFFICIENTNET_PROP_BATCH_SIZE:
        settings->batch_size = g_value_get_uint(value);
        break;
    case GST_EFFICIENTNET_PROP_BATCH_TIMEOUT:
        settings->batch_timeout = g_value_get_uint64(value);
        break;
    case GST_EFFICIENTNET_PROP_HEATMAP:
        settings->heatmap = g_value_get_boolean(value);
        break;
    default:
        g_return_if_reached();
    }
}

void
gst_efficientnet_model_settings_get(const GstEfficientNetModelSettings *settings,
                                    GstEfficientNetProp prop, GValue *value)
{
    switch (prop) {
    case GST_EFFICIENTNET_PROP_MODEL:
        g_value_set_string(value, settings->model);
        break;
    case GST_EFFICIENTNET_PROP_MODEL_OPTIONS:
        g_value_set_boxed(value, settings->model_options);
        break;
    case GST_EFFICIENTNET_PROP_LABELS_FILE:
        g_value_set_string(value, settings->labels_file);
        break;
    case GST_EFFICIENTNET_PROP_LABELS:
        labels_to_value(settings->labels, value);
        break;
    case GST_EFFICIENTNET_PROP_PRECISION:
        g_value_set_enum(value, settings->precision);
        break;
    case GST_EFFICIENTNET_PROP_CACHE:
        g_value_set_boolean(value, !settings->no_cache);
        break;
    case GST_EFFICIENTNET_PROP_THREADS:
        g_value_set_uint(value, settings->threads);
        break;
    case GST_EFFICIENTNET_PROP_MODEL_INSTANCE_ID:
        g_value_set_string(value, settings->instance_id);
        break;
    case GST_EFFICIENTNET_PROP_BATCH_SIZE:
        g_value_set_uint(value, MAX(settings->batch_size, 1));
        break;
    case GST_EFFICIENTNET_PROP_BATCH_TIMEOUT:
        g_value_set_uint64(value, settings->batch_timeout);
        break;
    case GST_EFFICIENTNET_PROP_HEATMAP:
        g_value_set_boolean(value, settings->heatmap);
        break;
    default:
        g_return_if_reached();
    }
}

gboolean
gst_efficientnet_model_settings_is_equal(const GstEfficientNetModelSettings *a,
                                         const GstEfficientNetModelSettings *b,
                                         const GParamSpec *spec)
{
    GValue x = G_VALUE_INIT, y = G_VALUE_INIT;
    gboolean equal;

    g_value_init(&x, spec->value_type);
    g_value_init(&y, spec->value_type);
    gst_efficientnet_model_settings_get(a, spec->param_id, &x);
    gst_efficientnet_model_settings_get(b, spec->param_id, &y);
    equal = gst_value_compare(&x, &y) == GST_VALUE_EQUAL;
    g_value_unset(&x);
    g_value_unset(&y);
    return equal;
}

typedef enum {
    FIELD_NONE, /* for properties without a row */
    FIELD_BOOLEAN,
    FIELD_ENUM,
    FIELD_FLAGS,
    FIELD_FLOAT,
    FIELD_FRACTION,
    FIELD_STRING, /* interned */
    FIELD_UINT,
    FIELD_UINT64,
    FIELD_UNKNOWN,
    FIELD_ZONE,
} FieldType;

typedef struct {
    FieldType type;
    gsize offset;
} Field;

#define FIELD(type, name)                                                                          \
    {                                                                                              \
        FIELD_##type, G_STRUCT_OFFSET(GstEfficientNetFrameSettings, name)                          \
    }

static const Field frame_fields[] = {
    [GST_EFFICIENTNET_PROP_TOP_K] = FIELD(UINT, top_k),
    [GST_EFFICIENTNET_PROP_THRESHOLD] = FIELD(FLOAT, threshold),
    [GST_EFFICIENTNET_PROP_ACTIVATION] = FIELD(ENUM, activation),
    [GST_EFFICIENTNET_PROP_RESIZE_MODE] = FIELD(ENUM, resize.mode),
    [GST_EFFICIENTNET_PROP_CROP_FRACTION] = FIELD(FLOAT, resize.crop_fraction),
    [GST_EFFICIENTNET_PROP_INTERPOLATION] = FIELD(ENUM, resize.interpolation),
    [GST_EFFICIENTNET_PROP_ORIENTATION] = FIELD(ENUM, orientation),
    [GST_EFFICIENTNET_PROP_LATE_POLICY] = FIELD(ENUM, late_policy),
    [GST_EFFICIENTNET_PROP_INFERENCE_INTERVAL] = FIELD(UINT, interval),
    [GST_EFFICIENTNET_PROP_MAX_RATE] = FIELD(FRACTION, max_rate),
    [GST_EFFICIENTNET_PROP_CHANGE_THRESHOLD] = FIELD(FLOAT, change_threshold),
    [GST_EFFICIENTNET_PROP_REFRESH_INTERVAL] = FIELD(UINT64, refresh_interval),
    [GST_EFFICIENTNET_PROP_CONFIRM] = FIELD(UINT, confirm),
    [GST_EFFICIENTNET_PROP_RELEASE] = FIELD(FLOAT, release),
    [GST_EFFICIENTNET_PROP_CONSENSUS] = FIELD(FLOAT, consensus),
    [GST_EFFICIENTNET_PROP_SMOOTHING] = FIELD(FLOAT, smoothing),
    [GST_EFFICIENTNET_PROP_ROI] = FIELD(ZONE, roi),
    [GST_EFFICIENTNET_PROP_INFERENCE_REGION] = FIELD(ENUM, inference_region),
    [GST_EFFICIENTNET_PROP_OBJECT_CLASS] = FIELD(STRING, object_class),
    [GST_EFFICIENTNET_PROP_MIN_OBJECT_SIZE] = FIELD(UINT, min_object_size),
    [GST_EFFICIENTNET_PROP_RECLASSIFY_INTERVAL] = FIELD(UINT, reclassify_interval),
    [GST_EFFICIENTNET_PROP_EMBEDDING] = FIELD(BOOLEAN, embedding),
    [GST_EFFICIENTNET_PROP_UNKNOWN] = FIELD(UNKNOWN, unknown),
    [GST_EFFICIENTNET_PROP_META] = FIELD(FLAGS, meta),
    [GST_EFFICIENTNET_PROP_TENSORS] = FIELD(ENUM, tensors),
    [GST_EFFICIENTNET_PROP_HOLD_LAST] = FIELD(BOOLEAN, hold_last),
    [GST_EFFICIENTNET_PROP_POST_MESSAGES] = FIELD(ENUM, post_messages),
};

/* NULL if PROP has no row. */
static const Field *
find_field(GstEfficientNetProp prop)
{
    const Field *field = (gsize)prop < G_N_ELEMENTS(frame_fields) ? &frame_fields[prop] : NULL;

    return field && field->type != FIELD_NONE ? field : NULL;
}

/* Whether numbers are within their bounds, and the zone is not empty. */
static gboolean
is_zone(const GstEfficientNetZone *zone)
{
    double most = zone->is_relative ? 1 : G_MAXINT, least = zone->is_relative ? 0 : 1;

    return zone->x <= most && zone->y <= most && zone->w >= least && zone->w <= most &&
           zone->h >= least && zone->h <= most && zone->w > 0 && zone->h > 0;
}

/* Parses "x,y,w,h", whole numbers of pixels or, if there is a decimal point, shares of the frame,
 * of which six digits count, as they are written; an empty text means unset. */
static gboolean
zone_from_string(GstEfficientNetZone *zone, const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text ? text : "", ",", -1);
    GstEfficientNetZone read = {.is_relative = text && strchr(text, '.')};
    double *numbers[] = {&read.x, &read.y, &read.w, &read.h};

    if (!text || !*text) {
        *zone = (GstEfficientNetZone){0};
        return TRUE;
    }
    if (g_strv_length(parts) != G_N_ELEMENTS(numbers))
        return FALSE;
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++) {
        const char *part = g_strstrip(parts[i]);
        char *end;

        *numbers[i] = g_ascii_strtod(part, &end);
        if (end == part || *end || strspn(part, "0123456789.") != strlen(part))
            return FALSE;
        if (read.is_relative)
            *numbers[i] = (double)(gint)(MIN(*numbers[i], 2) * 1e6 + 0.5) / 1e6;
    }
    if (!is_zone(&read))
        return FALSE;
    *zone = read;
    return TRUE;
}

static void
zone_to_value(const GstEfficientNetZone *zone, GValue *value)
{
    const double numbers[] = {zone->x, zone->y, zone->w, zone->h};
    char texts[G_N_ELEMENTS(numbers)][G_ASCII_DTOSTR_BUF_SIZE];

    if (zone->w == 0) {
        g_value_set_string(value, NULL);
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(numbers); i++)
        g_ascii_formatd(texts[i], sizeof texts[i], zone->is_relative ? "%.6f" : "%.0f", numbers[i]);
    g_value_take_string(value, g_strjoin(",", texts[0], texts[1], texts[2], texts[3], NULL));
}

/* Parses "auto", "off" or a similarity of 0 to 1. */
static gboolean
unknown_from_string(float *unknown, const char *text)
{
    double similarity;
    char *end;

    if (g_strcmp0(text, "auto") == 0 || g_strcmp0(text, "off") == 0) {
        *unknown = *text == 'a' ? GST_EFFICIENTNET_UNKNOWN_AUTO : GST_EFFICIENTNET_UNKNOWN_OFF;
        return TRUE;
    }
    similarity = text ? g_ascii_strtod(text, &end) : -1;
    if (!text || !g_ascii_isdigit(*text) || *end || !(similarity >= 0 && similarity <= 1))
        return FALSE;
    *unknown = (float)similarity;
    return TRUE;
}

static void
unknown_to_value(float unknown, GValue *value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    if (unknown == GST_EFFICIENTNET_UNKNOWN_AUTO || unknown == GST_EFFICIENTNET_UNKNOWN_OFF)
        g_value_set_static_string(value, unknown == GST_EFFICIENTNET_UNKNOWN_AUTO ? "auto" : "off");
    else
        g_value_set_string(value, g_ascii_formatd(text, sizeof text, "%.6g", unknown));
}

gboolean
gst_efficientnet_frame_settings_set(GstEfficientNetFrameSettings *settings,
                                    GstEfficientNetProp prop, const GValue *value)
{
    const Field *field = find_field(prop);
    gpointer member;

    g_return_val_if_fail(field, FALSE);
    member = G_STRUCT_MEMBER_P(settings, field->offset);
    switch (field->type) {
    case FIELD_NONE:
        return FALSE;
    case FIELD_BOOLEAN:
        *(gboolean *)member = g_value_get_boolean(value);
        break;
    case FIELD_ENUM:
        *(gint *)member = g_value_get_enum(value);
        break;
    case FIELD_FLAGS:
        *(guint *)member = g_value_get_flags(value);
        break;
    case FIELD_FLOAT:
        *(float *)member = g_value_get_float(value);
        break;
    case FIELD_FRACTION:
        *(GstEfficientNetFraction *)member = (GstEfficientNetFraction){
            gst_value_get_fraction_numerator(value), gst_value_get_fraction_denominator(value)};
        break;
    case FIELD_STRING:
        *(const char **)member = g_intern_string(g_value_get_string(value));
        break;
    case FIELD_UINT:
        *(guint *)member = g_value_get_uint(value);
        break;
    case FIELD_UINT64:
        *(guint64 *)member = g_value_get_uint64(value);
        break;
    case FIELD_UNKNOWN:
        return unknown_from_string(member, g_value_get_string(value));
    case FIELD_ZONE:
        return zone_from_string(member, g_value_get_string(value));
    }
    return TRUE;
}

void
gst_efficientnet_frame_settings_get(const GstEfficientNetFrameSettings *settings,
                                    GstEfficientNetProp prop, GValue *value)
{
    const Field *field = find_field(prop);
    const GstEfficientNetFraction *fraction;
    gconstpointer member;

    g_return_if_fail(field);
    member = fraction = G_STRUCT_MEMBER_P(settings, field->offset);
    switch (field->type) {
    case FIELD_NONE:
        break;
    case FIELD_BOOLEAN:
        g_value_set_boolean(value, *(const gboolean *)member);
        break;
    case FIELD_ENUM:
        g_value_set_enum(value, *(const gint *)member);
        break;
    case FIELD_FLAGS:
        g_value_set_flags(value, *(const guint *)member);
        break;
    case FIELD_FLOAT:
        g_value_set_float(value, *(const float *)member);
        break;
    case FIELD_FRACTION:
        gst_value_set_fraction(value, fraction->n, fraction->d);
        break;
    case FIELD_STRING:
        g_value_set_string(value, *(const char *const *)member);
        break;
    case FIELD_UINT:
        g_value_set_uint(value, *(const guint *)member);
        break;
    case FIELD_UINT64:
        g_value_set_uint64(value, *(const guint64 *)member);
        break;
    case FIELD_UNKNOWN:
        unknown_to_value(*(const float *)member, value);
        break;
    case FIELD_ZONE:
        zone_to_value(member, value);
        break;
    }
}
