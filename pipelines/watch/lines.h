/* SPDX-License-Identifier: BSD-2-Clause */
/* Where lines of text go that several threads write: whole lines, in the order in which they come.
 * A reader that is slow is waited for; but nobody waits any longer once they are stopped. */
#ifndef EFFNET_WATCH_LINES_H
#define EFFNET_WATCH_LINES_H

#include <glib.h>

typedef struct _EffNetWatchLines EffNetWatchLines;

/* PATH NULL: standard output. Lines are appended to a file that is there, on a
 * new line where it ends within one; a FIFO need have no reader yet. */
EffNetWatchLines *effnet_watch_lines_open(const char *path, GError **error);
void effnet_watch_lines_close(EffNetWatchLines *lines);

/* TEXT ends in a newline. After a failure or effnet_watch_lines_stop() nothing is written. FALSE
 * only for the failure, once. */
gboolean effnet_watch_lines_write(EffNetWatchLines *lines, const char *text, gsize length,
                                  GError **error);

void effnet_watch_lines_stop(EffNetWatchLines *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchLines, effnet_watch_lines_close)

#endif
