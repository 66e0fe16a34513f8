/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include <string.h>

static void
test_format(void)
{
    g_autoptr(GPtrArray) statuses =
        g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_status_free);
    g_autoptr(GstStructure) stats = gst_structure_new(
        "stats", "inferences", G_TYPE_UINT64, (guint64)3, "latency-p50", G_TYPE_UINT64,
        (guint64)12500000, "latency-p99", G_TYPE_UINT64, (guint64)20000000, NULL);
    g_autoptr(GstStructure) published = gst_structure_new(
        "stats", "written", G_TYPE_UINT64, (guint64)7, "dropped", G_TYPE_UINT64, (guint64)5, NULL);
    g_autofree char *text = NULL;

    g_ptr_array_add(statuses, effnet_watch_status_new("cam"));
    g_ptr_array_add(statuses, effnet_watch_status_new("a\"b\\c\nd"));
    effnet_watch_status_add_frame(statuses->pdata[0], 0);
    effnet_watch_status_set_stats(statuses->pdata[0], stats, published, FALSE);
    effnet_watch_status_set_waiting(statuses->pdata[1], "gone", 0);
    text = effnet_watch_metrics_format(statuses);
    g_assert_nonnull(strstr(text, "# HELP effnet_up Whether the source delivers frames.\n"
                                  "# TYPE effnet_up gauge\n"
                                  "effnet_up{stream=\"cam\"} 1\n"
                                  "effnet_up{stream=\"a\\\"b\\\\c\\nd\"} 0\n"
                                  "# HELP effnet_frames_total Frames that came.\n"
                                  "# TYPE effnet_frames_total counter\n"
                                  "effnet_frames_total{stream=\"cam\"} 1\n"));
    g_assert_nonnull(strstr(text, "effnet_inferences_total{stream=\"cam\"} 3\n"));
    g_assert_nonnull(strstr(text, "effnet_published_total{stream=\"cam\"} 7\n"));
    g_assert_nonnull(strstr(text, "effnet_publish_dropped_total{stream=\"cam\"} 5\n"));
    g_assert_nonnull(strstr(text, "effnet_reconnects_total{stream=\"a\\\"b\\\\c\\nd\"} 1\n"));
    g_assert_nonnull(
        strstr(text, "effnet_inference_latency_seconds{stream=\"cam\",quantile=\"0.5\"} 0.0125\n"
                     "effnet_inference_latency_seconds{stream=\"cam\",quantile=\"0.99\"} 0.02\n"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/metrics/format", test_format);
    return g_test_run();
}
