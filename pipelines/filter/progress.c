/* SPDX-License-Identifier: BSD-2-Clause */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#define CLEAR "\r\033[K"

static void
append_time(GString *line, guint64 seconds)
{
    if (seconds < 120)
        g_string_append_printf(line, "%" G_GUINT64_FORMAT " s", seconds);
    else if (seconds < 120 * 60)
        g_string_append_printf(line, "%" G_GUINT64_FORMAT " min", seconds / 60);
    else
        g_string_append_printf(line, "%" G_GUINT64_FORMAT " h", seconds / 3600);
}

void
effnet_progress_append(GString *line, guint64 all, guint64 total, guint64 first, guint64 errors,
                       double seconds)
{
    double rate = seconds > 0 ? (double)(all - first) / seconds : 0;

    g_string_append_printf(line, "%" G_GUINT64_FORMAT, all);
    if (total > 0)
        g_string_append_printf(line, " of %" G_GUINT64_FORMAT, total);
    g_string_append_printf(line, ", %.1f a second", rate);
    if (total > all && rate > 0) {
        g_string_append(line, ", ");
        append_time(line, (guint64)((double)(total - all) / rate));
        g_string_append(line, " left");
    }
    if (errors > 0)
        g_string_append_printf(line, ", %" G_GUINT64_FORMAT " failed", errors);
}

void
effnet_progress_begin(EffNetProgress *self, const EffNetInputs *inputs, EffNetRecords *records)
{
    guint64 errors;

    self->is_shown = isatty(STDERR_FILENO) && !effnet_records_are_shown(records);
    if (!self->is_shown)
        return;
    self->total = effnet_inputs_count(inputs);
    effnet_records_count(records, &self->first, &errors);
    self->begin = g_get_monotonic_time();
}

static void
show(const EffNetProgress *self, EffNetRecords *records, const char *end)
{
    g_autoptr(GString) line = g_string_new(CLEAR);
    double seconds = (double)(g_get_monotonic_time() - self->begin) / G_USEC_PER_SEC;
    guint64 all, errors;

    if (!self->is_shown)
        return;
    effnet_records_count(records, &all, &errors);
    effnet_progress_append(line, all, self->total, self->first, errors, seconds);
    fprintf(stderr, "%s%s", line->str, end);
}

void
effnet_progress_show(const EffNetProgress *self, EffNetRecords *records)
{
    show(self, records, "");
}

void
effnet_progress_end(const EffNetProgress *self, EffNetRecords *records)
{
    show(self, records, "\n");
}
