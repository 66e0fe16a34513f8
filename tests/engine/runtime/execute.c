/* SPDX-License-Identifier: BSD-2-Clause */
/* Tasks compute the same in any order and for any number of threads: their addresses and blocks do
 * not overlap. */
#include <stdlib.h>
#include <string.h>

#include "kernels/bf16.h"
#include "runtime/execute.h"

/* Scaled to widths that are not whole panels, and to another number of blocks. */
static const EffNetScaling smaller = {.width = 0.35, .depth = 0.6};

static EffNetPlan *
new_plan(const char *name, const EffNetScaling *scaling, guint resolution, EffNetType type,
         EffNetWeights *weights)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new_scaled(name, scaling, NULL);
    EffNetPlan *plan =
        effnet_plan_new(effnet_network_new(arch, resolution, 3, 20, EFFNET_PADDING_SYMMETRIC),
                        effnet_kernels_get(), type);

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

/* Looks at the outputs of OP, which was just executed. */
typedef void (*Look)(const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena);

/* Executes PLAN; returns the logits. LOOK may be NULL. */
static float *
execute(const EffNetPlan *plan, gboolean backwards, guint threads, Look look)
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
        if (look)
            look(plan, op, &arena);
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
    g_autoptr(EffNetPlan) plan = new_plan(name, scaling, 61, type, effnet_weights_new_random(1));
    g_autofree float *forwards = execute(plan, FALSE, 1, NULL);
    g_autofree float *backwards = execute(plan, TRUE, 2, NULL);
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

/* Output channels repeat the input's: each filter is 1 at its middle, for one channel. */
static gboolean
read_copying(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
             GError **error)
{
    guint taps = layer->kernel * layer->kernel;
    gsize row = effnet_layer_row_length(layer);

    for (gsize i = 0; i < effnet_part_size(layer, part); i++)
        dst[i] = part == EFFNET_PART_NORM_GAMMA || part == EFFNET_PART_NORM_VARIANCE;
    for (guint o = 0; part == EFFNET_PART_WEIGHT && o < layer->out_channels; o++)
        dst[o * row + o % layer->in_channels * taps + taps / 2] = 1;
    return TRUE;
}

static void
free_nothing(EffNetWeights *weights)
{
}

static double
element(const EffNetPlanTensor *map, gconstpointer data, guint x, guint y, guint channel)
{
    return effnet_type_get(map->type, data, (y * (gsize)map->size + x) * map->channels + channel);
}

/* The mean of CHANNEL over those of the 2x2 pixels from X and Y on that MAP has. */
static double
mean_of(const EffNetPlanTensor *map, gconstpointer data, guint x, guint y, guint channel)
{
    guint right = MIN(x + 1, map->size - 1), below = MIN(y + 1, map->size - 1), n = 0;
    double sum = 0;

    for (guint row = y; row <= below; row++)
        for (guint column = x; column <= right; column++, n++)
            sum += element(map, data, column, row, channel);
    return sum / n;
}

static guint n_odd, n_even; /* shortcuts' input sizes */

static void
check_means(const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena)
{
    const EffNetPlanTensor *in = &plan->tensors[op->in], *out = &plan->tensors[op->out];
    gconstpointer read = effnet_tensor_data(plan, arena, op->in, 0);
    gconstpointer written = effnet_tensor_data(plan, arena, op->out, 0);
    double digit = plan->type == EFFNET_TYPE_BF16 ? 0x1p-7 : 1e-3; /* epsilon is 1e-3 */

    if (!op->layer->averages)
        return;
    *(in->size % 2 ? &n_odd : &n_even) += 1;
    for (guint y = 0; y < out->size; y++)
        for (guint x = 0; x < out->size; x++)
            for (guint i = 0; i < op->layer->out_channels; i++) {
                double expected = mean_of(in, read, 2 * x, 2 * y, i % op->layer->in_channels);

                g_assert_cmpfloat_with_epsilon(element(out, written, x, y, i), expected,
                                               ABS(expected) * digit + 1e-6);
            }
}

/* Shortcuts that read means, at even and odd sizes, and of channels that are not whole panels. */
static void
test_averages(void)
{
    static const EffNetType types[] = {EFFNET_TYPE_F32, EFFNET_TYPE_BF16};
    static const EffNetScaling as_it_is = {0}, *scalings[] = {&as_it_is, &smaller};
    EffNetWeights copying = {.read = read_copying, .free = free_nothing};

    for (gsize i = 0; i < G_N_ELEMENTS(types) * G_N_ELEMENTS(scalings); i++) {
        g_autoptr(EffNetPlan) plan = NULL;
        g_autofree float *logits = NULL;

        if (!effnet_kernels_have(effnet_kernels_get(), types[i / 2]))
            continue;
        n_odd = n_even = 0;
        plan = new_plan("resnet18d", scalings[i % 2], 85, types[i / 2], &copying);
        logits = execute(plan, FALSE, 1, check_means);
        g_assert_cmpuint(n_odd, ==, 1);
        g_assert_cmpuint(n_even, ==, 2);
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
    g_test_add_data_func("/execute/order/resnet26t", "resnet26t", test_order);
    g_test_add_func("/execute/averages", test_averages);
    return g_test_run();
}
