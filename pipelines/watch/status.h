/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known about a stream: written by its threads, read by the terminal and the servers. */
#ifndef EFFNET_WATCH_STATUS_H
#define EFFNET_WATCH_STATUS_H

#include <gst/efficientnet/meta.h>
#include <gst/gst.h>

#include "histogram.h"

#define EFFNET_WATCH_MAX_CLASSES 5   /* shown; the JSON lines may have more */
#define EFFNET_WATCH_HISTORY     240 /* samples kept */
#define EFFNET_WATCH_SAMPLE_TIME (G_USEC_PER_SEC / 2)

typedef enum {
    EFFNET_WATCH_CONNECTING,
    EFFNET_WATCH_PLAYING,
    EFFNET_WATCH_WAITING, /* to reconnect */
    EFFNET_WATCH_ENDED,
    EFFNET_WATCH_FAILED, /* for good */
} EffNetWatchPhase;

typedef struct {
    gint index;
    gfloat score;
    char label[64]; /* the first synonym; valid UTF-8 */
} EffNetWatchClass;

typedef struct {
    guint n;
    EffNetWatchClass best[EFFNET_WATCH_MAX_CLASSES];
} EffNetWatchClasses;

typedef struct {
    gint64 time; /* monotonic */
    EffNetWatchClasses classes;
} EffNetWatchSample;

/* What a frame's time is spent on. */
typedef enum {
    EFFNET_WATCH_QUEUEING, /* before it is decoded */
    EFFNET_WATCH_DECODING,
    EFFNET_WATCH_INFERRING,
    EFFNET_WATCH_N_STAGES,
} EffNetWatchStage;

typedef struct {
    EffNetWatchPhase phase;
    gboolean opened; /* whether its model has been opened, or could not be */
    char note[256];  /* why it is in that phase; "": obvious */
    gint64 retry_at; /* while waiting; monotonic */
    guint64 frames, inferences, skipped, held, reconnects;
    guint64 published, dropped; /* lines that the broker got, or will not get */
    GstClockTime latency_p50;
    EffNetWatchHistogram times[EFFNET_WATCH_N_STAGES];
    GstClockTime pts, duration; /* GST_CLOCK_TIME_NONE: unknown */
    gint64 began;               /* when the first frame came, monotonic; 0: none yet */
    double fps;
    gint width, height;
    EffNetWatchClasses classes;
} EffNetWatchSnapshot;

typedef struct _EffNetWatchStatus EffNetWatchStatus;

EffNetWatchStatus *effnet_watch_status_new(const char *name);
void effnet_watch_status_free(EffNetWatchStatus *status);
const char *effnet_watch_status_get_name(const EffNetWatchStatus *status);

/* NOTE says why; NULL: obvious. */
void effnet_watch_status_set_phase(EffNetWatchStatus *status, EffNetWatchPhase phase,
                                   const char *note);
/* The source was lost, and is tried again DELAY microseconds from now. */
void effnet_watch_status_set_waiting(EffNetWatchStatus *status, const char *note, gint64 delay);

/* Notes a frame: the stream is playing. */
void effnet_watch_status_add_frame(EffNetWatchStatus *status, GstClockTime pts);
void effnet_watch_status_add_time(EffNetWatchStatus *status, EffNetWatchStage stage,
                                  GstClockTime time);
void effnet_watch_status_set_size(EffNetWatchStatus *status, gint width, gint height);
void effnet_watch_status_set_duration(EffNetWatchStatus *status, GstClockTime duration);
/* Sets what the newest inference found; RESULT NULL: nothing. TRUE if the first class has
 * changed. */
gboolean effnet_watch_status_set_result(EffNetWatchStatus *status,
                                        const GstEfficientNetResult *result);
/* Sets the "stats" of the stream's efficientnet and, unless NULL, of its efficientnetpublish, which
 * start at 0 with every connection. LAST: these are a connection's last. */
void effnet_watch_status_set_stats(EffNetWatchStatus *status, const GstStructure *stats,
                                   const GstStructure *published, gboolean last);

void effnet_watch_status_get(EffNetWatchStatus *status, EffNetWatchSnapshot *snapshot);
/* Calls FUNCTION, which must be quick, for each kept sample after AFTER and up to UNTIL, a time in
 * the past: callers that go on from there miss none. */
void effnet_watch_status_foreach_sample(EffNetWatchStatus *status, gint64 after, gint64 until,
                                        void (*function)(const EffNetWatchSample *sample,
                                                         gpointer data),
                                        gpointer data);

/* The newest JPEG image. Whoever asks counts as a viewer for some seconds; without viewers, only
 * few images are due. */
GBytes *effnet_watch_status_get_picture(EffNetWatchStatus *status);
gboolean effnet_watch_status_is_picture_due(EffNetWatchStatus *status);
void effnet_watch_status_set_picture(EffNetWatchStatus *status, GBytes *picture);

/* Sets how far a file has been read, 0 to 1, how many times faster than it plays, and how many
 * seconds are left. FALSE if that is unknown. */
gboolean effnet_watch_snapshot_get_progress(const EffNetWatchSnapshot *snapshot, gint64 now,
                                            double *fraction, double *speed, double *left);

#endif
