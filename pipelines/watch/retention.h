/* SPDX-License-Identifier: BSD-2-Clause */
/* Deleting a stream's oldest recordings. */
#ifndef EFFNET_WATCH_RETENTION_H
#define EFFNET_WATCH_RETENTION_H

#include <time.h>

#include <glib.h>

/* The local time, as it replaces %t in a recording's name: names sort by it. For g_free(). */
char *effnet_watch_retention_new_time(void);

typedef struct {
    guint files;   /* 0: any number, as for the next */
    guint64 bytes; /* of all files together */
} EffNetWatchRetentionLimits;

gboolean effnet_watch_retention_are_met(const EffNetWatchRetentionLimits *limits, guint files,
                                        guint64 bytes);

/* Below 0 if A is before B. */
int effnet_watch_retention_compare_times(const struct timespec *a, const struct timespec *b);

/* Deletes the oldest regular files that are named as RECORD, with a time for the last %t of its
 * name and perhaps a number after it, until LIMITS are met. IN_CLASSES: they are in the folders
 * within RECORD's folder, rather than in that itself. PATH, which is being written, is not deleted
 * but counted, and other files are not touched. */
void effnet_watch_retention_prune(const char *record, gboolean in_classes,
                                  const EffNetWatchRetentionLimits *limits, const char *path);

#endif
