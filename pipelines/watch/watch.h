/* SPDX-License-Identifier: BSD-2-Clause */
/* All streams, and what they share: the model, the outputs, the servers. */
#ifndef EFFNET_WATCH_WATCH_H
#define EFFNET_WATCH_WATCH_H

#include "settings.h"

/* Runs until all streams have ended, or until SIGINT or SIGTERM, which is not a failure. */
gboolean effnet_watch_run(const EffNetWatchProgram *program, GError **error);

#endif
