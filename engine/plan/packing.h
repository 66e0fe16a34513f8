/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's fifth job: weights from where they come from to what kernels read. */
#ifndef EFFNET_PACKING_H
#define EFFNET_PACKING_H

#include "../recognise/weights.h"
#include "op.h"

/* What a plan needs before it is executed: its weight_bytes packed, or those that
 * effnet_cache_load() has of them, which are taken over. EPSILON is what batch norms add to their
 * variance. */
gboolean effnet_plan_pack(EffNetPlan *plan, EffNetWeights *weights, double epsilon, GError **error);
void effnet_plan_take(EffNetPlan *plan, gpointer weights);

#endif
