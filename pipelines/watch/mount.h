/* SPDX-License-Identifier: BSD-2-Clause */
/* Passes a stream's encoded video to a server while there are viewers. The stream and the server
 * come and go independently of each other. */
#ifndef EFFNET_WATCH_MOUNT_H
#define EFFNET_WATCH_MOUNT_H

#include <gst/gst.h>

typedef struct _EffNetWatchMount EffNetWatchMount;

EffNetWatchMount *effnet_watch_mount_new(void);
void effnet_watch_mount_free(EffNetWatchMount *mount);

/* The server's side: from now on APPSRC gets the video, starting with a key frame. */
void effnet_watch_mount_connect(EffNetWatchMount *mount, GstElement *appsrc);
/* No effect if another one has been connected since. */
void effnet_watch_mount_disconnect(EffNetWatchMount *mount, GstElement *appsrc);

/* The stream's side: whether there is a viewer, and whether there is a new one since the last
 * call. */
gboolean effnet_watch_mount_is_wanted(EffNetWatchMount *mount);
gboolean effnet_watch_mount_take_key_request(EffNetWatchMount *mount);
/* Never waits. */
void effnet_watch_mount_push(EffNetWatchMount *mount, GstSample *sample);

#endif
