/* SPDX-License-Identifier: BSD-2-Clause */
/* A line a stream, drawn again and again in the same place of a terminal. */
#ifndef EFFNET_WATCH_TERMINAL_H
#define EFFNET_WATCH_TERMINAL_H

#include "status.h"

typedef struct _EffNetWatchTerminal EffNetWatchTerminal;

/* FD is a terminal, STATUSES of EffNetWatchStatus. */
EffNetWatchTerminal *effnet_watch_terminal_new(int fd, const GPtrArray *statuses);
/* What was drawn last stays. */
void effnet_watch_terminal_free(EffNetWatchTerminal *terminal);

void effnet_watch_terminal_draw(EffNetWatchTerminal *terminal);

/* A line of text that stays, above the others. From any thread. */
void effnet_watch_terminal_note(EffNetWatchTerminal *terminal, const char *text);

/* Appends the line of a stream, its name in a field of NAME_WIDTH columns, all in at most COLUMNS.
 * NOW is monotonic. */
void effnet_watch_terminal_append_line(GString *out, const char *name,
                                       const EffNetWatchSnapshot *snapshot, gint64 now,
                                       guint name_width, guint columns);

#endif
