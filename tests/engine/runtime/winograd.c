/* SPDX-License-Identifier: BSD-2-Clause */
/* Networks have the same logits, except for rounding, with and without Winograd's method. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/execute.h"

static EffNetPlan *
random_plan(const char *name, const EffNetKernels *kernels)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    EffNetWeights *weights = effnet_weights_new_random(1);
    EffNetPlan *plan = effnet_plan_new(
        effnet_network_new(arch, 109, 3, 20, EFFNET_PADDING_SYMMETRIC), kernels, EFFNET_TYPE_F32);

    g_assert_true(effnet_plan_pack(plan, weights, 1e-3, NULL));
    effnet_weights_free(weights);
    return plan;
}

static guint
count_winograd(const EffNetPlan *plan)
{
    guint n = 0;

    for (guint i = 0; i < plan->n_ops; i++)
        n += plan->ops[i].kind == EFFNET_OP_WINOGRAD;
    return n;
}

static float *
find_logits(const EffNetPlan *plan)
{
    const EffNetArena arena = {effnet_memory_new(1, plan->image_bytes, NULL),
                               effnet_memory_new(1, plan->batch_bytes, NULL), 1};
    gpointer scratch = effnet_memory_new(1, plan->scratch_bytes, NULL);
    float *input = effnet_tensor_data(plan, &arena, plan->input, 0), *logits;

    memset(arena.image, 0, plan->image_bytes);
    memset(arena.batch, 0, plan->batch_bytes);
    for (gsize i = 0; i < plan->tensors[plan->input].bytes / sizeof *input; i++)
        input[i] = i % 17 / 8.f - 1;
    for (guint s = 0; s < plan->n_ops; s++) {
        guint tasks = effnet_op_tasks(&plan->ops[s], 1);

        for (guint t = 0; t < tasks; t++)
            effnet_op_execute(plan, &plan->ops[s], &arena, 0, 1, t, tasks, scratch);
    }
    logits = g_memdup2(effnet_tensor_data(plan, &arena, plan->logits, 0), 20 * sizeof *logits);
    free(scratch);
    free(arena.batch);
    free(arena.image);
    return logits;
}

static void
test_logits(gconstpointer name)
{
    EffNetKernels direct = *effnet_kernels_get();
    g_autoptr(EffNetPlan) plan = NULL, direct_plan = NULL;
    g_autofree float *logits = NULL, *expected = NULL;

    if (direct.winograd.acts == 0) {
        g_test_skip("kernels without Winograd's method");
        return;
    }
    direct.winograd = (EffNetWinogradKernels){0};
    plan = random_plan(name, effnet_kernels_get());
    direct_plan = random_plan(name, &direct);
    g_assert_cmpuint(count_winograd(plan), >, 0);
    g_assert_cmpuint(count_winograd(direct_plan), ==, 0);
    logits = find_logits(plan);
    expected = find_logits(direct_plan);
    for (int i = 0; i < 20; i++)
        g_assert_cmpfloat(fabsf(logits[i] - expected[i]), <, 1e-4f * MAX(1, fabsf(expected[i])));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/winograd/logits/es", "es", test_logits);
    g_test_add_data_func("/winograd/logits/v2-b0", "v2-b0", test_logits);
    g_test_add_data_func("/winograd/logits/resnet18", "resnet18", test_logits);
    return g_test_run();
}
