/* SPDX-License-Identifier: BSD-2-Clause */
/* The records of inputs, a line each, written one by one. */
#ifndef EFFNET_FILTER_RECORDS_H
#define EFFNET_FILTER_RECORDS_H

#include "inputs.h"

typedef struct _EffNetRecords EffNetRecords;

/* Records go to PATH, or to standard output if PATH is NULL. They are written in the order of their
 * turns, unless IS_UNORDERED. A file that has something in it is an error, unless IS_RESUMED. */
EffNetRecords *effnet_records_new(const char *path, gboolean is_unordered, gboolean is_resumed,
                                  GError **error);

void effnet_records_free(EffNetRecords *records);

/* Reads what an earlier run has written, and INPUTS as far as it came: those that have no record
 * yet are passed to LEFT. A line that the run did not finish is cut off. It is an error if a record
 * is not about the input at its index. */
gboolean effnet_records_resume(EffNetRecords *records, EffNetInputs *inputs,
                               void (*left)(gpointer data, guint64 index, const char *name),
                               gpointer data, GError **error);

/* Writes LINE, a record with its newline, or keeps it until it is its turn. Turns are 0, 1, 2, ….
 * Waits while too many are kept. Any thread may call it. FALSE once records cannot be written any
 * more. */
gboolean effnet_records_put(EffNetRecords *records, guint64 turn, const char *line,
                            gboolean is_error);

/* Whether people see them as they are written. */
gboolean effnet_records_are_shown(const EffNetRecords *records);

/* How many there are, of this run and those before it, and how many of them are errors. */
void effnet_records_count(EffNetRecords *records, guint64 *all, guint64 *errors);

/* FALSE and an error if some could not be written. */
gboolean effnet_records_finish(EffNetRecords *records, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetRecords, effnet_records_free)

#endif
