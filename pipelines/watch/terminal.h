/* SPDX-License-Identifier: BSD-2-Clause */
/* A line per stream, redrawn in the same place of a terminal. */
#ifndef EFFNET_WATCH_TERMINAL_H
#define EFFNET_WATCH_TERMINAL_H

#include "status.h"

typedef struct _EffNetWatchTerminal EffNetWatchTerminal;

/* FD is a terminal; STATUSES: EffNetWatchStatus, which must outlive the terminal. */
EffNetWatchTerminal *effnet_watch_terminal_new(int fd, const GPtrArray *statuses);
/* The last drawn lines stay. */
void effnet_watch_terminal_free(EffNetWatchTerminal *terminal);

/* From now on, the lines are of STATUSES. */
void effnet_watch_terminal_set_statuses(EffNetWatchTerminal *terminal, const GPtrArray *statuses);

void effnet_watch_terminal_draw(EffNetWatchTerminal *terminal);

/* Prints a line that stays, above the others. Any thread. */
void effnet_watch_terminal_note(EffNetWatchTerminal *terminal, const char *text);

/* Appends a stream's line of at most COLUMNS columns, with its name in a field of NAME_WIDTH
 * columns, or of a third of the line if that is narrower. What has no room is left out: classes
 * before their number and words are cut, and before them, how fast it goes. NOW is monotonic. */
void effnet_watch_terminal_append_line(GString *out, const char *name,
                                       const EffNetWatchSnapshot *snapshot, gint64 now,
                                       guint name_width, guint columns);

#endif
