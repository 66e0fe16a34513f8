/* SPDX-License-Identifier: BSD-2-Clause */
/* Tasks compute the same in any order and for any number of threads: their addresses and blocks do
 * not overlap. */
#include <stdlib.h>
#include <string.h>

#include "runtime/execute.h"

/* Scaled to widths that are not whole panels, and to another number of blocks. */
static const EffNetScaling smaller = {.width = 0.35, .depth = 0.6};

static EffNetPlan *
random_plan(const char *name, const EffNetScaling *scaling, EffNetType type)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new_scaled(name, scaling, NULL);
    EffNetWeights *weights = effnet_weights_new_random(1);
    EffNetPlan *plan = effnet_plan_new(
        effnet_network_new(arch, 61, 3, 20, EFFNET_PADDING_SYMMETRIC), effnet_kernels_get(), type);

    g_assert_true(effnet_plan_pack(plan, weights, 1e-3, NULL));
    effnet_weights_free(weights);
    return plan;
}

static gpointer
new_memory(gsize bytes)
{
    gpointer memory = effnet_memory_new(1, bytes, NULL);

    return memset(memory, 0, bytes);
}

/* Executes PLAN; returns the logits. */
static float *
execute(const EffNetPlan *plan, gboolean backwards, guint threads)
{
    const EffNetArena arena = {new_memory(plan->image_bytes), new_memory(plan->batch_bytes), 1};
    gpointer scratch = new_memory(plan->scratch_bytes);
    float *input = effnet_tensor_data(plan, &arena, plan->input, 0), *logits;

    for (gsize i = 0; i < plan->tensors[plan->input].bytes / sizeof(float); i++)
        input[i] = i % 17 / 8.f - 1;
    for (guint s = 0; s < plan->n_ops; s++) {
        const EffNetOp *op = &plan->ops[s];
        guint tasks = effnet_op_tasks(op, threads);

        for (guint t = 0; t < tasks; t++)
            effnet_op_execute(plan, op, &arena, 0, 1, backwards ? tasks - 1 - t : t, tasks,
                              scratch);
    }
    logits = g_memdup2(effnet_tensor_data(plan, &arena, plan->logits, 0),
                       plan->tensors[plan->logits].bytes);
    free(scratch);
    free(arena.batch);
    free(arena.image);
    return logits;
}

static void
check_order(const char *name, const EffNetScaling *scaling, EffNetType type)
{
    g_autoptr(EffNetPlan) plan = random_plan(name, scaling, type);
    g_autofree float *forwards = execute(plan, FALSE, 1), *backwards = execute(plan, TRUE, 2);
    gsize bytes = plan->tensors[plan->logits].bytes;

    g_assert_cmpmem(forwards, bytes, backwards, bytes);
}

static void
test_order(gconstpointer name)
{
    for (EffNetType type = 0; type < EFFNET_TYPES; type++)
        if (effnet_kernels_have(effnet_kernels_get(), type)) {
            check_order(name, &(EffNetScaling){0}, type);
            check_order(name, &smaller, type);
        }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/execute/order/b0", "b0", test_order);
    g_test_add_data_func("/execute/order/lite1", "lite1", test_order);
    g_test_add_data_func("/execute/order/es", "es", test_order);
    g_test_add_data_func("/execute/order/v2-b0", "v2-b0", test_order);
    g_test_add_data_func("/execute/order/mobilenet-v1", "mobilenet-v1", test_order);
    g_test_add_data_func("/execute/order/resnet18", "resnet18", test_order);
    g_test_add_data_func("/execute/order/resnet50", "resnet50", test_order);
    return g_test_run();
}
