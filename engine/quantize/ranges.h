/* SPDX-License-Identifier: BSD-2-Clause */
/* How far from 0 the outputs of every layer go. */
#ifndef EFFNET_RANGES_H
#define EFFNET_RANGES_H

#include "../runtime/execute.h"

/* How far from 0 that of N values is which is farthest. */
float effnet_farthest(const float *values, gsize n);

/* The N outputs, of TYPE, of STEP's first layer, which it does not leave in ARENA (as
 * effnet_step_execute_row() says), computed again; for free(). NULL: there is no memory. */
gpointer effnet_first_outputs_new(const EffNetPlan *plan, const EffNetStep *step,
                                  const EffNetArena *arena, EffNetType type, gsize *n,
                                  GError **error);

/* Raises RANGES, one for each layer of the network, to what STEP of a plan of floats wrote. */
gboolean effnet_ranges_observe(float *ranges, const EffNetPlan *plan, const EffNetStep *step,
                               const EffNetArena *arena, GError **error);

#endif
