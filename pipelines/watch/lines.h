/* SPDX-License-Identifier: BSD-2-Clause */
/* Lines of text from several threads: whole lines, in the order in which they come. Waits for a
 * slow reader, but for nobody once stopped. */
#ifndef EFFNET_WATCH_LINES_H
#define EFFNET_WATCH_LINES_H

#include <glib.h>

typedef struct _EffNetWatchLines EffNetWatchLines;

/* PATH NULL: standard output. Lines are appended to an existing file, after a newline if it ends
 * inside a line; a FIFO need not have a reader yet. NULL with the error set. */
EffNetWatchLines *effnet_watch_lines_open(const char *path, GError **error);
void effnet_watch_lines_close(EffNetWatchLines *lines);

/* TEXT ends with a newline. After a failure or effnet_watch_lines_stop(), nothing is written. FALSE
 * only for the failure, once. */
gboolean effnet_watch_lines_write(EffNetWatchLines *lines, const char *text, gsize length,
                                  GError **error);

void effnet_watch_lines_stop(EffNetWatchLines *lines);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchLines, effnet_watch_lines_close)

#endif
