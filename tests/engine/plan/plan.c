/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan/placement.h"
#include "support.h"

/* There is room exactly for what is placed; ResNet has a layer without weights. */
static void
test_weight_bytes(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("resnet18", 32, 5);
    EffNetWeights *weights = effnet_weights_new_random(1);
    const EffNetOp *last = &plan->ops[plan->n_ops - 1];

    g_assert_true(effnet_plan_pack(plan, weights, 1e-3, NULL));
    g_assert_true((const guint8 *)(last->packed[0].bias + EFFNET_LANES) ==
                  plan->weights + plan->weight_bytes);
    effnet_weights_free(weights);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/plan/weight-bytes", test_weight_bytes);
    return g_test_run();
}
