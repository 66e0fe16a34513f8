/* SPDX-License-Identifier: BSD-2-Clause */
/* Runs a command whenever a stream's best class changes: without a shell, one at a time, and with
 * the change in its environment only, since labels are untrusted. */
#ifndef EFFNET_WATCH_HOOK_H
#define EFFNET_WATCH_HOOK_H

#include "../log.h"
#include "status.h"

#define EFFNET_WATCH_HOOK_TIMEOUT 30 /* s, after which the command is killed */

typedef struct _EffNetWatchHook EffNetWatchHook;

/* Splits COMMAND into words, as a shell would, but expands nothing. */
char **effnet_watch_hook_parse(const char *command, GError **error);

/* Will run ARGV whenever STREAM changes; the caller frees the hook. NOTE is called from any thread
 * when the command fails; the same failure is not reported twice in a row. */
EffNetWatchHook *effnet_watch_hook_new(const char *stream, char **argv, guint timeout,
                                       EffNetLogFunc note, gpointer data);

/* Runs the command for the class FOUND (NULL: none) at PTS, without waiting for it: while a command
 * runs, only the newest change is kept for afterwards. SNAPSHOT is the file of a picture, for which
 * the command waits, or NULL. */
void effnet_watch_hook_notify(EffNetWatchHook *hook, const EffNetWatchClass *found,
                              GstClockTime pts, const char *snapshot);

/* Kills the command if it still runs, and drops a change that waits. */
void effnet_watch_hook_free(EffNetWatchHook *hook);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchHook, effnet_watch_hook_free)

#endif
