/* SPDX-License-Identifier: BSD-2-Clause */
/* From when to when a class is a stream's first one. */
#ifndef EFFNET_WATCH_MOMENTS_H
#define EFFNET_WATCH_MOMENTS_H

#include <gst/efficientnet/meta.h>
#include <gst/gst.h>

#define EFFNET_WATCH_NO_CLASS      (-1)
#define EFFNET_WATCH_UNKNOWN_CLASS (-2) /* the index of what is none of a model's classes */

/* The set of the classes with the labels or numbers NAMES, of which "unknown" is one, among N
 * LABELS. For g_hash_table_unref(). */
GHashTable *effnet_watch_moments_new_set(char **names, const char *const *labels, guint n,
                                         GError **error);

typedef struct {
    GHashTable *classes; /* which are followed; NULL: all */
    GstClockTime linger; /* how long a class may be away without being over */
    GstClockTime most;   /* how long a moment lasts at most; GST_CLOCK_TIME_NONE: without end */
    GstClockTime apart;  /* how soon after another one a moment may begin */

    /* Set up by effnet_watch_moments_init(), and read by the caller. */
    gint index;  /* the moment's class, or EFFNET_WATCH_NO_CLASS */
    char *label; /* valid UTF-8, perhaps empty, or NULL */

    /* Private. */
    gboolean ended; /* though the class is still there */
    GstClockTime began, seen, now;
} EffNetWatchMoments;

void effnet_watch_moments_init(EffNetWatchMoments *moments);
void effnet_watch_moments_clear(EffNetWatchMoments *moments);

typedef enum {
    EFFNET_WATCH_MOMENT_ENDS = 1,
    EFFNET_WATCH_MOMENT_BEGINS = 2, /* after the end of another one, if both are set */
} EffNetWatchMomentChange;

/* What begins and ends with BUFFER, the next one from efficientnet: 0, or some of
 * EffNetWatchMomentChange. */
guint effnet_watch_moments_follow(EffNetWatchMoments *moments, GstBuffer *buffer);

#endif
