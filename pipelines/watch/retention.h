/* SPDX-License-Identifier: BSD-2-Clause */
/* Deleting a stream's oldest recordings. */
#ifndef EFFNET_WATCH_RETENTION_H
#define EFFNET_WATCH_RETENTION_H

#include <glib.h>

/* The local time, as it replaces %t in a recording's name: names sort by it. For g_free(). */
char *effnet_watch_retention_new_time(void);

/* Deletes the oldest regular files that are named as RECORD, with a time for the last %t of its
 * name and perhaps a number after it, until KEEP are left. PATH, which is being written, is one of
 * those, and other files are not touched. */
void effnet_watch_retention_prune(const char *record, guint keep, const char *path);

#endif
