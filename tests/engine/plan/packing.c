/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/error.h>

#include "support.h"

static gboolean
failing_read(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
             GError **error)
{
    if (part == EFFNET_PART_WEIGHT && layer->role != EFFNET_ROLE_CLASSIFIER) {
        for (gsize i = 0; i < effnet_part_size(layer, part); i++)
            dst[i] = 0;
        return TRUE;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "torn");
    return FALSE;
}

static void
test_failing_weights(void)
{
    g_autoptr(EffNetPlan) plan = lay_out("lite0", 32, 5);
    g_autoptr(GError) error = NULL;
    EffNetWeights weights = {.read = failing_read};

    g_assert_false(effnet_plan_pack(plan, &weights, 1e-3, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT);
}

/* A batch norm whose mean is far above any sums that a layer can have; outputs are 1 on average. */
static gboolean
steady_read(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
            GError **error)
{
    for (gsize i = 0; i < effnet_part_size(layer, part); i++)
        dst[i] = part == EFFNET_PART_WEIGHT ? 1 / 3.f : part == EFFNET_PART_NORM_MEAN ? 1e4 : 1;
    return TRUE;
}

/* Weights of thirds, which bf16 rounds up, reduce the bias of every layer that has them and knows
 * its inputs' means, whether it is fused with the layer before or not. */
static void
test_rounded(void)
{
    const EffNetKernels *kernels = effnet_kernels_find("avx512bf16");
    EffNetWeights weights = {.read = steady_read};

    if (!kernels) {
        g_test_skip("this CPU has no AVX512-BF16");
        return;
    }
    for (guint resolution = 32; resolution <= 224; resolution += 192) {
        g_autoptr(EffNetPlan) plan =
            lay_out_for(kernels, EFFNET_TYPE_BF16, "lite0", resolution, 1000);

        g_assert_true(effnet_plan_pack(plan, &weights, 0, NULL));
        for (guint i = 0; i < plan->n_ops; i++)
            for (guint p = 0; p < plan->ops[i].n_layers; p++) {
                const EffNetOp *op = &plan->ops[i];
                float bias = op->packed[p].bias[0];

                if (op->layer[p].role == EFFNET_ROLE_CLASSIFIER)
                    g_assert_cmpfloat(bias, ==, 1);
                else if (effnet_op_type(plan, op, p) == EFFNET_TYPE_F32 ||
                         op->layer[p].role == EFFNET_ROLE_STEM)
                    g_assert_cmpfloat(bias, ==, -9999);
                else
                    g_assert_cmpfloat(bias, <, -9999);
            }
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/packing/failing-weights", test_failing_weights);
    g_test_add_func("/packing/rounded", test_rounded);
    return g_test_run();
}
