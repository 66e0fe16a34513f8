/* SPDX-License-Identifier: BSD-2-Clause */
/* JPEG pictures of single frames, or of a part of them. */
#ifndef EFFNET_WATCH_STILL_H
#define EFFNET_WATCH_STILL_H

#include <effnet/effnet.h>
#include <gst/gst.h>

#define EFFNET_WATCH_STILL_MAX 1280 /* pixels of the longer side; larger ones are scaled down */

typedef struct _EffNetWatchStill EffNetWatchStill;

EffNetWatchStill *effnet_watch_still_new(GError **error);
void effnet_watch_still_free(EffNetWatchStill *still);

/* ZONE of SAMPLE, a raw frame, as a JPEG. A zone must be within the frame. */
GBytes *effnet_watch_still_encode(EffNetWatchStill *still, GstSample *sample,
                                  const EffNetRect *zone, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchStill, effnet_watch_still_free)

#endif
