/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include <stddef.h>

typedef struct {
    const char *name, *type, *help;
} Family;

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
    {{"effnet_published_total", "counter", "Lines that the broker has taken."},
     offsetof(EffNetWatchSnapshot, published)},
    {{"effnet_publish_dropped_total", "counter", "Lines for the broker that it did not get."},
     offsetof(EffNetWatchSnapshot, dropped)},
    {{"effnet_reconnects_total", "counter", "How often the source was lost."},
     offsetof(EffNetWatchSnapshot, reconnects)},
};

static const Family up = {"effnet_up", "gauge", "Whether the source delivers frames."};
static const Family rate = {"effnet_frame_rate", "gauge", "Frames in a second, newly."};
static const Family latency = {"effnet_inference_latency_seconds", "gauge",
                               "Quantiles of how long the latest inferences took."};

/* The exposition format escapes only these three. */
static void
append_label(GString *out, const char *name)
{
    g_string_append(out, "{stream=\"");
    for (const char *c = name; *c; c++) {
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
append_number(GString *out, const Family *family, const EffNetWatchStatus *status,
              const char *more_labels, double value)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append(out, family->name);
    append_label(out, effnet_watch_status_get_name(status));
    g_string_append_printf(out, "%s} %s\n", more_labels,
                           g_ascii_formatd(text, sizeof text, "%.15g", value));
}

char *
effnet_watch_metrics_format(const GPtrArray *statuses)
{
    g_autoptr(GString) out = g_string_new(NULL);
    g_autofree EffNetWatchSnapshot *now = g_new(EffNetWatchSnapshot, statuses->len);

    for (guint i = 0; i < statuses->len; i++)
        effnet_watch_status_get(g_ptr_array_index(statuses, i), &now[i]);
    append_family(out, &up);
    for (guint i = 0; i < statuses->len; i++)
        append_number(out, &up, g_ptr_array_index(statuses, i), "",
                      now[i].phase == EFFNET_WATCH_PLAYING);
    for (guint c = 0; c < G_N_ELEMENTS(counters); c++) {
        append_family(out, &counters[c].family);
        for (guint i = 0; i < statuses->len; i++)
            append_number(out, &counters[c].family, g_ptr_array_index(statuses, i), "",
                          (double)G_STRUCT_MEMBER(guint64, &now[i], counters[c].offset));
    }
    append_family(out, &rate);
    for (guint i = 0; i < statuses->len; i++)
        append_number(out, &rate, g_ptr_array_index(statuses, i), "", now[i].fps);
    append_family(out, &latency);
    for (guint i = 0; i < statuses->len; i++) {
        append_number(out, &latency, g_ptr_array_index(statuses, i), ",quantile=\"0.5\"",
                      (double)now[i].latency_p50 / GST_SECOND);
        append_number(out, &latency, g_ptr_array_index(statuses, i), ",quantile=\"0.99\"",
                      (double)now[i].latency_p99 / GST_SECOND);
    }
    return g_string_free(g_steal_pointer(&out), FALSE);
}
