/* SPDX-License-Identifier: BSD-2-Clause */
/* Running a command when a stream's first class changes: without a shell, one at a time, and with
 * what changed in its environment alone, as labels are untrusted. */
#ifndef EFFNET_WATCH_HOOK_H
#define EFFNET_WATCH_HOOK_H

#include "status.h"

#define EFFNET_WATCH_HOOK_TIMEOUT 30 /* s; then the command is killed */

typedef struct _EffNetWatchHook EffNetWatchHook;

/* Splits COMMAND into words, as a shell would, but expands nothing. */
char **effnet_watch_hook_parse(const char *command, GError **error);

/* Starts ARGV for STREAM's changes. NOTE tells the user, from any thread, when it fails; the same
 * failure again is not told. */
EffNetWatchHook *effnet_watch_hook_new(const char *stream, char **argv, guint timeout,
                                       void (*note)(const char *stream, const char *text,
                                                    gpointer data),
                                       gpointer data);

/* Runs the command for FOUND, NULL: no class, at PTS. Does not wait: while the command still runs,
 * only the newest change is kept for afterwards. */
void effnet_watch_hook_notify(EffNetWatchHook *hook, const EffNetWatchClass *found,
                              GstClockTime pts);

/* Kills the command if it still runs; what waits is not run. */
void effnet_watch_hook_free(EffNetWatchHook *hook);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchHook, effnet_watch_hook_free)

#endif
