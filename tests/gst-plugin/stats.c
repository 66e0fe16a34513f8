/* SPDX-License-Identifier: BSD-2-Clause */
#include "stats.h"

static guint64
field(const GstStructure *structure, const char *name)
{
    guint64 value;

    g_assert_true(gst_structure_get_uint64(structure, name, &value));
    return value;
}

static void
test_empty(void)
{
    GstEfficientNetStats stats = {0};
    GstStructure *structure = gst_efficientnet_stats_to_structure(&stats);
    double fill = -1;

    g_assert_cmpuint(field(structure, "frames"), ==, 0);
    g_assert_cmpuint(field(structure, "latency-p50"), ==, 0);
    g_assert_cmpuint(field(structure, "latency-p99"), ==, 0);
    g_assert_true(gst_structure_get_double(structure, "batch-fill", &fill));
    g_assert_cmpfloat(fill, ==, 0);
    gst_structure_free(structure);
}

static void
test_percentiles(void)
{
    GstEfficientNetStats stats = {.frames = 120, .skipped = 5, .held = 3};
    GstStructure *structure;

    for (guint i = 100; i > 0; i--)
        gst_efficientnet_stats_add_inference(&stats, i, 1.0);
    structure = gst_efficientnet_stats_to_structure(&stats);
    g_assert_cmpuint(field(structure, "frames"), ==, 120);
    g_assert_cmpuint(field(structure, "inferences"), ==, 100);
    g_assert_cmpuint(field(structure, "skipped"), ==, 5);
    g_assert_cmpuint(field(structure, "held"), ==, 3);
    g_assert_cmpuint(field(structure, "latency-p50"), ==, 50);
    g_assert_cmpuint(field(structure, "latency-p99"), ==, 99);
    gst_structure_free(structure);
}

/* The latest in their order, oldest first. */
static void
test_latencies(void)
{
    GstEfficientNetStats stats = {0};

    for (guint64 i = 0; i < GST_EFFICIENTNET_STATS_KEPT + 500; i++) {
        GstStructure *structure = gst_efficientnet_stats_to_structure(&stats);
        g_autoptr(GBytes) latencies = NULL;
        const guint64 *times;
        gsize size;

        g_assert_true(gst_structure_get(structure, "latencies", G_TYPE_BYTES, &latencies, NULL));
        times = g_bytes_get_data(latencies, &size);
        g_assert_cmpuint(size, ==, MIN(i, GST_EFFICIENTNET_STATS_KEPT) * sizeof *times);
        if (size > 0) {
            g_assert_cmpuint(times[0], ==, 1000000 - (i - size / sizeof *times));
            g_assert_cmpuint(times[size / sizeof *times - 1], ==, 1000000 - (i - 1));
        }
        gst_structure_free(structure);
        gst_efficientnet_stats_add_inference(&stats, 1000000 - i, 1.0);
    }
}

/* Only the latest are kept, however many there were. */
static void
test_ring(void)
{
    GstEfficientNetStats stats = {0};
    GstStructure *structure;

    for (guint i = 0; i < 5 * GST_EFFICIENTNET_STATS_KEPT; i++)
        gst_efficientnet_stats_add_inference(&stats, 1000, 0.25);
    for (guint i = 0; i < GST_EFFICIENTNET_STATS_KEPT; i++)
        gst_efficientnet_stats_add_inference(&stats, 7, 0.25);
    structure = gst_efficientnet_stats_to_structure(&stats);
    g_assert_cmpuint(field(structure, "inferences"), ==, 6 * GST_EFFICIENTNET_STATS_KEPT);
    g_assert_cmpuint(field(structure, "latency-p99"), ==, 7);
    gst_structure_free(structure);
}

static void
test_latency_steps(void)
{
    GstEfficientNetLatency latency;
    guint raised = 0;

    gst_efficientnet_latency_init(&latency, 1000);
    /* Not much longer, or not for long: no change. */
    for (guint i = 0; i < 100; i++)
        g_assert_false(
            gst_efficientnet_latency_update(&latency, i % 5 == 4 ? 900 : 1200 + i % 5 * 500));
    g_assert_cmpuint(latency.announced, ==, 1000);
    /* For long: one increase, to the longest of them. */
    for (guint i = 0; i < 100; i++)
        raised += gst_efficientnet_latency_update(&latency, 1900 + i % 2 * 100);
    g_assert_cmpuint(raised, ==, 1);
    g_assert_cmpuint(latency.announced, ==, 2000);
    /* Never a decrease. */
    for (guint i = 0; i < 100; i++)
        g_assert_false(gst_efficientnet_latency_update(&latency, 10));
    g_assert_cmpuint(latency.announced, ==, 2000);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/stats/empty", test_empty);
    g_test_add_func("/stats/percentiles", test_percentiles);
    g_test_add_func("/stats/latencies", test_latencies);
    g_test_add_func("/stats/ring", test_ring);
    g_test_add_func("/stats/latency-steps", test_latency_steps);
    return g_test_run();
}
