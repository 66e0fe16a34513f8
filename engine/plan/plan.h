/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done for one image, decided once: a flat list of ops over numbered tensors, with weights
 * folded, fused and packed. The runtime only walks it. Types, fusion, cutting, placement and
 * packing are the plan's five jobs, a file each. */
#ifndef EFFNET_PLAN_H
#define EFFNET_PLAN_H

#include "op.h"
#include "packing.h"
#include "types.h"

/* The ops and tensors, without weights. Takes NETWORK over. KERNELS have TYPE. */
EffNetPlan *effnet_plan_new(EffNetNetwork *network, const EffNetKernels *kernels, EffNetType type);
void effnet_plan_free(EffNetPlan *plan);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetPlan, effnet_plan_free)

#endif
