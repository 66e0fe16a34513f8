/* SPDX-License-Identifier: BSD-2-Clause */
/* What is remembered of every region of a stream, the whole frame among them: the newest finding,
 * the smoothed scores behind it, the class that was announced last. */
#ifndef GST_EFFICIENTNET_TRACKS_H
#define GST_EFFICIENTNET_TRACKS_H

#include "finding.h"

typedef struct _GstEfficientNetTracks GstEfficientNetTracks;

typedef struct {
    GstEfficientNetFinding *finding; /* the newest; NULL: none yet */
    guint64 arrived;                 /* number of the frame that it came with */
    gboolean requested;              /* REQUEST holds */
    guint64 request;                 /* number of the frame last submitted */
    guint64 seen;                    /* number of the frame where the region was last */

    /*< private >*/
    float *scores; /* smoothed; NULL: none yet */
    guint n_scores;
    gint64 announced, candidate; /* classes; -1: none */
    guint n_findings;
} GstEfficientNetTrack;

GstEfficientNetTracks *gst_efficientnet_tracks_new(void);
void gst_efficientnet_tracks_free(GstEfficientNetTracks *tracks);
void gst_efficientnet_tracks_clear(GstEfficientNetTracks *tracks);

/* NULL: nothing is remembered of KEY; nothing ever is of what is untracked. */
GstEfficientNetTrack *gst_efficientnet_tracks_lookup(GstEfficientNetTracks *tracks, gint64 key);

/* The track of KEY, a new one where there is none, marked as seen in the frame NUMBER. */
GstEfficientNetTrack *gst_efficientnet_tracks_see(GstEfficientNetTracks *tracks, gint64 key,
                                                  guint64 number);

/* Forgets all regions that were not seen in the frame NUMBER. */
void gst_efficientnet_tracks_expire(GstEfficientNetTracks *tracks, guint64 number);

/* Mixes SCORES, of which SMOOTHING is to be what was there before, into those of the track, and
 * returns the mixture. */
const float *gst_efficientnet_track_smooth(GstEfficientNetTrack *track, const float *scores,
                                           guint n_scores, float smoothing);

/* Makes FINDING (taken) the newest one. */
void gst_efficientnet_track_take(GstEfficientNetTrack *track, GstEfficientNetFinding *finding,
                                 guint64 number);

/* Once for every finding. TRUE when its best class is another than the one announced last: with
 * STEADY, when it is so for the second time in a row. It counts as announced then. */
gboolean gst_efficientnet_track_announce(GstEfficientNetTrack *track, gboolean steady);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetTracks, gst_efficientnet_tracks_free)

#endif
