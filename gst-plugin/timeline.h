/* SPDX-License-Identifier: BSD-2-Clause */
/* How much of a stream has gone by, in whichever direction and however fast it is played. */
#ifndef GST_EFFICIENTNET_TIMELINE_H
#define GST_EFFICIENTNET_TIMELINE_H

#include <gst/video/video.h>

/* When a frame was; GST_CLOCK_TIME_NONE: unknown. */
typedef struct {
    GstClockTime position; /* stream time */
    GstClockTime passed;   /* stream time that was played before the frame */
} GstEfficientNetMoment;

typedef struct {
    /*< private >*/
    GstClockTime passed;
    GstClockTime front; /* the latest running time so far, or GST_CLOCK_TIME_NONE */
    GstClockTime passed_at_front;
} GstEfficientNetTimeline;

void gst_efficientnet_timeline_init(GstEfficientNetTimeline *timeline);

/* To be called for every frame, with its PTS and the SEGMENT that it belongs to. A frame without a
 * time counts as following the previous one by a frame of INFO's framerate; if that is unknown,
 * too, so is the moment. */
GstEfficientNetMoment gst_efficientnet_timeline_advance(GstEfficientNetTimeline *timeline,
                                                        const GstSegment *segment, GstClockTime pts,
                                                        const GstVideoInfo *info);

/* The stream time between A and B: what was played or, if more, what was jumped over. If unknown,
 * more than any other time. */
GstClockTime gst_efficientnet_moment_apart(const GstEfficientNetMoment *a,
                                           const GstEfficientNetMoment *b);

#endif
