/* SPDX-License-Identifier: BSD-2-Clause */
#include "timeline.h"

/* Frames that go back by less than this are out of order; if by more, the stream's time starts
 * again. */
#define DISORDER GST_SECOND
/* A step that no stream makes, but that can still be added. */
#define LONGEST_STEP (G_MAXUINT64 / 4)

void
gst_efficientnet_timeline_init(GstEfficientNetTimeline *self)
{
    *self = (GstEfficientNetTimeline){.front = GST_CLOCK_TIME_NONE};
}

static GstClockTime
scale(GstClockTime time, double speed)
{
    double scaled = (double)time * speed;

    return scaled < (double)LONGEST_STEP ? (GstClockTime)scaled : LONGEST_STEP;
}

/* Running time grows in either direction, and from one segment to the next. */
static void
move_front(GstEfficientNetTimeline *self, GstClockTime running, double speed)
{
    if (GST_CLOCK_TIME_IS_VALID(self->front)) {
        if (running < self->front && self->front - running < DISORDER)
            return;
        /* What was estimated for frames without a time may have been more. */
        if (running > self->front)
            self->passed =
                MAX(self->passed, self->passed_at_front + scale(running - self->front, speed));
    }
    self->front = running;
    self->passed_at_front = self->passed;
}

static gboolean
count_frame(GstEfficientNetTimeline *self, const GstVideoInfo *info)
{
    if (GST_VIDEO_INFO_FPS_N(info) <= 0 || GST_VIDEO_INFO_FPS_D(info) <= 0)
        return FALSE;
    self->passed += gst_util_uint64_scale_int(GST_SECOND, GST_VIDEO_INFO_FPS_D(info),
                                              GST_VIDEO_INFO_FPS_N(info));
    return TRUE;
}

GstEfficientNetMoment
gst_efficientnet_timeline_advance(GstEfficientNetTimeline *self, const GstSegment *segment,
                                  GstClockTime pts, const GstVideoInfo *info)
{
    GstEfficientNetMoment moment = {.position = pts, .passed = GST_CLOCK_TIME_NONE};
    GstClockTime running = pts;
    double speed = 1.0;

    if (segment->format == GST_FORMAT_TIME) {
        moment.position = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, pts);
        running = gst_segment_to_running_time(segment, GST_FORMAT_TIME, pts);
        speed = ABS(segment->rate * segment->applied_rate);
    }
    if (GST_CLOCK_TIME_IS_VALID(running))
        move_front(self, running, speed);
    else if (!count_frame(self, info))
        return moment;
    moment.passed = self->passed;
    return moment;
}

static GstClockTime
distance(GstClockTime a, GstClockTime b)
{
    return MAX(a, b) - MIN(a, b);
}

GstClockTime
gst_efficientnet_moment_apart(const GstEfficientNetMoment *a, const GstEfficientNetMoment *b)
{
    GstClockTime played;

    if (!GST_CLOCK_TIME_IS_VALID(a->passed) || !GST_CLOCK_TIME_IS_VALID(b->passed))
        return GST_CLOCK_TIME_NONE;
    played = distance(a->passed, b->passed);
    if (!GST_CLOCK_TIME_IS_VALID(a->position) || !GST_CLOCK_TIME_IS_VALID(b->position))
        return played;
    return MAX(played, distance(a->position, b->position));
}
