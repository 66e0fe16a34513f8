/* SPDX-License-Identifier: BSD-2-Clause */
#include "support.h"

/* In bf16, Lite0's first depthwise layer reads and writes floats, whether the stem is fused with it
 * or not; what follows does not, and neither does B0's. */
static void
test_exact(void)
{
    const EffNetKernels *kernels = effnet_kernels_find("avx512bf16");
    EffNetType type = EFFNET_TYPE_BF16;

    if (!kernels) {
        g_test_skip("this CPU has no AVX512-BF16");
        return;
    }
    for (guint resolution = 32; resolution <= 224; resolution += 192) {
        g_autoptr(EffNetPlan) lite = lay_out_for(kernels, type, "lite0", resolution, 1000);
        g_autoptr(EffNetPlan) b0 = lay_out_for(kernels, type, "b0", resolution, 1000);
        const EffNetOp *op = lite->ops;

        while (effnet_op_last_layer(op)->role != EFFNET_ROLE_DEPTHWISE)
            op++;
        g_assert_cmpint(op->depthwise_type, ==, EFFNET_TYPE_F32);
        g_assert_cmpint(lite->tensors[op[1].in].type, ==, EFFNET_TYPE_F32);
        for (op++; !op->pool; op++)
            g_assert_cmpint(op->depthwise_type, ==, EFFNET_TYPE_BF16);
        g_assert_cmpint(b0->ops[0].depthwise_type, ==, EFFNET_TYPE_BF16);
    }
}

/* A layer that Winograd's kernels have no activation for is computed directly. */
static void
test_winograd(void)
{
    EffNetKernels kernels = *effnet_kernels_find("c");
    EffNetLayer layer = {.role = EFFNET_ROLE_CONV1,
                         .kernel = 3,
                         .stride = 1,
                         .in_channels = 32,
                         .out_channels = 32,
                         .out_size = 28,
                         .act = EFFNET_ACT_RELU};

    g_assert_false(effnet_layer_is_winograd(&layer, &kernels, EFFNET_TYPE_F32));
    kernels.winograd.acts = EFFNET_ACTS_VECTOR;
    g_assert_true(effnet_layer_is_winograd(&layer, &kernels, EFFNET_TYPE_F32));
    layer.act = EFFNET_ACT_SILU;
    g_assert_true(effnet_layer_is_winograd(&layer, &kernels, EFFNET_TYPE_F32));
    layer.act = EFFNET_ACT_GELU;
    g_assert_false(effnet_layer_is_winograd(&layer, &kernels, EFFNET_TYPE_F32));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/types/exact", test_exact);
    g_test_add_func("/types/winograd", test_winograd);
    return g_test_run();
}
