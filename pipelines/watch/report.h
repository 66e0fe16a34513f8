/* SPDX-License-Identifier: BSD-2-Clause */
/* What is said about one stream, frame by frame: its status, its JSON lines, its plain lines. */
#ifndef EFFNET_WATCH_REPORT_H
#define EFFNET_WATCH_REPORT_H

#include "lines.h"
#include "status.h"

typedef struct {
    EffNetWatchStatus *status;
    EffNetWatchLines *plain; /* each of these may be NULL */
    EffNetWatchLines *json;
    EffNetWatchLines *publish;
    gboolean changes_only;
    void (*failed)(const GError *error, gpointer data); /* lines cannot be written */
    gpointer data;

    /* Of the streaming thread. */
    guint64 frame;    /* number of the next one, over all connections */
    guint64 inferred; /* what tells the inference of the last result from others */
    gboolean had_result;
    GString *line;
} EffNetWatchReport;

void effnet_watch_report_init(EffNetWatchReport *report, EffNetWatchStatus *status);
void effnet_watch_report_clear(EffNetWatchReport *report);

/* A new connection's timestamps have nothing to do with the last one's. */
void effnet_watch_report_begin(EffNetWatchReport *report);

/* BUFFER comes out of efficientnet, with WIDTH x HEIGHT pixels. */
void effnet_watch_report_frame(EffNetWatchReport *report, GstBuffer *buffer, gint width,
                               gint height);

/* "tabby 61.0 %  tiger cat 20.1 %", or "-" for none. */
void effnet_watch_append_classes(GString *line, const EffNetWatchClasses *classes);

#endif
