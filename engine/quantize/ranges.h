/* SPDX-License-Identifier: BSD-2-Clause */
/* How far from 0 the outputs of every layer go. */
#ifndef EFFNET_RANGES_H
#define EFFNET_RANGES_H

#include "../runtime/execute.h"

/* How far from 0 that of N values is which is farthest. */
float effnet_farthest(const float *values, gsize n);

/* Raises RANGES, one for each layer of the network, to what STEP of a plan of floats wrote. */
gboolean effnet_ranges_observe(float *ranges, const EffNetPlan *plan, const EffNetStep *step,
                               const EffNetArena *arena, GError **error);

#endif
