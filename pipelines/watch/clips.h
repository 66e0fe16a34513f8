/* SPDX-License-Identifier: BSD-2-Clause */
/* Recordings of a stream, each for as long as a class is the first one. */
#ifndef EFFNET_WATCH_CLIPS_H
#define EFFNET_WATCH_CLIPS_H

#include "recorder.h"
#include "settings.h"

typedef struct _EffNetWatchClips EffNetWatchClips;

/* Records what comes from QUEUE, which is encoded, by way of MUXER to SINK. CLASSES: as
 * EffNetWatchMoments has them. */
EffNetWatchClips *effnet_watch_clips_new(const EffNetWatchSettings *settings, GHashTable *classes,
                                         GstElement *queue, GstElement *muxer, GstAppSink *sink);
void effnet_watch_clips_free(EffNetWatchClips *clips);

/* Whether BUFFER, which is to go from PAD to the encoder, is part of a clip. */
gboolean effnet_watch_clips_want(EffNetWatchClips *clips, GstPad *pad, GstBuffer *buffer);

#endif
