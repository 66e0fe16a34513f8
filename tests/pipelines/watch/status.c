/* SPDX-License-Identifier: BSD-2-Clause */
#include "status.h"

#include "fake.h"

#include <string.h>

static gboolean
see(EffNetWatchStatus *status, const char *label, gint index, float score)
{
    g_autoptr(GstBuffer) buffer = effnet_test_fake_frame(0, label, index, score, 0, 0);
    GstEfficientNetResult result;
    gboolean found = gst_efficientnet_buffer_get_result(buffer, 0, &result);

    return effnet_watch_status_set_result(status, found ? &result : NULL);
}

static void
test_phases(void)
{
    EffNetWatchStatus *status = effnet_watch_status_new("cam");
    EffNetWatchSnapshot now;

    effnet_watch_status_get(status, &now);
    g_assert_cmpint(now.phase, ==, EFFNET_WATCH_CONNECTING);
    effnet_watch_status_add_frame(status, 7);
    see(status, "cat", 1, 0.5f);
    effnet_watch_status_get(status, &now);
    g_assert_cmpint(now.phase, ==, EFFNET_WATCH_PLAYING);
    g_assert_cmpuint(now.frames, ==, 1);
    g_assert_cmpuint(now.pts, ==, 7);
    g_assert_cmpuint(now.classes.n, ==, 2);

    effnet_watch_status_set_waiting(status, "gone", 1000000);
    effnet_watch_status_set_waiting(status, "gone", 1000000);
    effnet_watch_status_get(status, &now);
    g_assert_cmpint(now.phase, ==, EFFNET_WATCH_WAITING);
    g_assert_cmpstr(now.note, ==, "gone");
    g_assert_cmpuint(now.reconnects, ==, 2);
    g_assert_cmpuint(now.classes.n, ==, 0);
    g_assert_cmpint(now.retry_at, >, g_get_monotonic_time());
    effnet_watch_status_add_frame(status, 8);
    effnet_watch_status_get(status, &now);
    g_assert_cmpstr(now.note, ==, "");
    effnet_watch_status_free(status);
}

static void
test_changes(void)
{
    EffNetWatchStatus *status = effnet_watch_status_new("cam");

    g_assert_false(see(status, NULL, 0, 0.0f));
    g_assert_true(see(status, "cat", 1, 0.5f));
    g_assert_false(see(status, "cat", 1, 0.9f));
    g_assert_true(see(status, "cat", 2, 0.9f));  /* a class is its index */
    g_assert_true(see(status, "gate", 2, 0.9f)); /* and of its model */
    g_assert_true(see(status, NULL, 0, 0.0f));
    g_assert_false(see(status, NULL, 0, 0.0f));
    effnet_watch_status_free(status);
}

static void
test_texts(void)
{
    EffNetWatchStatus *status = effnet_watch_status_new("\xff"
                                                        "cam");
    g_autofree char *longest = g_strnfill(1000, 'x');
    g_autoptr(GString) wide = g_string_new("x");
    EffNetWatchSnapshot now;

    g_assert_true(g_utf8_validate(effnet_watch_status_get_name(status), -1, NULL));
    see(status, "tench, Tinca tinca", 1, 0.5f);
    effnet_watch_status_get(status, &now);
    g_assert_cmpstr(now.classes.best[0].label, ==, "tench");
    see(status, longest, 1, 0.5f);
    effnet_watch_status_get(status, &now);
    g_assert_cmpuint(strlen(now.classes.best[0].label), ==, sizeof now.classes.best[0].label - 1);
    for (guint i = 0; i < 300; i++)
        g_string_append(wide, "\u00e4");
    effnet_watch_status_set_phase(status, EFFNET_WATCH_FAILED, wide->str);
    effnet_watch_status_get(status, &now);
    g_assert_true(g_utf8_validate(now.note, -1, NULL));
    g_assert_cmpuint(strlen(now.note), >, sizeof now.note - 3);
    effnet_watch_status_free(status);
}

static void
set_stats(EffNetWatchStatus *status, guint64 inferences, guint64 latency, gboolean last)
{
    g_autoptr(GstStructure) stats = gst_structure_new(
        "stats", "inferences", G_TYPE_UINT64, inferences, "skipped", G_TYPE_UINT64, (guint64)2,
        "held", G_TYPE_UINT64, (guint64)3, "latency-p50", G_TYPE_UINT64, latency, NULL);
    g_autoptr(GstStructure) published = gst_structure_new(
        "stats", "written", G_TYPE_UINT64, inferences, "dropped", G_TYPE_UINT64, (guint64)4, NULL);

    effnet_watch_status_set_stats(status, stats, published, last);
}

/* Counters only grow, over all connections. */
static void
test_stats(void)
{
    EffNetWatchStatus *status = effnet_watch_status_new("cam");
    g_autoptr(GstStructure) none = gst_structure_new_empty("stats");
    EffNetWatchSnapshot now;

    set_stats(status, 10, 5, FALSE);
    set_stats(status, 20, 6, TRUE);
    set_stats(status, 0, 0, FALSE);
    effnet_watch_status_get(status, &now);
    g_assert_cmpuint(now.inferences, ==, 20);
    g_assert_cmpuint(now.latency_p50, ==, 6);
    set_stats(status, 1, 7, TRUE);
    effnet_watch_status_get(status, &now);
    g_assert_cmpuint(now.inferences, ==, 21);
    g_assert_cmpuint(now.skipped, ==, 4);
    g_assert_cmpuint(now.held, ==, 6);
    g_assert_cmpuint(now.published, ==, 21);
    g_assert_cmpuint(now.dropped, ==, 8);
    g_assert_cmpuint(now.latency_p50, ==, 7);
    effnet_watch_status_set_stats(status, none, NULL, FALSE);
    effnet_watch_status_get(status, &now);
    g_assert_cmpuint(now.published, ==, 21);
    effnet_watch_status_free(status);
}

static void
count(const EffNetWatchSample *sample, gpointer data)
{
    guint *n = data;

    g_assert_cmpuint(sample->classes.n, ==, 2);
    (*n)++;
}

static void
test_samples(void)
{
    EffNetWatchStatus *status = effnet_watch_status_new("cam");
    gint64 before = g_get_monotonic_time() - 1;
    guint n = 0;

    /* Samples are not taken more often than they are shown. */
    for (guint i = 0; i < 100; i++)
        see(status, "cat", 1, 0.5f);
    effnet_watch_status_foreach_sample(status, before, g_get_monotonic_time(), count, &n);
    g_assert_cmpuint(n, >=, 1);
    g_assert_cmpuint(n, <, 50);
    n = 0;
    effnet_watch_status_foreach_sample(status, before - 10, before, count, &n);
    effnet_watch_status_foreach_sample(status, g_get_monotonic_time(), G_MAXINT64, count, &n);
    g_assert_cmpuint(n, ==, 0);
    effnet_watch_status_free(status);
}

static void
test_pictures(void)
{
    EffNetWatchStatus *status = effnet_watch_status_new("cam");
    g_autoptr(GBytes) picture = g_bytes_new_static("jpeg", 4), found = NULL;

    g_assert_null(effnet_watch_status_get_picture(status));
    g_assert_true(effnet_watch_status_is_picture_due(status));
    g_assert_false(effnet_watch_status_is_picture_due(status));
    effnet_watch_status_set_picture(status, picture);
    found = effnet_watch_status_get_picture(status);
    g_assert_true(found == picture);
    effnet_watch_status_free(status);
}

static void
test_progress(void)
{
    EffNetWatchSnapshot now = {
        .pts = 10 * GST_SECOND, .duration = 40 * GST_SECOND, .began = 1000000};
    double fraction, speed, left;

    g_assert_true(effnet_watch_snapshot_get_progress(&now, 6000000, &fraction, &speed, &left));
    g_assert_cmpfloat_with_epsilon(fraction, 0.25, 1e-9);
    g_assert_cmpfloat_with_epsilon(speed, 2.0, 1e-9);
    g_assert_cmpfloat_with_epsilon(left, 15.0, 1e-9);
    now.pts = 50 * GST_SECOND;
    g_assert_true(effnet_watch_snapshot_get_progress(&now, 6000000, &fraction, &speed, &left));
    g_assert_cmpfloat(fraction, ==, 1.0);
    g_assert_cmpfloat(left, ==, 0.0);
    g_assert_false(effnet_watch_snapshot_get_progress(&now, 1000000, &fraction, &speed, &left));
    now.pts = 0;
    g_assert_false(effnet_watch_snapshot_get_progress(&now, 6000000, &fraction, &speed, &left));
    now.pts = GST_CLOCK_TIME_NONE;
    g_assert_false(effnet_watch_snapshot_get_progress(&now, 6000000, &fraction, &speed, &left));
    now = (EffNetWatchSnapshot){.pts = 5, .duration = GST_CLOCK_TIME_NONE, .began = 1};
    g_assert_false(effnet_watch_snapshot_get_progress(&now, 6000000, &fraction, &speed, &left));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/status/phases", test_phases);
    g_test_add_func("/status/changes", test_changes);
    g_test_add_func("/status/texts", test_texts);
    g_test_add_func("/status/stats", test_stats);
    g_test_add_func("/status/samples", test_samples);
    g_test_add_func("/status/pictures", test_pictures);
    g_test_add_func("/status/progress", test_progress);
    return g_test_run();
}
