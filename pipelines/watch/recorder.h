/* SPDX-License-Identifier: BSD-2-Clause */
/* The file of a recording. It is created when there is something to record; what goes wrong with it
 * ends the recording, and nothing else. */
#ifndef EFFNET_WATCH_RECORDER_H
#define EFFNET_WATCH_RECORDER_H

#include "settings.h"

#include <gst/app/gstappsink.h>

typedef struct _EffNetWatchRecorder EffNetWatchRecorder;

/* Writes what comes to SINK as SETTINGS say where to. Owned by SINK. */
EffNetWatchRecorder *effnet_watch_recorder_new(const EffNetWatchSettings *settings,
                                               GstAppSink *sink);

/* FALSE once it has failed. From any thread. */
gboolean effnet_watch_recorder_is_active(const EffNetWatchRecorder *recorder);

/* The sentence of the MESSAGE that a recorder posts when it fails; NULL: MESSAGE is another. */
const char *effnet_watch_recorder_get_failure(GstMessage *message);

#endif
