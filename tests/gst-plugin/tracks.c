/* SPDX-License-Identifier: BSD-2-Clause */
#include "tracks.h"

static void
test_expire(void)
{
    g_autoptr(GstEfficientNetTracks) tracks = gst_efficientnet_tracks_new();

    g_assert_null(gst_efficientnet_tracks_lookup(tracks, 5));
    g_assert_nonnull(gst_efficientnet_tracks_see(tracks, 5, 1));
    g_assert_nonnull(gst_efficientnet_tracks_see(tracks, GST_EFFICIENTNET_KEY_FRAME, 1));
    gst_efficientnet_tracks_expire(tracks, 1);
    g_assert_nonnull(gst_efficientnet_tracks_lookup(tracks, 5));
    g_assert_true(gst_efficientnet_tracks_see(tracks, 5, 2) ==
                  gst_efficientnet_tracks_lookup(tracks, 5));
    gst_efficientnet_tracks_expire(tracks, 2);
    g_assert_nonnull(gst_efficientnet_tracks_lookup(tracks, 5));
    g_assert_null(gst_efficientnet_tracks_lookup(tracks, GST_EFFICIENTNET_KEY_FRAME));
    gst_efficientnet_tracks_clear(tracks);
    g_assert_null(gst_efficientnet_tracks_lookup(tracks, 5));
}

static void
test_smooth(void)
{
    g_autoptr(GstEfficientNetTracks) tracks = gst_efficientnet_tracks_new();
    GstEfficientNetTrack *track = gst_efficientnet_tracks_see(tracks, 1, 0);
    const float a[] = {1, 0}, b[] = {0, 1}, more[] = {0.25f, 0.25f, 0.5f};
    const float *smooth;

    g_assert_true(gst_efficientnet_track_smooth(track, a, 2, 0) == a);
    smooth = gst_efficientnet_track_smooth(track, a, 2, 0.75f);
    g_assert_cmpfloat(smooth[0], ==, 1);
    smooth = gst_efficientnet_track_smooth(track, b, 2, 0.75f);
    g_assert_cmpfloat(smooth[0], ==, 0.75f);
    g_assert_cmpfloat(smooth[1], ==, 0.25f);
    smooth = gst_efficientnet_track_smooth(track, b, 2, 0.75f);
    g_assert_cmpfloat(smooth[0], ==, 0.5625f);
    /* Another network. */
    smooth = gst_efficientnet_track_smooth(track, more, 3, 0.75f);
    g_assert_cmpfloat(smooth[2], ==, 0.5f);
    /* Switched off and on, it starts again. */
    gst_efficientnet_track_smooth(track, more, 3, 0);
    smooth = gst_efficientnet_track_smooth(track, (const float[]){1, 0, 0}, 3, 0.5f);
    g_assert_cmpfloat(smooth[0], ==, 1);
}

static const GstEfficientNetSelection selection = {.top_k = 2, .threshold = 0.5f};
static const GstEfficientNetQuorum quorum = {.confirm = 1};

/* BEST -1: no class. */
static gboolean
announce(GstEfficientNetTrack *track, gint best, gboolean steady)
{
    const GstEfficientNetSubject subject = {0};
    g_autoptr(GstEfficientNetFinding) finding = NULL;
    float scores[4] = {0};

    if (best >= 0)
        scores[best] = 1;
    finding = gst_efficientnet_finding_new(&subject, scores, 4, &selection, NULL);
    gst_efficientnet_track_add(track, finding, 7, &quorum);
    g_assert_true(track->finding == finding);
    g_assert_cmpuint(track->arrived, ==, 7);
    return gst_efficientnet_track_announce(track, steady);
}

static void
test_announce(void)
{
    g_autoptr(GstEfficientNetTracks) tracks = gst_efficientnet_tracks_new();
    GstEfficientNetTrack *track = gst_efficientnet_tracks_see(tracks, 1, 0);

    g_assert_false(announce(track, -1, FALSE));
    g_assert_true(announce(track, 2, FALSE));
    g_assert_false(announce(track, 2, FALSE));
    g_assert_true(announce(track, 0, FALSE));
    g_assert_true(announce(track, -1, FALSE));
    g_assert_false(announce(track, -1, FALSE));
}

/* What becomes unknown is announced, whatever its classes are. */
static void
test_announce_unknown(void)
{
    const GstEfficientNetSubject subject = {0};
    g_autoptr(GstEfficientNetTracks) tracks = gst_efficientnet_tracks_new();
    GstEfficientNetTrack *track = gst_efficientnet_tracks_see(tracks, 1, 0);
    const float scores[4] = {0, 0, 1, 0};

    g_assert_true(announce(track, 2, FALSE));
    for (guint i = 0; i < 2; i++) {
        g_autoptr(GstEfficientNetFinding) finding =
            gst_efficientnet_finding_new(&subject, scores, 4, &selection, NULL);

        gst_efficientnet_finding_set_similarity(finding, 0.1f, 0.2f);
        gst_efficientnet_track_add(track, finding, 0, &quorum);
        g_assert_true(gst_efficientnet_track_announce(track, FALSE) == (i == 0));
    }
    g_assert_true(announce(track, 2, FALSE));
}

/* A class that comes and goes is not announced. */
static void
test_announce_steady(void)
{
    g_autoptr(GstEfficientNetTracks) tracks = gst_efficientnet_tracks_new();
    GstEfficientNetTrack *track = gst_efficientnet_tracks_see(tracks, 1, 0);

    g_assert_true(announce(track, 2, TRUE)); /* the first one counts */
    for (guint i = 0; i < 5; i++) {
        g_assert_false(announce(track, 0, TRUE));
        g_assert_false(announce(track, 2, TRUE));
    }
    g_assert_false(announce(track, 0, TRUE));
    g_assert_true(announce(track, 0, TRUE));
    g_assert_false(announce(track, 0, TRUE));
}

/* What does not hold yet leaves the track's finding as it was, but did arrive. */
static void
test_pending(void)
{
    const GstEfficientNetSubject subject = {0};
    const GstEfficientNetQuorum twice = {.confirm = 2};
    g_autoptr(GstEfficientNetTracks) tracks = gst_efficientnet_tracks_new();
    GstEfficientNetTrack *track = gst_efficientnet_tracks_see(tracks, 1, 0);
    const float scores[4] = {0, 0, 1, 0};

    for (guint i = 1; i <= 2; i++) {
        g_autoptr(GstEfficientNetFinding) finding =
            gst_efficientnet_finding_new(&subject, scores, 4, &selection, NULL);

        gst_efficientnet_track_add(track, finding, i, &twice);
        g_assert_true(track->finding == (i == 2 ? finding : NULL));
        g_assert_cmpuint(track->n_findings, ==, i);
        g_assert_cmpuint(track->arrived, ==, i);
        g_assert_true(gst_efficientnet_track_announce(track, FALSE) == (i == 2));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/tracks/expire", test_expire);
    g_test_add_func("/tracks/smooth", test_smooth);
    g_test_add_func("/tracks/announce", test_announce);
    g_test_add_func("/tracks/announce-unknown", test_announce_unknown);
    g_test_add_func("/tracks/announce-steady", test_announce_steady);
    g_test_add_func("/tracks/pending", test_pending);
    return g_test_run();
}
