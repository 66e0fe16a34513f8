/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's second job: which layers make an op together, and which tensors ops read and write. */
#ifndef EFFNET_FUSION_H
#define EFFNET_FUSION_H

#include "op.h"

/* Fills the ops and tensors of PLAN, whose network, kernels and type are set, cut into tasks. */
void effnet_plan_fuse(EffNetPlan *plan);

#endif
