/* SPDX-License-Identifier: BSD-2-Clause */
/* Which frames of a stream are inferred: every n-th; of those, at most so many per second; of
 * those, the ones that differ from the one last inferred. Each condition is a gate. */
#ifndef GST_EFFICIENTNET_GATES_H
#define GST_EFFICIENTNET_GATES_H

#include "change.h"
#include "settings.h"
#include "timeline.h"

/* Zero-initialised: all gates are open. */
typedef struct {
    guint until_due;            /* frames until the next n-th one */
    GstEfficientNetMoment last; /* when the last inferred frame was */
    GstClockTime wait;          /* time after LAST before max-rate lets a frame pass; 0: none */
    gboolean seen;              /* INFERRED is set */
    GstEfficientNetGrid inferred, candidate;
} GstEfficientNetGates;

/* Opens all gates: the next frame passes. */
void gst_efficientnet_gates_reset(GstEfficientNetGates *gates);

/* To be called for every frame. TRUE if the first two gates let it pass. */
gboolean gst_efficientnet_gates_due(GstEfficientNetGates *gates,
                                    const GstEfficientNetFrameSettings *settings,
                                    const GstEfficientNetMoment *moment);

/* To be called for a frame that is due. TRUE if the third gate lets it pass, which it also does
 * when refresh-interval has gone by. */
gboolean gst_efficientnet_gates_changed(GstEfficientNetGates *gates,
                                        const GstEfficientNetFrameSettings *settings,
                                        const GstEfficientNetMoment *moment,
                                        const GstVideoFrame *map, const EffNetRect *region);

/* One of these is to be called for a frame that is due: the third gate held it back, or it is
 * inferred. If neither is called, as nobody had time for the frame, the gates stay open for the
 * next one. */
void gst_efficientnet_gates_hold(GstEfficientNetGates *gates,
                                 const GstEfficientNetFrameSettings *settings);
void gst_efficientnet_gates_pass(GstEfficientNetGates *gates,
                                 const GstEfficientNetFrameSettings *settings,
                                 const GstEfficientNetMoment *moment);

#endif
