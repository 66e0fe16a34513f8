/* SPDX-License-Identifier: BSD-2-Clause */
/* One stream, on a thread of its own, which reconnects as long as needed. Whatever a source does,
 * and however long it takes, no other stream waits for it. */
#ifndef EFFNET_WATCH_STREAM_H
#define EFFNET_WATCH_STREAM_H

#include "../log.h"
#include "graph.h"

typedef struct {
    EffNetLogFunc note; /* tells the user something; called on any thread */
    /* The stream is over: it ended or was stopped, or, with ERROR, failed for good. Called on its
     * thread, once. */
    void (*ended)(const char *name, const GError *error, gpointer data);
    gpointer data;
} EffNetWatchObserver;

typedef struct _EffNetWatchStream EffNetWatchStream;

/* Starts at once. OUTLETS and OBSERVER must outlive it. */
EffNetWatchStream *effnet_watch_stream_start(EffNetWatchOutlets *outlets,
                                             const EffNetWatchObserver *observer);

/* Closes recordings, then ends the thread. Does not wait for that. */
void effnet_watch_stream_stop(EffNetWatchStream *stream);

/* Waits for the thread to end. */
void effnet_watch_stream_free(EffNetWatchStream *stream);

#endif
