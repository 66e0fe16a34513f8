/* SPDX-License-Identifier: BSD-2-Clause */
/* Measures how long frames wait to be decoded, and how long that takes. */
#ifndef EFFNET_WATCH_STAGES_H
#define EFFNET_WATCH_STAGES_H

#include "status.h"

typedef struct _EffNetWatchStages EffNetWatchStages;

/* Adds the times of PIPELINE, whose decoders are still to come, to STATUS, which outlives it. Where
 * nothing is decoded, frames wait until they reach FIRST, an element with one sink pad. PIPELINE
 * owns the result. */
EffNetWatchStages *effnet_watch_stages_measure(GstElement *pipeline, GstElement *first,
                                               EffNetWatchStatus *status);

/* Frames wait only where they come at their own pace, which must be said. Any thread. */
void effnet_watch_stages_set_live(EffNetWatchStages *stages, gboolean live);

#endif
