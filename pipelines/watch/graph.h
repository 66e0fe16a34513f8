/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection of a stream: a pipeline from its source to everything that its frames are used
 * for.
 *
 *     source or relay ! efficientnet ! tee ! the end of most frames
 *                                 ! a small JPEG image now and then, for the page
 *                                 ! a JPEG file of a class
 *                                 ! a picture to learn from
 *                                 ! overlay ! tee ! window
 *                                                 ! encoder ! tee ! file
 *                                                                 ! a file of a class
 *                                                                 ! RTSP
 */
#ifndef EFFNET_WATCH_GRAPH_H
#define EFFNET_WATCH_GRAPH_H

#include "mount.h"
#include "pupil.h"
#include "relay.h"
#include "report.h"
#include "settings.h"

/* What a stream keeps across its connections. */
typedef struct {
    const EffNetWatchSettings *settings;
    EffNetWatchStatus *status;
    EffNetWatchReport report;
    EffNetWatchMount *mount;     /* NULL: it is not served */
    EffNetWatchPupil *pupil;     /* NULL: nothing is taught */
    gboolean pictures;           /* whether images are made for the page */
    GHashTable *capture_classes; /* of snapshots and clips; NULL: all */
    EffNetWatchRelay *relay;     /* to its zones; NULL: it has none */
    EffNetWatchFeed *feed;       /* as it is a zone; NULL: it has a source of its own */
} EffNetWatchOutlets;

typedef struct _EffNetWatchGraph EffNetWatchGraph;

EffNetWatchGraph *effnet_watch_graph_new(EffNetWatchOutlets *outlets, GError **error);
/* Ends the connection, whatever its state. */
void effnet_watch_graph_free(EffNetWatchGraph *graph);

GstBus *effnet_watch_graph_get_bus(EffNetWatchGraph *graph);

/* Starts it; from then on, errors and everything else are posted on the bus. */
void effnet_watch_graph_start(EffNetWatchGraph *graph);

/* Copies the elements' counters to the status. */
void effnet_watch_graph_update_status(EffNetWatchGraph *graph);
/* Ends the connection, and copies their last values. */
void effnet_watch_graph_stop(EffNetWatchGraph *graph);

/* Whether frames come at their own pace; FALSE while that is unknown. */
gboolean effnet_watch_graph_is_live(const EffNetWatchGraph *graph);

/* Like EffNetDecoding's functions of these names. */
guint effnet_watch_graph_get_progress(const EffNetWatchGraph *graph);
guint effnet_watch_graph_get_decoded(const EffNetWatchGraph *graph);
gboolean effnet_watch_graph_is_busy(const EffNetWatchGraph *graph);
gboolean effnet_watch_graph_has_picture(const EffNetWatchGraph *graph);

/* Whether MESSAGE comes from the window, which the user can close; or from the classifier or the
 * publisher, which would fail again after any reconnection. */
gboolean effnet_watch_graph_is_window(EffNetWatchGraph *graph, GstMessage *message);
gboolean effnet_watch_graph_is_own(EffNetWatchGraph *graph, GstMessage *message);

/* Sends the end of the stream to all branches, so that recordings are closed; the bus tells when it
 * has arrived. FALSE if there is nothing to close. */
gboolean effnet_watch_graph_drain(EffNetWatchGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchGraph, effnet_watch_graph_free)

#endif
