/* SPDX-License-Identifier: BSD-2-Clause */
/* A recording's files. Each is created when there is something to record; if anything goes wrong,
 * only the recording ends. */
#ifndef EFFNET_WATCH_RECORDER_H
#define EFFNET_WATCH_RECORDER_H

#include <gst/app/gstappsink.h>

typedef struct _EffNetWatchRecorder EffNetWatchRecorder;

/* Which files recordings go to. */
typedef struct {
    char *(*new_path)(gpointer data); /* for g_free(); NULL: what comes is dropped */
    void (*created)(const char *path, gpointer data);
    gpointer data;
} EffNetWatchRecorderFiles;

/* Writes what arrives at SINK to FILES. Owned by SINK. */
EffNetWatchRecorder *effnet_watch_recorder_new(const EffNetWatchRecorderFiles *files,
                                               GstAppSink *sink);

/* Lets recordings be split: MUXER, which leads to the sink, is started anew for each file. */
void effnet_watch_recorder_set_muxer(EffNetWatchRecorder *recorder, GstElement *muxer);

/* Ends the file, and waits until it is written. In the streaming thread of PAD, which leads to the
 * muxer. FALSE: everything is being stopped. */
gboolean effnet_watch_recorder_split(EffNetWatchRecorder *recorder, GstPad *pad);

/* Splits every so many SECONDS, at a key frame that comes from QUEUE, which leads to the muxer. */
void effnet_watch_recorder_split_every(EffNetWatchRecorder *recorder, guint seconds,
                                       GstElement *queue);

/* FALSE once it has failed. Any thread. */
gboolean effnet_watch_recorder_is_active(const EffNetWatchRecorder *recorder);

/* Posts a message of ELEMENT's that SENTENCE has ended a recording. */
void effnet_watch_recorder_post_failure(GstElement *element, const char *sentence);

/* The sentence of such a message, which a recorder posts when it fails; NULL if MESSAGE is
 * another. */
const char *effnet_watch_recorder_get_failure(GstMessage *message);

#endif
