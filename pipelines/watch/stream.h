/* SPDX-License-Identifier: BSD-2-Clause */
/* One stream, in a thread of its own: connected, and connected anew for as long as it takes.
 * Whatever a source does, and however long it takes for that, no other stream waits for it. */
#ifndef EFFNET_WATCH_STREAM_H
#define EFFNET_WATCH_STREAM_H

#include "graph.h"

typedef struct {
    /* Something to tell the user about the stream NAME. Called in any thread. */
    void (*note)(const char *name, const char *text, gpointer data);
    /* The stream is over: it came to its end or was stopped, or, with ERROR, failed for good. In
     * its thread, once. */
    void (*ended)(const char *name, const GError *error, gpointer data);
    gpointer data;
} EffNetWatchObserver;

typedef struct _EffNetWatchStream EffNetWatchStream;

/* Begins at once. OUTLETS and OBSERVER must outlive it. */
EffNetWatchStream *effnet_watch_stream_start(EffNetWatchOutlets *outlets,
                                             const EffNetWatchObserver *observer);

/* Recordings are closed, and then the thread ends. Does not wait for that. */
void effnet_watch_stream_stop(EffNetWatchStream *stream);

/* Waits for the thread to end. */
void effnet_watch_stream_free(EffNetWatchStream *stream);

#endif
