/* SPDX-License-Identifier: BSD-2-Clause */
/* How much of a stream has gone by, in whichever direction and however fast it is played. */
#ifndef GST_EFFICIENTNET_TIMELINE_H
#define GST_EFFICIENTNET_TIMELINE_H

#include <gst/video/video.h>

/* When a frame is; GST_CLOCK_TIME_NONE: unknown. */
typedef struct {
    GstClockTime position; /* stream time */
    GstClockTime passed;   /* how much stream time was played before the frame */
} GstEfficientNetMoment;

typedef struct {
    /*< private >*/
    GstClockTime passed;
    GstClockTime front; /* the latest running time so far; GST_CLOCK_TIME_NONE: none */
    GstClockTime passed_at_front;
} GstEfficientNetTimeline;

void gst_efficientnet_timeline_init(GstEfficientNetTimeline *timeline);

/* To be called for every frame: PTS is its own, SEGMENT the one that it belongs to. A frame without
 * time comes a frame of INFO's framerate after the one before; where there is no framerate either,
 * nothing is known. */
GstEfficientNetMoment gst_efficientnet_timeline_advance(GstEfficientNetTimeline *timeline,
                                                        const GstSegment *segment, GstClockTime pts,
                                                        const GstVideoInfo *info);

/* The stream time between A and B: what was played, or, where more was jumped over, that. More than
 * any other time where it is unknown. */
GstClockTime gst_efficientnet_moment_apart(const GstEfficientNetMoment *a,
                                           const GstEfficientNetMoment *b);

#endif
