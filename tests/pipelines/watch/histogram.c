/* SPDX-License-Identifier: BSD-2-Clause */
#include "histogram.h"

static void
test_bounds(void)
{
    EffNetWatchHistogram histogram = {0};

    for (guint i = 1; i < EFFNET_WATCH_HISTOGRAM_BOUNDS; i++)
        g_assert_cmpuint(effnet_watch_histogram_bounds[i - 1], <, effnet_watch_histogram_bounds[i]);
    effnet_watch_histogram_add(&histogram, 0);
    effnet_watch_histogram_add(&histogram, effnet_watch_histogram_bounds[0]);
    effnet_watch_histogram_add(&histogram, effnet_watch_histogram_bounds[0] + 1);
    effnet_watch_histogram_add(
        &histogram, effnet_watch_histogram_bounds[EFFNET_WATCH_HISTOGRAM_BOUNDS - 1] + 1);
    g_assert_cmpuint(histogram.counts[0], ==, 2);
    g_assert_cmpuint(histogram.counts[1], ==, 1);
    g_assert_cmpuint(histogram.counts[EFFNET_WATCH_HISTOGRAM_BOUNDS], ==, 1);
    g_assert_cmpuint(histogram.n, ==, 4);
    g_assert_cmpuint(histogram.sum, ==, 2 * GST_MSECOND + 10 * GST_SECOND + 2);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/histogram/bounds", test_bounds);
    return g_test_run();
}
