/* SPDX-License-Identifier: BSD-2-Clause */
#include "report.h"

#include "../printable.h"
#include "json.h"
#include "sendertime.h"

void
effnet_watch_report_init(EffNetWatchReport *report, EffNetWatchStatus *status)
{
    *report = (EffNetWatchReport){
        .status = status,
        .line = g_string_new(NULL),
    };
}

void
effnet_watch_report_clear(EffNetWatchReport *report)
{
    g_string_free(report->line, TRUE);
}

void
effnet_watch_report_begin(EffNetWatchReport *report)
{
    report->had_result = FALSE;
}

/* Appends "tabby 61.0 %  tiger cat 20.1 %", or "-" if there are none. */
static void
append_classes(GString *line, const EffNetWatchClasses *classes)
{
    for (guint k = 0; k < classes->n; k++) {
        g_string_append(line, k > 0 ? "  " : "");
        effnet_printable_append(line, classes->best[k].label);
        g_string_append_printf(line, " %.1f %%", 100.0 * classes->best[k].score);
    }
    if (classes->n == 0)
        g_string_append(line, "-");
}

static void
write_line(EffNetWatchReport *report, EffNetWatchLines *lines)
{
    g_autoptr(GError) error = NULL;

    if (!effnet_watch_lines_write(lines, report->line->str, report->line->len, &error))
        report->failed(error, report->data);
}

static void
write_json(EffNetWatchReport *report, GstBuffer *buffer, gint width, gint height)
{
    const GstEfficientNetJsonFrame frame = {
        .stream = effnet_watch_status_get_name(report->status),
        .frame = report->frame,
        .pts = GST_BUFFER_PTS(buffer),
        .time = g_get_real_time(),
        .sender_time = gst_efficientnet_sender_time_get(buffer),
        .width = width,
        .height = height,
    };

    g_string_truncate(report->line, 0);
    gst_efficientnet_json_append_line(report->line, &frame,
                                      gst_efficientnet_buffer_get_results(buffer));
    if (report->json)
        write_line(report, report->json);
    if (report->publish)
        write_line(report, report->publish);
}

static void
write_plain(EffNetWatchReport *report, GstClockTime pts)
{
    EffNetWatchSnapshot now;

    effnet_watch_status_get(report->status, &now);
    g_string_truncate(report->line, 0);
    effnet_printable_append(report->line, effnet_watch_status_get_name(report->status));
    if (GST_CLOCK_TIME_IS_VALID(pts))
        g_string_append_printf(report->line, "  %.3f s", (double)pts / GST_SECOND);
    g_string_append(report->line, "  ");
    append_classes(report->line, &now.classes);
    g_string_append_c(report->line, '\n');
    write_line(report, report->plain);
}

static void
run_hook(EffNetWatchReport *report, GstClockTime pts, const char *snapshot)
{
    EffNetWatchSnapshot now;

    effnet_watch_status_get(report->status, &now);
    effnet_watch_hook_notify(report->hook, now.classes.n > 0 ? &now.classes.best[0] : NULL, pts,
                             snapshot);
}

/* Whether RESULT, a frame's first, is from another inference than the previous frame's. */
static gboolean
is_new(EffNetWatchReport *report, const GstEfficientNetResult *result)
{
    guint64 inferred =
        GST_CLOCK_TIME_IS_VALID(result->pts) ? result->pts : report->frame - result->age;
    gboolean new = result->age == 0 || inferred != report->inferred || !report->had_result;

    report->inferred = inferred;
    return new;
}

void
effnet_watch_report_frame(EffNetWatchReport *report, GstBuffer *buffer, gint width, gint height,
                          const char *snapshot)
{
    GstEfficientNetResult result;
    gboolean found = gst_efficientnet_buffer_get_result(buffer, 0, &result);
    gboolean new = found ? is_new(report, &result) : report->had_result;

    effnet_watch_status_add_frame(report->status, GST_BUFFER_PTS(buffer));
    report->had_result = found;
    if (new) {
        gboolean changed = effnet_watch_status_set_result(report->status, found ? &result : NULL);

        if ((changed || (found && !report->changes_only)) && (report->json || report->publish))
            write_json(report, buffer, width, height);
        if (changed && report->hook)
            run_hook(report, GST_BUFFER_PTS(buffer), snapshot);
        if (changed && report->plain)
            write_plain(report, GST_BUFFER_PTS(buffer));
    }
    report->frame++;
}
