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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/types/exact", test_exact);
    return g_test_run();
}
