/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's fifth job: the weights, from the checkpoint to what kernels read. */
#ifndef EFFNET_PACKING_H
#define EFFNET_PACKING_H

#include "../recognise/weights.h"
#include "op.h"

/* A plan needs its packed weights before it is executed: from WEIGHTS, or those that
 * effnet_cache_load() found, which effnet_plan_take() takes ownership of. EPSILON is what batch
 * norms add to the variance. */
gboolean effnet_plan_pack(EffNetPlan *plan, EffNetWeights *weights, double epsilon, GError **error);
void effnet_plan_take(EffNetPlan *plan, gpointer weights);

#endif
