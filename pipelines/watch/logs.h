/* SPDX-License-Identifier: BSD-2-Clause */
/* What libraries warn of, by g_log(): no client or camera fills a disk with it. */
#ifndef EFFNET_WATCH_LOGS_H
#define EFFNET_WATCH_LOGS_H

#include <glib.h>

/* Of the messages that come within a second the first few are printed, then how many more there
 * were. Fatal ones are printed always. For the whole process. */
void effnet_watch_logs_limit(void);

#endif
