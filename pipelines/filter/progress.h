/* SPDX-License-Identifier: BSD-2-Clause */
/* A line on the terminal that says how far a list has come. */
#ifndef EFFNET_FILTER_PROGRESS_H
#define EFFNET_FILTER_PROGRESS_H

#include "records.h"

/* Zero-initialised: nothing is shown. */
typedef struct {
    gboolean is_shown;
    guint64 total; /* 0: unknown */
    guint64 first; /* records of earlier runs */
    gint64 begin;
} EffNetProgress;

/* Shows nothing, now and later, if standard error is no terminal, or if the records, among which it
 * would be drawn, go to one. */
void effnet_progress_begin(EffNetProgress *progress, const EffNetInputs *inputs,
                           EffNetRecords *records);

void effnet_progress_show(const EffNetProgress *progress, EffNetRecords *records);

/* Shows the last state, and ends the line. */
void effnet_progress_end(const EffNetProgress *progress, EffNetRecords *records);

/* Appends "120 of 1000, 41.2 a second, 21 s left, 3 failed": so many records ALL, of which FIRST
 * were there SECONDS ago. */
void effnet_progress_append(GString *line, guint64 all, guint64 total, guint64 first,
                            guint64 errors, double seconds);

#endif
