/* SPDX-License-Identifier: BSD-2-Clause */
/* Which frames of a stream are inferred: every n-th; of those, at most so many a second; of those,
 * the ones that show something else than the one inferred last. */
#ifndef GST_EFFICIENTNET_GATES_H
#define GST_EFFICIENTNET_GATES_H

#include "change.h"
#include "settings.h"
#include "timeline.h"

/* Zero-initialised: all are open. */
typedef struct {
    guint until_due;            /* frames until the next one that is the n-th */
    GstEfficientNetMoment last; /* when the frame was that was inferred last */
    GstClockTime wait;          /* after LAST, until max-rate lets a frame through; 0: nothing */
    gboolean seen;              /* INFERRED holds */
    GstEfficientNetGrid inferred, candidate;
} GstEfficientNetGates;

/* Everything is new: the next frame passes. */
void gst_efficientnet_gates_reset(GstEfficientNetGates *gates);

/* To be asked for every frame. TRUE when the first two gates let it through. */
gboolean gst_efficientnet_gates_due(GstEfficientNetGates *gates,
                                    const GstEfficientNetFrameSettings *settings,
                                    const GstEfficientNetMoment *moment);

/* To be asked for a frame that is due. TRUE when the third gate lets it through. */
gboolean gst_efficientnet_gates_changed(GstEfficientNetGates *gates,
                                        const GstEfficientNetFrameSettings *settings,
                                        const GstVideoFrame *map, const EffNetRect *region);

/* To be said of a frame that is due: it was held back by the third gate, or is inferred. A frame of
 * which neither is said, since nobody had time for it, leaves the gates open for the next one. */
void gst_efficientnet_gates_hold(GstEfficientNetGates *gates,
                                 const GstEfficientNetFrameSettings *settings);
void gst_efficientnet_gates_pass(GstEfficientNetGates *gates,
                                 const GstEfficientNetFrameSettings *settings,
                                 const GstEfficientNetMoment *moment);

#endif
