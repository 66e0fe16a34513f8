/* SPDX-License-Identifier: BSD-2-Clause */
#include "plan/plan.h"

/* The arena holds at least the first depthwise layer's output and its projection's; feature maps of
 * 112 x 112 x 96 are never computed as a whole, and not in it. */
static void
test_activations(void)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new("b0", NULL);
    EffNetArchCost cost, half;

    effnet_arch_get_cost(arch, 0, 0, &cost);
    effnet_arch_get_cost(arch, 112, 0, &half);
    g_assert_cmpuint(cost.activation_bytes, >=, (112 * 112 * 32 + 112 * 112 * 16) * 4);
    g_assert_cmpuint(cost.activation_bytes, <, 112 * 112 * 96 * 4);
    g_assert_cmpuint(half.activation_bytes, <, cost.activation_bytes / 2);
    g_assert_cmpuint(half.params, ==, cost.params);
    g_assert_cmpuint(half.macs, <, cost.macs / 3);
}

/* The largest network that scaling allows is planned without overflow. */
static void
test_large(void)
{
    const EffNetScaling scaling = {.width = 3, .depth = 3, .resolution = 4096};
    g_autoptr(EffNetArch) arch = effnet_arch_new_scaled("l2", &scaling, NULL);
    EffNetArchCost cost;

    g_assert_nonnull(arch);
    effnet_arch_get_cost(arch, 0, 0, &cost);
    g_assert_cmpuint(cost.activation_bytes, >, 1ull << 32);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cost/activations", test_activations);
    g_test_add_func("/cost/large", test_large);
    return g_test_run();
}
