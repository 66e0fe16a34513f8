/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include <stddef.h>

typedef struct {
    const char *name, *type, *help;
} Family;

typedef struct {
    GString *out;
    const GPtrArray *statuses;
    EffNetWatchSnapshot *now; /* of each */
} Metrics;

static const struct {
    Family family;
    gsize offset; /* the number's, in a snapshot */
} counters[] = {
    {{"effnet_frames_total", "counter", "Frames that came."},
     offsetof(EffNetWatchSnapshot, frames)},
    {{"effnet_inferences_total", "counter", "Inferences that were finished."},
     offsetof(EffNetWatchSnapshot, inferences)},
    {{"effnet_skipped_total", "counter", "Frames that were not inferred for want of time."},
     offsetof(EffNetWatchSnapshot, skipped)},
    {{"effnet_held_total", "counter", "Frames that carried the result of an earlier one."},
     offsetof(EffNetWatchSnapshot, held)},
    {{"effnet_published_total", "counter", "Records that the broker has taken."},
     offsetof(EffNetWatchSnapshot, published)},
    {{"effnet_publish_dropped_total", "counter", "Records for the broker that it did not get."},
     offsetof(EffNetWatchSnapshot, dropped)},
    {{"effnet_reconnects_total", "counter", "How often the source was lost."},
     offsetof(EffNetWatchSnapshot, reconnects)},
};

static const Family build = {"effnet_build_info", "gauge", "Which version this is; always 1."};
static const Family up = {"effnet_stream_up", "gauge", "Whether the source delivers frames."};
static const Family rate = {"effnet_frame_rate", "gauge", "Frames in a second, newly."};
static const Family score = {"effnet_class_score", "gauge",
                             "Scores of the best classes that the stream has now."};
static const Family times[EFFNET_WATCH_N_STAGES] = {
    [EFFNET_WATCH_QUEUEING] = {"effnet_queue_duration_seconds", "histogram",
                               "How long frames of live sources waited to be decoded."},
    [EFFNET_WATCH_DECODING] = {"effnet_decode_duration_seconds", "histogram",
                               "How long frames were in the decoder."},
    [EFFNET_WATCH_INFERRING] = {"effnet_inference_duration_seconds", "histogram",
                                "How long inferences took, with the wait for their turn."},
};

/* The exposition format escapes only these three. */
static void
append_label(GString *out, const char *name, const char *value)
{
    g_string_append_printf(out, "%s=\"", name);
    for (const char *c = value; *c; c++) {
        if (*c == '\\' || *c == '"')
            g_string_append_printf(out, "\\%c", *c);
        else if (*c == '\n')
            g_string_append(out, "\\n");
        else
            g_string_append_c(out, *c);
    }
    g_string_append_c(out, '"');
}

static void
append_family(GString *out, const Family *family)
{
    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", family->name, family->help,
                           family->name, family->type);
}

static void
append_value(GString *out, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(out, "} %s\n", g_ascii_formatd(text, sizeof text, "%.15g", value));
}

/* Begins a sample of stream I: its name and first label. */
static void
begin_sample(const Metrics *metrics, const Family *family, const char *suffix, guint i)
{
    g_string_append_printf(metrics->out, "%s%s{", family->name, suffix);
    append_label(metrics->out, "stream",
                 effnet_watch_status_get_name(g_ptr_array_index(metrics->statuses, i)));
}

static void
append_sample(const Metrics *metrics, const Family *family, const char *suffix, guint i,
              double value)
{
    begin_sample(metrics, family, suffix, i);
    append_value(metrics->out, value);
}

static void
append_histogram(const Metrics *metrics, const Family *family, guint i,
                 const EffNetWatchHistogram *histogram)
{
    guint64 n = 0;
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    for (guint k = 0; k <= EFFNET_WATCH_HISTOGRAM_BOUNDS; k++) {
        n += histogram->counts[k];
        begin_sample(metrics, family, "_bucket", i);
        g_string_append_c(metrics->out, ',');
        append_label(metrics->out, "le",
                     k == EFFNET_WATCH_HISTOGRAM_BOUNDS
                         ? "+Inf"
                         : g_ascii_formatd(text, sizeof text, "%g",
                                           (double)effnet_watch_histogram_bounds[k] / GST_SECOND));
        append_value(metrics->out, (double)n);
    }
    append_sample(metrics, family, "_sum", i, (double)histogram->sum / GST_SECOND);
    append_sample(metrics, family, "_count", i, (double)histogram->n);
}

/* Two classes may have one label, but not one number. */
static void
append_classes(const Metrics *metrics, guint i)
{
    const EffNetWatchClasses *classes = &metrics->now[i].classes;

    for (guint k = 0; k < classes->n; k++) {
        begin_sample(metrics, &score, "", i);
        g_string_append_c(metrics->out, ',');
        append_label(metrics->out, "class", classes->best[k].label);
        g_string_append_printf(metrics->out, ",index=\"%d\"", classes->best[k].index);
        append_value(metrics->out, (double)classes->best[k].score);
    }
}

char *
effnet_watch_metrics_format(const GPtrArray *statuses)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree EffNetWatchSnapshot *now = g_new(EffNetWatchSnapshot, statuses->len);
    const Metrics metrics = {out, statuses, now};
    guint major, minor, micro, nano;

    for (guint i = 0; i < statuses->len; i++)
        effnet_watch_status_get(g_ptr_array_index(statuses, i), &now[i]);
    gst_version(&major, &minor, &micro, &nano);
    append_family(out, &build);
    g_string_append_printf(out, "%s{version=\"%s\",gstreamer=\"%u.%u.%u\"} 1\n", build.name,
                           EFFNET_VERSION, major, minor, micro);
    append_family(out, &up);
    for (guint i = 0; i < statuses->len; i++)
        append_sample(&metrics, &up, "", i, now[i].phase == EFFNET_WATCH_PLAYING);
    for (guint c = 0; c < G_N_ELEMENTS(counters); c++) {
        append_family(out, &counters[c].family);
        for (guint i = 0; i < statuses->len; i++)
            append_sample(&metrics, &counters[c].family, "", i,
                          (double)G_STRUCT_MEMBER(guint64, &now[i], counters[c].offset));
    }
    append_family(out, &rate);
    for (guint i = 0; i < statuses->len; i++)
        append_sample(&metrics, &rate, "", i, now[i].fps);
    append_family(out, &score);
    for (guint i = 0; i < statuses->len; i++)
        append_classes(&metrics, i);
    for (guint stage = 0; stage < EFFNET_WATCH_N_STAGES; stage++) {
        append_family(out, &times[stage]);
        for (guint i = 0; i < statuses->len; i++)
            append_histogram(&metrics, &times[stage], i, &now[i].times[stage]);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
