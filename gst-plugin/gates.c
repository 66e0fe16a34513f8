/* SPDX-License-Identifier: BSD-2-Clause */
#include "gates.h"

void
gst_efficientnet_gates_reset(GstEfficientNetGates *gates)
{
    gates->until_due = 0;
    gates->rated = gates->seen = FALSE;
}

void
gst_efficientnet_gates_restart(GstEfficientNetGates *gates)
{
    gates->until_due = 0;
}

static gboolean
rate_allows(const GstEfficientNetGates *gates, const GstEfficientNetFrameSettings *settings,
            GstClockTime time)
{
    if (settings->max_rate.n == 0 || !gates->rated || !GST_CLOCK_TIME_IS_VALID(time))
        return TRUE;
    /* Backwards: another part of the stream. */
    return time >= gates->next || time < gates->last;
}

gboolean
gst_efficientnet_gates_due(GstEfficientNetGates *gates,
                           const GstEfficientNetFrameSettings *settings, GstClockTime time)
{
    gates->until_due = MIN(gates->until_due, settings->interval);
    if (gates->until_due > 0 && --gates->until_due > 0)
        return FALSE;
    if (rate_allows(gates, settings, time))
        return TRUE;
    gst_efficientnet_gates_hold(gates, settings);
    return FALSE;
}

gboolean
gst_efficientnet_gates_changed(GstEfficientNetGates *gates,
                               const GstEfficientNetFrameSettings *settings,
                               const GstVideoFrame *map, const EffNetRect *region)
{
    if (settings->change_threshold <= 0.0f) {
        gates->seen = FALSE;
        return TRUE;
    }
    gst_efficientnet_grid_init(&gates->candidate, map, region);
    return !gates->seen || gst_efficientnet_grid_distance(&gates->candidate, &gates->inferred) >=
                               settings->change_threshold;
}

void
gst_efficientnet_gates_hold(GstEfficientNetGates *gates,
                            const GstEfficientNetFrameSettings *settings)
{
    gates->until_due = settings->interval;
}

/* Frames rarely come just when one may: the time that was lost is caught up with, up to a period,
 * so that the mean rate is the one asked for. */
static void
set_next(GstEfficientNetGates *gates, const GstEfficientNetFraction *rate, GstClockTime time)
{
    GstClockTime period = gst_util_uint64_scale(GST_SECOND, (guint64)rate->d, (guint64)rate->n);

    if (gates->rated && time >= gates->next && time - gates->next < period)
        gates->next += period;
    else
        gates->next = time + period;
}

void
gst_efficientnet_gates_pass(GstEfficientNetGates *gates,
                            const GstEfficientNetFrameSettings *settings, GstClockTime time)
{
    gates->until_due = settings->interval;
    if (settings->change_threshold > 0.0f) {
        gates->inferred = gates->candidate;
        gates->seen = TRUE;
    }
    if (!GST_CLOCK_TIME_IS_VALID(time) || settings->max_rate.n == 0) {
        gates->rated = FALSE;
        return;
    }
    set_next(gates, &settings->max_rate, time);
    gates->last = time;
    gates->rated = TRUE;
}
