/* SPDX-License-Identifier: BSD-2-Clause */
/* What is remembered of every region of a stream, including the whole frame: the finding that
 * holds, the smoothed scores, the class last announced. */
#ifndef GST_EFFICIENTNET_TRACKS_H
#define GST_EFFICIENTNET_TRACKS_H

#include "verdict.h"

typedef struct _GstEfficientNetTracks GstEfficientNetTracks;

typedef struct {
    GstEfficientNetFinding *finding; /* the newest that holds; NULL: none yet */
    guint n_findings;                /* so far, whether they held or not */
    guint64 arrived;                 /* number of the frame that the last of them arrived with */
    GstEfficientNetVerdict verdict;
    gboolean requested; /* REQUEST is set */
    guint64 request;    /* number of the frame last submitted */
    guint64 seen;       /* number of the last frame with the region */

    /*< private >*/
    float *scores; /* smoothed; NULL: none yet */
    guint n_scores;
    gint64 announced, candidate; /* verdicts */
} GstEfficientNetTrack;

GstEfficientNetTracks *gst_efficientnet_tracks_new(void);
void gst_efficientnet_tracks_free(GstEfficientNetTracks *tracks);
void gst_efficientnet_tracks_clear(GstEfficientNetTracks *tracks);

/* NULL if nothing is remembered of KEY; nothing ever is of untracked regions. */
GstEfficientNetTrack *gst_efficientnet_tracks_lookup(GstEfficientNetTracks *tracks, gint64 key);

/* The track of KEY, a new one if there is none, marked as seen in the frame NUMBER. */
GstEfficientNetTrack *gst_efficientnet_tracks_see(GstEfficientNetTracks *tracks, gint64 key,
                                                  guint64 number);

/* Forgets all regions that were not seen in the frame NUMBER. */
void gst_efficientnet_tracks_expire(GstEfficientNetTracks *tracks, guint64 number);

/* Mixes the track's scores, with the weight SMOOTHING, and SCORES; returns the mixture, which is
 * the track's. */
const float *gst_efficientnet_track_smooth(GstEfficientNetTrack *track, const float *scores,
                                           guint n_scores, float smoothing);

/* Adds FINDING, which becomes the track's if it holds. */
void gst_efficientnet_track_add(GstEfficientNetTrack *track, GstEfficientNetFinding *finding,
                                guint64 number, const GstEfficientNetQuorum *quorum);

/* To be called once for every finding that was added. TRUE if the verdict of the track's finding
 * differs from the one last announced; with STEADY, if it does so for the second time in a row. It
 * then counts as announced. */
gboolean gst_efficientnet_track_announce(GstEfficientNetTrack *track, gboolean steady);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(GstEfficientNetTracks, gst_efficientnet_tracks_free)

#endif
