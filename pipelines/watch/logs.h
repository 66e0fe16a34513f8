/* SPDX-License-Identifier: BSD-2-Clause */
/* Limits libraries' warnings by g_log(), so that no client or camera fills a disk with them. */
#ifndef EFFNET_WATCH_LOGS_H
#define EFFNET_WATCH_LOGS_H

#include <glib.h>

/* Prints the first few messages of each second, then how many more there were; fatal ones always.
 * For the whole process. */
void effnet_watch_logs_limit(void);

#endif
