/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "../arch/arch.h"
#include "plan.h"

void
effnet_arch_get_cost(const EffNetArch *arch, guint resolution, guint n_classes,
                     EffNetArchCost *cost)
{
    EffNetNetwork *network =
        effnet_network_new(arch, resolution ? resolution : effnet_arch_get_resolution(arch), 3,
                           n_classes ? n_classes : 1000, effnet_arch_get_training(arch)->padding);
    g_autoptr(EffNetPlan) plan =
        effnet_plan_new(network, effnet_kernels_find("c"), EFFNET_TYPE_F32);

    memset(cost, 0, sizeof *cost);
    cost->activation_bytes = plan->image_bytes + plan->batch_bytes;
    for (guint i = 0; i < network->n_layers; i++) {
        cost->layers += effnet_layer_has_weights(&network->layers[i]);
        cost->params += effnet_layer_params(&network->layers[i]);
        cost->macs += effnet_layer_macs(&network->layers[i]);
    }
}
