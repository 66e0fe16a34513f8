/* SPDX-License-Identifier: BSD-2-Clause */
#include "metrics.h"

#include "fake.h"

#include <string.h>

static void
assert_has(const char *text, const char *line)
{
    if (!strstr(text, line))
        g_error("%s is not in %s", line, text);
}

static void
test_format(void)
{
    g_autoptr(GPtrArray) statuses =
        g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_status_free);
    g_autoptr(GstStructure) stats =
        gst_structure_new("stats", "inferences", G_TYPE_UINT64, (guint64)3, NULL);
    g_autoptr(GstStructure) published = gst_structure_new(
        "stats", "written", G_TYPE_UINT64, (guint64)7, "dropped", G_TYPE_UINT64, (guint64)5, NULL);
    g_autofree char *text = NULL;

    g_ptr_array_add(statuses, effnet_watch_status_new("cam"));
    g_ptr_array_add(statuses, effnet_watch_status_new("a\"b\\c\nd"));
    effnet_watch_status_add_frame(statuses->pdata[0], 0);
    effnet_watch_status_set_stats(statuses->pdata[0], stats, published, FALSE);
    effnet_watch_status_set_waiting(statuses->pdata[1], "gone", 0);
    text = effnet_watch_metrics_format(statuses);
    assert_has(text, "# HELP effnet_stream_up Whether the source delivers frames.\n"
                     "# TYPE effnet_stream_up gauge\n"
                     "effnet_stream_up{stream=\"cam\"} 1\n"
                     "effnet_stream_up{stream=\"a\\\"b\\\\c\\nd\"} 0\n"
                     "# HELP effnet_frames_total Frames that came.\n"
                     "# TYPE effnet_frames_total counter\n"
                     "effnet_frames_total{stream=\"cam\"} 1\n");
    assert_has(text, "effnet_inferences_total{stream=\"cam\"} 3\n");
    assert_has(text, "effnet_published_total{stream=\"cam\"} 7\n");
    assert_has(text, "effnet_publish_dropped_total{stream=\"cam\"} 5\n");
    assert_has(text, "effnet_reconnects_total{stream=\"a\\\"b\\\\c\\nd\"} 1\n");
    assert_has(text, "effnet_build_info{version=\"" EFFNET_VERSION "\",gstreamer=\"1.");
}

static void
test_classes(void)
{
    g_autoptr(GPtrArray) statuses =
        g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_status_free);
    g_autoptr(GstBuffer) buffer = effnet_test_fake_frame(0, "a \"cat\"", 281, 0.75f, 0, 0);
    GstEfficientNetResult result;
    g_autofree char *text = NULL, *without = NULL;

    g_ptr_array_add(statuses, effnet_watch_status_new("cam"));
    without = effnet_watch_metrics_format(statuses);
    g_assert_null(strstr(without, "effnet_class_score{"));
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    effnet_watch_status_set_result(statuses->pdata[0], &result);
    text = effnet_watch_metrics_format(statuses);
    assert_has(text, "# TYPE effnet_class_score gauge\n"
                     "effnet_class_score{stream=\"cam\",class=\"a \\\"cat\\\"\",index=\"281\"} "
                     "0.75\n");
}

/* Each bucket contains those before it. */
static void
test_histograms(void)
{
    g_autoptr(GPtrArray) statuses =
        g_ptr_array_new_with_free_func((GDestroyNotify)effnet_watch_status_free);
    g_autofree char *text = NULL;

    g_ptr_array_add(statuses, effnet_watch_status_new("cam"));
    effnet_watch_status_add_time(statuses->pdata[0], EFFNET_WATCH_DECODING, GST_MSECOND);
    effnet_watch_status_add_time(statuses->pdata[0], EFFNET_WATCH_DECODING, 3 * GST_MSECOND);
    effnet_watch_status_add_time(statuses->pdata[0], EFFNET_WATCH_DECODING, 60 * GST_SECOND);
    text = effnet_watch_metrics_format(statuses);
    assert_has(text, "# TYPE effnet_decode_duration_seconds histogram\n"
                     "effnet_decode_duration_seconds_bucket{stream=\"cam\",le=\"0.001\"} 1\n"
                     "effnet_decode_duration_seconds_bucket{stream=\"cam\",le=\"0.0025\"} 1\n"
                     "effnet_decode_duration_seconds_bucket{stream=\"cam\",le=\"0.005\"} 2\n");
    assert_has(text, "effnet_decode_duration_seconds_bucket{stream=\"cam\",le=\"10\"} 2\n"
                     "effnet_decode_duration_seconds_bucket{stream=\"cam\",le=\"+Inf\"} 3\n"
                     "effnet_decode_duration_seconds_sum{stream=\"cam\"} 60.004\n"
                     "effnet_decode_duration_seconds_count{stream=\"cam\"} 3\n");
    assert_has(text, "effnet_queue_duration_seconds_count{stream=\"cam\"} 0\n");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/metrics/format", test_format);
    g_test_add_func("/metrics/classes", test_classes);
    g_test_add_func("/metrics/histograms", test_histograms);
    return g_test_run();
}
