/* SPDX-License-Identifier: BSD-2-Clause */
/* All streams together, with what they share: the model, the outputs, the servers. */
#ifndef EFFNET_WATCH_WATCH_H
#define EFFNET_WATCH_WATCH_H

#include "settings.h"

/* Until all streams have ended, or SIGINT or SIGTERM comes, which is no failure. */
gboolean effnet_watch_run(const EffNetWatchProgram *program, GError **error);

#endif
