/* SPDX-License-Identifier: BSD-2-Clause */
#include "histogram.h"

const GstClockTime effnet_watch_histogram_bounds[EFFNET_WATCH_HISTOGRAM_BOUNDS] = {
    1 * GST_MSECOND,   2500 * GST_USECOND, 5 * GST_MSECOND,    10 * GST_MSECOND,
    25 * GST_MSECOND,  50 * GST_MSECOND,   100 * GST_MSECOND,  250 * GST_MSECOND,
    500 * GST_MSECOND, 1 * GST_SECOND,     2500 * GST_MSECOND, 10 * GST_SECOND,
};

void
effnet_watch_histogram_add(EffNetWatchHistogram *histogram, GstClockTime time)
{
    guint i = 0;

    while (i < EFFNET_WATCH_HISTOGRAM_BOUNDS && time > effnet_watch_histogram_bounds[i])
        i++;
    histogram->counts[i]++;
    histogram->n++;
    histogram->sum += time;
}
