/* SPDX-License-Identifier: BSD-2-Clause */
/* How a network is computed, decided once: a flat list of ops on numbered tensors, and the weights,
 * folded and packed. The runtime only walks it. The plan's five jobs are types, fusion, cutting,
 * placement and packing, a file each. */
#ifndef EFFNET_PLAN_H
#define EFFNET_PLAN_H

#include "op.h"
#include "packing.h"
#include "types.h"

/* The ops and tensors, without weights; effnet_plan_pack() adds these. Takes ownership of NETWORK.
 * KERNELS, which must have TYPE, are static. */
EffNetPlan *effnet_plan_new(EffNetNetwork *network, const EffNetKernels *kernels, EffNetType type);
void effnet_plan_free(EffNetPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetPlan, effnet_plan_free)

#endif
