/* SPDX-License-Identifier: BSD-2-Clause */
/* One connection of a stream: a pipeline from its source to all that its frames are for.
 *
 *     source ! efficientnet ! tee ! the end of most frames
 *                                 ! a small JPEG picture now and then, for the page
 *                                 ! overlay ! tee ! window
 *                                                 ! encoder ! tee ! file
 *                                                                 ! RTSP
 */
#ifndef EFFNET_WATCH_GRAPH_H
#define EFFNET_WATCH_GRAPH_H

#include "mount.h"
#include "report.h"
#include "settings.h"

/* What a stream has, whatever becomes of its connections. */
typedef struct {
    const EffNetWatchSettings *settings;
    EffNetWatchStatus *status;
    EffNetWatchReport report;
    EffNetWatchMount *mount; /* NULL: it is not served */
    gboolean pictures;       /* are made */
} EffNetWatchOutlets;

typedef struct _EffNetWatchGraph EffNetWatchGraph;

EffNetWatchGraph *effnet_watch_graph_new(EffNetWatchOutlets *outlets, GError **error);
/* Ends it, however far it is. */
void effnet_watch_graph_free(EffNetWatchGraph *graph);

GstBus *effnet_watch_graph_get_bus(EffNetWatchGraph *graph);

/* What goes wrong is said on the bus, as everything is from now on. */
void effnet_watch_graph_start(EffNetWatchGraph *graph);

/* Takes the counters of the elements over into the status. */
void effnet_watch_graph_update_status(EffNetWatchGraph *graph);
/* Ends the connection, and takes what they are then. */
void effnet_watch_graph_stop(EffNetWatchGraph *graph);

/* Whether frames come at their own pace; where that is not known yet, FALSE. */
gboolean effnet_watch_graph_is_live(const EffNetWatchGraph *graph);

/* As the functions of an EffNetDecoding that are called so. */
guint effnet_watch_graph_get_progress(const EffNetWatchGraph *graph);
guint effnet_watch_graph_get_decoded(const EffNetWatchGraph *graph);
gboolean effnet_watch_graph_is_busy(const EffNetWatchGraph *graph);
gboolean effnet_watch_graph_has_picture(const EffNetWatchGraph *graph);

/* Whether MESSAGE comes from the window, which its user can close, or from the classifier or the
 * publisher, which fail again whenever they are tried again. */
gboolean effnet_watch_graph_is_window(EffNetWatchGraph *graph, GstMessage *message);
gboolean effnet_watch_graph_is_own(EffNetWatchGraph *graph, GstMessage *message);

/* Sends the end of the stream to all branches, so that recordings are closed: the bus tells when it
 * has arrived. FALSE: there is nothing to close. */
gboolean effnet_watch_graph_drain(EffNetWatchGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetWatchGraph, effnet_watch_graph_free)

#endif
