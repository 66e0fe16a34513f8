/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan.h"

#include <stdlib.h>

#include "fusion.h"
#include "placement.h"

EffNetPlan *
effnet_plan_new(EffNetNetwork *network, const EffNetKernels *kernels, EffNetType type)
{
    EffNetPlan *plan = g_new0(EffNetPlan, 1);

    plan->network = network;
    plan->kernels = kernels;
    plan->type = type;
    effnet_plan_fuse(plan);
    effnet_place_tensors(plan);
    plan->weight_bytes = effnet_plan_weight_bytes(plan);
    return plan;
}

void
effnet_plan_free(EffNetPlan *plan)
{
    if (!plan)
        return;
    effnet_network_free(plan->network);
    g_free(plan->ops);
    g_free(plan->tensors);
    free(plan->weights);
    g_free(plan);
}
