/* SPDX-License-Identifier: BSD-2-Clause */
/* Passes a stream's decoded frames on to its zones, streams that have them from there instead of
 * from a source of their own. The stream is the relay's owner; it alone connects, and its zones
 * come and go with its connections. Where frames come at their own pace, those that a zone is too
 * slow for are dropped, and nobody waits for it. Where they do not, as in a file, the owner waits,
 * so that each zone gets every frame. */
#ifndef EFFNET_WATCH_RELAY_H
#define EFFNET_WATCH_RELAY_H

#include <gst/gst.h>

/* What has become of a zone's connection, or of its owner. */
typedef enum {
    EFFNET_WATCH_RELAY_FLOWS,
    EFFNET_WATCH_RELAY_LOST,  /* the owner connects anew */
    EFFNET_WATCH_RELAY_ENDED, /* for good, as with the next two */
    EFFNET_WATCH_RELAY_FAILED,
    EFFNET_WATCH_RELAY_STOPPED,
} EffNetWatchRelayState;

typedef struct _EffNetWatchRelay EffNetWatchRelay;
typedef struct _EffNetWatchFeed EffNetWatchFeed; /* a zone's side of it */

/* For as many zones: the frames of a file wait until each has taken a feed, and has connected or
 * left. For effnet_watch_relay_unref(). */
EffNetWatchRelay *effnet_watch_relay_new(guint n_zones);
void effnet_watch_relay_unref(EffNetWatchRelay *relay);

/* The owner connects. */
void effnet_watch_relay_begin(EffNetWatchRelay *relay);

/* Passes on BUFFER, which leaves PAD. In PAD's streaming thread. LIVE: frames come at their own
 * pace. */
void effnet_watch_relay_push(EffNetWatchRelay *relay, GstPad *pad, GstBuffer *buffer,
                             gboolean live);

/* The connection is over, and is STATE now, REASON says why (NULL: obvious). Whoever waits in
 * effnet_watch_relay_push() returns. No effect once it is over for good. */
void effnet_watch_relay_end(EffNetWatchRelay *relay, EffNetWatchRelayState state,
                            const char *reason);

EffNetWatchFeed *effnet_watch_feed_new(EffNetWatchRelay *relay);
/* Leaves first. */
void effnet_watch_feed_free(EffNetWatchFeed *feed);

/* Waits for the owner to have frames: then, FLOWS. Anything else is for good. */
EffNetWatchRelayState effnet_watch_feed_wait(EffNetWatchFeed *feed);

/* Connects: adds an element to PIPELINE, which brings the owner's frames to SINK, an element with
 * one sink pad, at the owner's times. Each of them waits for PIPELINE if PATIENT, unless they are
 * live; sets *LIVE. */
gboolean effnet_watch_feed_add(EffNetWatchFeed *feed, GstElement *pipeline, GstElement *sink,
                               gboolean patient, gboolean *live, GError **error);

/* What has become of the connection. If it has ENDED, the pipeline gets an EOS. If it is LOST or
 * FAILED, sets *REASON, for g_free(). */
EffNetWatchRelayState effnet_watch_feed_get_state(EffNetWatchFeed *feed, char **reason);

/* The zone wants no more frames; effnet_watch_feed_wait() returns STOPPED. Any thread. */
void effnet_watch_feed_leave(EffNetWatchFeed *feed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchRelay, effnet_watch_relay_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchFeed, effnet_watch_feed_free)

#endif
