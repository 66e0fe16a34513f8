/* SPDX-License-Identifier: BSD-2-Clause */
/* Whole networks in bf16: logits of the kernels and of their twins. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "checkasm.h"
#include "runtime/execute.h"

#define CLASSES 20

/* Widths that are not whole panels. */
static const EffNetScaling narrow = {.width = 0.35, .depth = 0.6};

static EffNetPlan *
new_plan(const char *name, const EffNetKernels *kernels, EffNetType type)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new_scaled(name, &narrow, NULL);
    EffNetWeights *weights = effnet_weights_new_random(1);
    EffNetPlan *plan = effnet_plan_new(
        effnet_network_new(arch, 61, 3, CLASSES, EFFNET_PADDING_SYMMETRIC), kernels, type);

    g_assert_true(effnet_plan_pack(plan, weights, 1e-3, NULL));
    effnet_weights_free(weights);
    return plan;
}

static gpointer
new_memory(gsize bytes)
{
    return memset(effnet_memory_new(1, bytes, NULL), 0, bytes);
}

static float *
find_logits(const EffNetPlan *plan)
{
    const EffNetArena arena = {new_memory(plan->image_bytes), new_memory(plan->batch_bytes), 1};
    gpointer scratch = new_memory(plan->scratch_bytes);
    float *input = effnet_tensor_data(plan, &arena, plan->input, 0), *logits;

    for (gsize i = 0; i < plan->tensors[plan->input].bytes / sizeof *input; i++)
        input[i] = i % 17 / 8.f - 1;
    for (guint s = 0; s < plan->n_ops; s++)
        for (guint t = 0; t < effnet_op_tasks(&plan->ops[s], 1); t++)
            effnet_op_execute(plan, &plan->ops[s], &arena, 0, 1, t,
                              effnet_op_tasks(&plan->ops[s], 1), scratch);
    logits = g_memdup2(effnet_tensor_data(plan, &arena, plan->logits, 0), CLASSES * sizeof *logits);
    free(scratch);
    free(arena.batch);
    free(arena.image);
    return logits;
}

/* The root mean square of A - B, in standard deviations of B. */
static double
noise(const float *a, const float *b)
{
    double error = 0, sum = 0, squares = 0;

    for (int i = 0; i < CLASSES; i++) {
        error += (a[i] - b[i]) * (a[i] - b[i]);
        sum += b[i];
        squares += b[i] * b[i];
    }
    return sqrt(error / (squares - sum * sum / CLASSES));
}

/* Another order of summing seldom changes how a sum is rounded. The error of SiLU's lines shows,
 * most where random weights leave little of the input and mostly the biases after it. */
static const struct {
    const char *name;
    double bound;
} networks[] = {{"b0", 0.02},       {"lite0", 1e-3},        {"es", 1e-3},
                {"v2-b0", 0.05},    {"mobilenet-v1", 1e-3}, {"resnet18", 1e-3},
                {"resnet50", 1e-3}, {"resnet26t", 1e-3}};

static void
test_network(const EffNetKernels *kernels, EffNetType type)
{
    EffNetKernels twins = *effnet_kernels_find("c");

    twins.conv[EFFNET_TYPE_BF16] = effnet_conv_bf16_c;
    twins.dwconv[EFFNET_TYPE_BF16] = effnet_dwconv_bf16_c;
    twins.maxpool[EFFNET_TYPE_BF16] = effnet_maxpool_bf16_c;
    for (gsize i = 0; i < G_N_ELEMENTS(networks); i++) {
        g_autoptr(EffNetPlan) plan = new_plan(networks[i].name, kernels, type),
                              twin = new_plan(networks[i].name, &twins, type);
        g_autofree float *logits = find_logits(plan), *expected = find_logits(twin);
        double found = noise(logits, expected);

        g_test_message("%s: %g", networks[i].name, found);
        g_assert_cmpfloat(found, <, networks[i].bound);
    }
}

void
checkasm_network(void)
{
    checkasm_add_bf16("network", test_network);
}
