/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a stream's frames come from: a camera, an address, a file, a test pattern. */
#ifndef EFFNET_WATCH_SOURCE_H
#define EFFNET_WATCH_SOURCE_H

#include "settings.h"

/* Adds the elements to PIPELINE and links them with SINK, an element with one sink pad, as soon as
 * they deliver; then calls CONNECTED, with whether frames come at their own pace. */
gboolean effnet_watch_source_add(const EffNetWatchSettings *settings, GstElement *pipeline,
                                 GstElement *sink, void (*connected)(gpointer data, gboolean live),
                                 gpointer data, GError **error);

#endif
