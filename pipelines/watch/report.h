/* SPDX-License-Identifier: BSD-2-Clause */
/* What is reported about a stream, frame by frame: its status, its JSON lines, its plain lines. */
#ifndef EFFNET_WATCH_REPORT_H
#define EFFNET_WATCH_REPORT_H

#include "hook.h"
#include "lines.h"
#include "status.h"

typedef struct {
    EffNetWatchStatus *status;
    EffNetWatchLines *plain; /* each of these may be NULL */
    EffNetWatchLines *json;
    EffNetWatchLines *publish;
    EffNetWatchHook *hook;
    gboolean changes_only;
    void (*failed)(const GError *error, gpointer data); /* called when lines cannot be written */
    gpointer data;

    /* The streaming thread's. */
    guint64 frame;    /* the next frame's number, over all connections */
    guint64 inferred; /* what distinguishes the last result's inference from others */
    gboolean had_result;
    GString *line;
} EffNetWatchReport;

void effnet_watch_report_init(EffNetWatchReport *report, EffNetWatchStatus *status);
void effnet_watch_report_clear(EffNetWatchReport *report);

/* To be called for a new connection, whose timestamps have nothing to do with the last one's. */
void effnet_watch_report_begin(EffNetWatchReport *report);

/* Reports BUFFER, from efficientnet, with WIDTH x HEIGHT pixels. SNAPSHOT is where a picture of it
 * will be, or NULL. */
void effnet_watch_report_frame(EffNetWatchReport *report, GstBuffer *buffer, gint width,
                               gint height, const char *snapshot);

#endif
