/* SPDX-License-Identifier: BSD-2-Clause */
/* A recording's file. It is created when there is something to record; if anything goes wrong, only
 * the recording ends. */
#ifndef EFFNET_WATCH_RECORDER_H
#define EFFNET_WATCH_RECORDER_H

#include "settings.h"

#include <gst/app/gstappsink.h>

typedef struct _EffNetWatchRecorder EffNetWatchRecorder;

/* Writes what arrives at SINK to where SETTINGS say. Owned by SINK. */
EffNetWatchRecorder *effnet_watch_recorder_new(const EffNetWatchSettings *settings,
                                               GstAppSink *sink);

/* Begins a new file as often as the settings say, with a MUXER that is started anew. The key frames
 * come from QUEUE, to which it is linked. */
void effnet_watch_recorder_split(EffNetWatchRecorder *recorder, GstElement *queue,
                                 GstElement *muxer);

/* FALSE once it has failed. Any thread. */
gboolean effnet_watch_recorder_is_active(const EffNetWatchRecorder *recorder);

/* The error in the MESSAGE that a recorder posts when it fails; NULL if MESSAGE is another. */
const char *effnet_watch_recorder_get_failure(GstMessage *message);

#endif
