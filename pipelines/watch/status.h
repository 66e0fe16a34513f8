/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a stream: written by its threads, read by the terminal and the servers. */
#ifndef EFFNET_WATCH_STATUS_H
#define EFFNET_WATCH_STATUS_H

#include <gst/efficientnet/meta.h>
#include <gst/gst.h>

#define EFFNET_WATCH_MAX_CLASSES 5   /* that are shown; there may be more in the JSON lines */
#define EFFNET_WATCH_HISTORY     240 /* samples that are kept */
#define EFFNET_WATCH_SAMPLE_TIME (G_USEC_PER_SEC / 2)

typedef enum {
    EFFNET_WATCH_CONNECTING,
    EFFNET_WATCH_PLAYING,
    EFFNET_WATCH_WAITING, /* to connect anew */
    EFFNET_WATCH_ENDED,
    EFFNET_WATCH_FAILED, /* for good */
} EffNetWatchPhase;

typedef struct {
    gint index;
    gfloat score;
    char label[64]; /* of synonyms the first; valid UTF-8 */
} EffNetWatchClass;

typedef struct {
    guint n;
    EffNetWatchClass best[EFFNET_WATCH_MAX_CLASSES];
} EffNetWatchClasses;

typedef struct {
    gint64 time; /* monotonic */
    EffNetWatchClasses classes;
} EffNetWatchSample;

typedef struct {
    EffNetWatchPhase phase;
    char note[256];  /* why it is in that phase; "": no need to say */
    gint64 retry_at; /* when waiting; monotonic */
    guint64 frames, inferences, skipped, held, reconnects;
    guint64 published, dropped; /* lines that the broker has, or will not get */
    GstClockTime latency_p50, latency_p99;
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

/* NOTE NULL: there is no need to say why. */
void effnet_watch_status_set_phase(EffNetWatchStatus *status, EffNetWatchPhase phase,
                                   const char *note);
/* The source is lost, and is tried again DELAY microseconds from now. */
void effnet_watch_status_set_waiting(EffNetWatchStatus *status, const char *note, gint64 delay);

/* A frame came: the stream plays. */
void effnet_watch_status_add_frame(EffNetWatchStatus *status, GstClockTime pts);
void effnet_watch_status_set_size(EffNetWatchStatus *status, gint width, gint height);
void effnet_watch_status_set_duration(EffNetWatchStatus *status, GstClockTime duration);
/* What the newest inference found; RESULT NULL: nothing. TRUE: the first class is another. */
gboolean effnet_watch_status_set_result(EffNetWatchStatus *status,
                                        const GstEfficientNetResult *result);
/* The "stats" of the stream's efficientnet and, unless that is NULL, of its efficientnetpublish,
 * which begin at 0 with every connection; LAST: another one comes next. */
void effnet_watch_status_set_stats(EffNetWatchStatus *status, const GstStructure *stats,
                                   const GstStructure *published, gboolean last);

void effnet_watch_status_get(EffNetWatchStatus *status, EffNetWatchSnapshot *snapshot);
/* Calls FUNCTION, which must be quick, for each sample that is kept, of after AFTER and not after
 * UNTIL, which has passed: who asks from there on later misses none. */
void effnet_watch_status_foreach_sample(EffNetWatchStatus *status, gint64 after, gint64 until,
                                        void (*function)(const EffNetWatchSample *sample,
                                                         gpointer data),
                                        gpointer data);

/* The newest JPEG picture. Whoever asks is taken for a viewer for some seconds; where there is no
 * viewer, only few pictures are due. */
GBytes *effnet_watch_status_get_picture(EffNetWatchStatus *status);
gboolean effnet_watch_status_is_picture_due(EffNetWatchStatus *status);
void effnet_watch_status_set_picture(EffNetWatchStatus *status, GBytes *picture);

/* How far a file is, 0 to 1, how many times faster than it plays, and in how many seconds it will
 * be through. FALSE where that cannot be said. */
gboolean effnet_watch_snapshot_get_progress(const EffNetWatchSnapshot *snapshot, gint64 now,
                                            double *fraction, double *speed, double *left);

#endif
