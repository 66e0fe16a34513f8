/* SPDX-License-Identifier: BSD-2-Clause */
#include "gates.h"

/* Every time is rounded by itself. */
#define ROUNDING GST_USECOND

void
gst_efficientnet_gates_reset(GstEfficientNetGates *gates)
{
    gates->until_due = 0;
    gates->wait = 0;
    gates->seen = FALSE;
}

static GstClockTime
period(const GstEfficientNetFraction *rate)
{
    return gst_util_uint64_scale(GST_SECOND, (guint64)rate->d, (guint64)rate->n);
}

/* Whether so much time has gone by that a frame is inferred though nothing has changed. Where times
 * are unknown, it never has. */
static gboolean
is_stale(const GstEfficientNetGates *gates, const GstEfficientNetFrameSettings *settings,
         const GstEfficientNetMoment *moment)
{
    GstClockTime apart = gst_efficientnet_moment_apart(moment, &gates->last);
    GstClockTime interval = settings->refresh_interval;

    return interval > 0 && GST_CLOCK_TIME_IS_VALID(apart) &&
           apart >= interval - MIN(interval, ROUNDING);
}

static gboolean
rate_allows(const GstEfficientNetGates *gates, const GstEfficientNetFraction *rate,
            const GstEfficientNetMoment *moment)
{
    GstClockTime wait;

    if (rate->n == 0)
        return TRUE;
    wait = MIN(gates->wait, period(rate));
    return gst_efficientnet_moment_apart(moment, &gates->last) >= wait - MIN(wait, ROUNDING);
}

gboolean
gst_efficientnet_gates_due(GstEfficientNetGates *gates,
                           const GstEfficientNetFrameSettings *settings,
                           const GstEfficientNetMoment *moment)
{
    gates->until_due = MIN(gates->until_due, settings->interval);
    if (gates->until_due > 0 && --gates->until_due > 0)
        return FALSE;
    if (rate_allows(gates, &settings->max_rate, moment))
        return TRUE;
    gst_efficientnet_gates_hold(gates, settings);
    return FALSE;
}

gboolean
gst_efficientnet_gates_changed(GstEfficientNetGates *gates,
                               const GstEfficientNetFrameSettings *settings,
                               const GstEfficientNetMoment *moment, const GstVideoFrame *map,
                               const EffNetRect *region)
{
    if (settings->change_threshold <= 0.0f) {
        gates->seen = FALSE;
        return TRUE;
    }
    gst_efficientnet_grid_init(&gates->candidate, map, region);
    return !gates->seen || is_stale(gates, settings, moment) ||
           gst_efficientnet_grid_distance(&gates->candidate, &gates->inferred) >=
               settings->change_threshold;
}

void
gst_efficientnet_gates_hold(GstEfficientNetGates *gates,
                            const GstEfficientNetFrameSettings *settings)
{
    gates->until_due = settings->interval;
}

/* Frames rarely come exactly when one may pass. The time lost is made up for, up to a period, so
 * that the mean rate is the one asked for. */
static GstClockTime
next_wait(const GstEfficientNetGates *gates, const GstEfficientNetFraction *rate,
          const GstEfficientNetMoment *moment)
{
    GstClockTime whole = period(rate), wait = MIN(gates->wait, whole);
    GstClockTime waited = gst_efficientnet_moment_apart(moment, &gates->last);

    if (wait == 0 || waited < wait || waited - wait >= whole)
        return whole;
    return whole - (waited - wait);
}

void
gst_efficientnet_gates_pass(GstEfficientNetGates *gates,
                            const GstEfficientNetFrameSettings *settings,
                            const GstEfficientNetMoment *moment)
{
    gates->until_due = settings->interval;
    if (settings->change_threshold > 0.0f) {
        gates->inferred = gates->candidate;
        gates->seen = TRUE;
    }
    gates->wait = settings->max_rate.n == 0 ? 0 : next_wait(gates, &settings->max_rate, moment);
    gates->last = *moment;
}
