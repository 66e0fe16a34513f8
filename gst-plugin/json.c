/* SPDX-License-Identifier: BSD-2-Clause */
#include "json.h"

#include <math.h>

#include <gst/efficientnet/meta.h>

void
gst_efficientnet_json_append_string(GString *out, const char *string)
{
    g_autofree char *valid = g_utf8_make_valid(string ? string : "", -1);

    g_string_append_c(out, '"');
    for (const char *c = valid; *c; c++) {
        if (*c == '"' || *c == '\\')
            g_string_append_printf(out, "\\%c", *c);
        else if ((guchar)*c < 0x20 || *c == 0x7f)
            g_string_append_printf(out, "\\u%04x", *c);
        else
            g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

void
gst_efficientnet_json_append_score(GString *out, float score)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];
    static const char *const formats[] = {"%.6g", "%.7g", "%.8g", "%.9g"};

    if (!isfinite(score)) {
        g_string_append(out, "null");
        return;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_ascii_formatd(text, sizeof text, formats[i], score);
        if ((float)g_ascii_strtod(text, NULL) == score)
            break;
    }
    g_string_append(out, text);
}

static void
append_time(GString *out, gint64 time)
{
    g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc(time / G_USEC_PER_SEC);

    g_string_append_printf(out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%03dZ\"",
                           g_date_time_get_year(date), g_date_time_get_month(date),
                           g_date_time_get_day_of_month(date), g_date_time_get_hour(date),
                           g_date_time_get_minute(date), g_date_time_get_second(date),
                           (int)(time % G_USEC_PER_SEC / 1000));
}

static void
append_result(GString *out, const GstEfficientNetResult *result)
{
    g_string_append(out, "{\"element\":");
    gst_efficientnet_json_append_string(out, result->element);
    g_string_append(out, ",\"model\":");
    gst_efficientnet_json_append_string(out, result->model);
    g_string_append_printf(out,
                           ",\"region\":{\"x\":%d,\"y\":%d,\"w\":%d,\"h\":%d},\"roi_id\":%d,"
                           "\"age\":%u,\"classes\":[",
                           result->x, result->y, result->w, result->h, result->roi_id, result->age);
    for (guint k = 0; k < result->n_classes; k++) {
        g_string_append_printf(out, "%s{\"index\":%d,\"label\":", k > 0 ? "," : "",
                               gst_efficientnet_result_get_index(result, k));
        gst_efficientnet_json_append_string(out, gst_efficientnet_result_get_label(result, k));
        g_string_append(out, ",\"score\":");
        gst_efficientnet_json_append_score(out, gst_efficientnet_result_get_score(result, k));
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
    if (gst_structure_has_field_typed(result->structure, "similarity", G_TYPE_FLOAT)) {
        g_string_append(out, ",\"similarity\":");
        gst_efficientnet_json_append_score(out, gst_efficientnet_result_get_similarity(result));
        g_string_append_printf(out, ",\"unknown\":%s",
                               gst_efficientnet_result_is_unknown(result) ? "true" : "false");
    }
    g_string_append_c(out, '}');
}

static void
append_results(GString *out, const GValue *results)
{
    GstEfficientNetResult result;

    g_string_append_c(out, '[');
    for (guint i = 0; gst_efficientnet_results_get(results, i, &result); i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        append_result(out, &result);
    }
    g_string_append_c(out, ']');
}

void
gst_efficientnet_json_append_line(GString *out, const GstEfficientNetJsonFrame *frame,
                                  const GValue *results)
{
    g_string_append_c(out, '{');
    if (frame->uri) {
        g_string_append(out, "\"uri\":");
        gst_efficientnet_json_append_string(out, frame->uri);
        g_string_append_c(out, ',');
    }
    g_string_append(out, "\"stream\":");
    gst_efficientnet_json_append_string(out, frame->stream);
    g_string_append_printf(out, ",\"frame\":%" G_GUINT64_FORMAT ",\"pts\":", frame->frame);
    if (GST_CLOCK_TIME_IS_VALID(frame->pts))
        g_string_append_printf(out, "%" G_GUINT64_FORMAT, frame->pts);
    else
        g_string_append(out, "null");
    g_string_append(out, ",\"time\":");
    append_time(out, frame->time);
    if (frame->sender_time > 0) {
        g_string_append(out, ",\"sender_time\":");
        append_time(out, frame->sender_time);
    }
    g_string_append_printf(out, ",\"resolution\":{\"width\":%d,\"height\":%d},\"results\":",
                           frame->width, frame->height);
    append_results(out, results);
    g_string_append(out, "}\n");
}
