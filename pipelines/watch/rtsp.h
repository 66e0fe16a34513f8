/* SPDX-License-Identifier: BSD-2-Clause */
/* Serves the streams' encoded video by RTSP, each under its name. */
#ifndef EFFNET_WATCH_RTSP_H
#define EFFNET_WATCH_RTSP_H

#include "mount.h"
#include "settings.h"

typedef struct _EffNetWatchRtsp EffNetWatchRtsp;

EffNetWatchRtsp *effnet_watch_rtsp_new(const EffNetWatchAddress *address, GError **error);
void effnet_watch_rtsp_free(EffNetWatchRtsp *rtsp);

/* Serves MOUNT, which must outlive RTSP, to viewers of the stream NAME. Returns its address, for
 * g_free(). */
char *effnet_watch_rtsp_add(EffNetWatchRtsp *rtsp, const char *name, EffNetWatchMount *mount,
                            GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchRtsp, effnet_watch_rtsp_free)

#endif
