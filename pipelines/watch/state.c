/* SPDX-License-Identifier: BSD-2-Clause */
#include "state.h"

#include "json.h"

/* A stream's samples, as text. */
typedef struct {
    GString *samples;
    GString *labels;
    GHashTable *labelled; /* classes that are in labels */
} Samples;

static void
append_number(GString *out, const char *key, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(out, "\"%s\":%s", key,
                           g_ascii_formatd(text, sizeof text, "%.6g", value));
}

static void
append_sample(const EffNetWatchSample *sample, gpointer data)
{
    Samples *samples = data;

    g_string_append_printf(samples->samples, "%s[%" G_GINT64_FORMAT,
                           samples->samples->len > 0 ? "," : "", sample->time);
    for (guint k = 0; k < sample->classes.n; k++) {
        const EffNetWatchClass *class = &sample->classes.best[k];

        g_string_append_printf(samples->samples, ",%d,", class->index);
        gst_efficientnet_json_append_score(samples->samples, class->score);
        if (!g_hash_table_add(samples->labelled, GINT_TO_POINTER(class->index)))
            continue;
        g_string_append_printf(samples->labels, "%s\"%d\":", samples->labels->len > 0 ? "," : "",
                               class->index);
        gst_efficientnet_json_append_string(samples->labels, class->label);
    }
    g_string_append_c(samples->samples, ']');
}

static void
append_samples(GString *out, EffNetWatchStatus *status, gint64 after, gint64 until)
{
    g_autoptr(GString) text = g_string_new(NULL), labels = g_string_new(NULL);
    g_autoptr(GHashTable) labelled = g_hash_table_new(NULL, NULL);
    Samples samples = {text, labels, labelled};

    effnet_watch_status_foreach_sample(status, after, until, append_sample, &samples);
    g_string_append_printf(out, ",\"labels\":{%s},\"samples\":[%s]", labels->str, text->str);
}

void
effnet_watch_state_append_text(GString *json, const char *key, const char *text)
{
    g_string_append_printf(json, ",\"%s\":", key);
    if (text)
        gst_efficientnet_json_append_string(json, text);
    else
        g_string_append(json, "null");
}

static void
append_classes(GString *out, const EffNetWatchClasses *classes)
{
    g_string_append(out, ",\"classes\":[");
    for (guint k = 0; k < classes->n; k++) {
        g_string_append_printf(out, "%s{\"index\":%d,\"label\":", k > 0 ? "," : "",
                               classes->best[k].index);
        gst_efficientnet_json_append_string(out, classes->best[k].label);
        g_string_append(out, ",\"score\":");
        gst_efficientnet_json_append_score(out, classes->best[k].score);
        g_string_append_c(out, '}');
    }
    g_string_append_c(out, ']');
}

static void
append_progress(GString *out, const EffNetWatchSnapshot *now, gint64 time)
{
    double fraction, speed, left;

    g_string_append(out, ",\"progress\":");
    if (!effnet_watch_snapshot_get_progress(now, time, &fraction, &speed, &left)) {
        g_string_append(out, "null");
        return;
    }
    g_string_append_c(out, '{');
    append_number(out, "fraction", fraction);
    g_string_append_c(out, ',');
    append_number(out, "speed", speed);
    g_string_append_c(out, ',');
    append_number(out, "left", left);
    g_string_append_c(out, '}');
}

static void
append_stream(GString *out, EffNetWatchStatus *status, gint64 after, gint64 time)
{
    static const char *const phases[] = {"connecting", "playing", "waiting", "ended", "failed"};
    EffNetWatchSnapshot now;

    effnet_watch_status_get(status, &now);
    g_string_append(out, "{\"name\":");
    gst_efficientnet_json_append_string(out, effnet_watch_status_get_name(status));
    g_string_append_printf(out, ",\"phase\":\"%s\",\"note\":", phases[now.phase]);
    gst_efficientnet_json_append_string(out, now.note);
    g_string_append_c(out, ',');
    append_number(out, "fps", now.fps);
    g_string_append_printf(out, ",\"frames\":%" G_GUINT64_FORMAT ",\"width\":%d,\"height\":%d,",
                           now.frames, now.width, now.height);
    append_number(out, "latency", (double)now.latency_p50 / GST_SECOND);
    append_progress(out, &now, time);
    append_classes(out, &now.classes);
    append_samples(out, status, after, time);
    g_string_append_c(out, '}');
}

char *
effnet_watch_state_format(const GPtrArray *statuses, gint64 after)
{
    g_autoptr(GString) out = g_string_new(NULL);
    gint64 time = g_get_monotonic_time();

    g_string_append_printf(out, "{\"time\":%" G_GINT64_FORMAT ",\"streams\":[", time);
    for (guint i = 0; i < statuses->len; i++) {
        if (i > 0)
            g_string_append_c(out, ',');
        append_stream(out, g_ptr_array_index(statuses, i), after, time);
    }
    g_string_append(out, "]}\n");
    return g_string_free(g_steal_pointer(&out), FALSE);
}
