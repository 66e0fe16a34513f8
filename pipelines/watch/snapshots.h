/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures of a stream, one whenever a class becomes the first one. */
#ifndef EFFNET_WATCH_SNAPSHOTS_H
#define EFFNET_WATCH_SNAPSHOTS_H

#include "settings.h"

#include <gst/app/gstappsink.h>

typedef struct _EffNetWatchSnapshots EffNetWatchSnapshots;

/* Takes what comes through PAD, of a queue's sink, to the JPEG pictures at SINK. CLASSES: as
 * EffNetWatchMoments has them. */
EffNetWatchSnapshots *effnet_watch_snapshots_new(const EffNetWatchSettings *settings,
                                                 GHashTable *classes, GstPad *pad,
                                                 GstAppSink *sink);
void effnet_watch_snapshots_free(EffNetWatchSnapshots *snapshots);

/* Where the picture of BUFFER will be, before it reaches the pad, in the same thread; NULL: none is
 * taken of it, also because a LIVE source would have to wait for a disk. Valid until the next
 * call. */
const char *effnet_watch_snapshots_choose(EffNetWatchSnapshots *snapshots, GstBuffer *buffer,
                                          gboolean live);

#endif
