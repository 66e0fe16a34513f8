/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a stream's snapshots or clips are: in a folder per class. */
#ifndef EFFNET_WATCH_CAPTURES_H
#define EFFNET_WATCH_CAPTURES_H

#include "settings.h"

typedef struct _EffNetWatchCaptures EffNetWatchCaptures;

/* Files of SETTINGS' stream that end with SUFFIX, in folders of FOLDER. */
EffNetWatchCaptures *effnet_watch_captures_new(const EffNetWatchSettings *settings,
                                               const char *folder, const char *suffix);
void effnet_watch_captures_free(EffNetWatchCaptures *captures);

/* A path for a new file of class INDEX, named LABEL, whose folder is made if it is missing. It
 * leads nowhere else, whatever the label is. For g_free(). */
char *effnet_watch_captures_new_path(EffNetWatchCaptures *captures, const char *label, gint index);

/* Deletes the oldest files, of any class, of which there are more than the settings allow; PATH is
 * the newest. */
void effnet_watch_captures_prune(const EffNetWatchCaptures *captures, const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchCaptures, effnet_watch_captures_free)

#endif
