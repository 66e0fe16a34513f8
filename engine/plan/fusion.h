/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's second job: which layers become one op, and which tensors ops read and write. */
#ifndef EFFNET_FUSION_H
#define EFFNET_FUSION_H

#include "op.h"

/* Fills in PLAN's ops, cut into tasks, and its tensors; its network, kernels and type are set. */
void effnet_plan_fuse(EffNetPlan *plan);

#endif
