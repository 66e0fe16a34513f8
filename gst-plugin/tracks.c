/* SPDX-License-Identifier: BSD-2-Clause */
#include "tracks.h"

struct _GstEfficientNetTracks {
    GHashTable *by_key;
};

static void
track_free(gpointer data)
{
    GstEfficientNetTrack *track = data;

    g_clear_pointer(&track->finding, gst_efficientnet_finding_unref);
    gst_efficientnet_verdict_clear(&track->verdict);
    g_free(track->scores);
    g_free(track);
}

GstEfficientNetTracks *
gst_efficientnet_tracks_new(void)
{
    GstEfficientNetTracks *tracks = g_new0(GstEfficientNetTracks, 1);

    tracks->by_key = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, track_free);
    return tracks;
}

void
gst_efficientnet_tracks_free(GstEfficientNetTracks *tracks)
{
    g_hash_table_unref(tracks->by_key);
    g_free(tracks);
}

void
gst_efficientnet_tracks_clear(GstEfficientNetTracks *tracks)
{
    g_hash_table_remove_all(tracks->by_key);
}

GstEfficientNetTrack *
gst_efficientnet_tracks_lookup(GstEfficientNetTracks *tracks, gint64 key)
{
    return g_hash_table_lookup(tracks->by_key, &key);
}

GstEfficientNetTrack *
gst_efficientnet_tracks_see(GstEfficientNetTracks *tracks, gint64 key, guint64 number)
{
    GstEfficientNetTrack *track = gst_efficientnet_tracks_lookup(tracks, key);

    if (!track) {
        track = g_new0(GstEfficientNetTrack, 1);
        track->announced = track->candidate = GST_EFFICIENTNET_VERDICT_NONE;
        gst_efficientnet_verdict_init(&track->verdict);
        g_hash_table_insert(tracks->by_key, g_memdup2(&key, sizeof key), track);
    }
    track->seen = number;
    return track;
}

static gboolean
was_not_seen(gpointer key, gpointer track, gpointer number)
{
    return ((const GstEfficientNetTrack *)track)->seen != *(const guint64 *)number;
}

void
gst_efficientnet_tracks_expire(GstEfficientNetTracks *tracks, guint64 number)
{
    g_hash_table_foreach_remove(tracks->by_key, was_not_seen, &number);
}

const float *
gst_efficientnet_track_smooth(GstEfficientNetTrack *track, const float *scores, guint n_scores,
                              float smoothing)
{
    if (smoothing <= 0.0f) {
        g_clear_pointer(&track->scores, g_free);
        return scores;
    }
    if (!track->scores || track->n_scores != n_scores) {
        g_free(track->scores);
        track->scores = g_memdup2(scores, n_scores * sizeof *scores);
        track->n_scores = n_scores;
        return track->scores;
    }
    for (guint i = 0; i < n_scores; i++)
        track->scores[i] = smoothing * track->scores[i] + (1.0f - smoothing) * scores[i];
    return track->scores;
}

void
gst_efficientnet_track_add(GstEfficientNetTrack *track, GstEfficientNetFinding *finding,
                           guint64 number, const GstEfficientNetQuorum *quorum)
{
    GstEfficientNetFinding *holds = gst_efficientnet_verdict_add(&track->verdict, finding, quorum);

    if (holds) {
        gst_efficientnet_finding_ref(holds);
        g_clear_pointer(&track->finding, gst_efficientnet_finding_unref);
        track->finding = holds;
    }
    track->arrived = number;
    track->n_findings++;
}

gboolean
gst_efficientnet_track_announce(GstEfficientNetTrack *track, gboolean steady)
{
    gint64 verdict = track->verdict.held;
    gboolean again = track->candidate == verdict || track->n_findings == 1;

    track->candidate = verdict;
    if (verdict == track->announced || (steady && !again))
        return FALSE;
    track->announced = verdict;
    return TRUE;
}
