/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "model.h"
#include "quantised.h"
#include "runtime/execute.h"

#define CLASSES 5

typedef struct {
    EffNetStatistics *statistics;
    guint ops, hidden, read;
} Watch;

/* What an op leaves in the arena stays within the layer's range, and reaches it. */
static void
check_range(const EffNetStatistics *last, const EffNetPlan *plan, const EffNetOp *op,
            const EffNetArena *arena)
{
    const EffNetPlanTensor *out = &plan->tensors[op->out];
    const float *values = effnet_tensor_data(plan, arena, op->out, 0);
    float most = 0;

    for (gsize i = 0; i < out->bytes / sizeof(float); i++)
        most = MAX(most, fabsf(values[i]) / out->factor);
    if (op->pool)
        g_assert_cmpfloat(last->range, >=, most);
    else
        g_assert_cmpfloat(last->range, ==, most);
}

/* Checks the means of the only image, for inputs that the op does not gate itself. */
static void
check_inputs(const EffNetStatistics *first, const EffNetPlan *plan, const EffNetOp *op,
             const EffNetArena *arena)
{
    const EffNetPlanTensor *in = &plan->tensors[op->in];
    const float *values = effnet_tensor_data(plan, arena, op->in, 0);
    gsize pixels = (gsize)in->size * in->size;

    g_assert_cmpuint(first->images, ==, 1);
    for (guint k = 0; k < op->layer->in_channels; k++) {
        double sum = 0;

        for (gsize p = 0; p < pixels; p++)
            sum += values[p * in->channels + k];
        g_assert_cmpfloat_with_epsilon(first->inputs[k], sum / pixels / in->factor,
                                       1e-6 * first->range);
    }
}

static void
watch(gpointer data, const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena)
{
    Watch *w = data;
    EffNetStatistics *first = &w->statistics[op->layer - plan->network->layers];

    effnet_test_observe(w->statistics, plan, op, arena);
    check_range(first + op->n_layers - 1, plan, op, arena);
    if (first->inputs && op->gate == EFFNET_NONE) {
        check_inputs(first, plan, op, arena);
        w->read++;
    }
    if (op->kind == EFFNET_OP_CONV_DEPTHWISE) {
        g_assert_cmpfloat(first->range, >, 0);
        g_assert_cmpuint(first[1].images, ==, 1);
        for (guint k = 0; k < op->layer[1].in_channels; k++)
            g_assert_cmpfloat(fabs(first[1].inputs[k]), <=, first->range);
        w->hidden++;
    }
    w->ops++;
}

static void
test_network(gconstpointer name)
{
    const EffNetModelOptions options = {.resolution = 224, .precision = EFFNET_PRECISION_FP32};
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    g_autoptr(EffNetModel) model = effnet_model_new_random(arch, 2, CLASSES, &options, NULL);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    const EffNetPlan *plan = effnet_model_get_plan(model);
    guint n = plan->network->n_layers;
    g_autofree float *chw = g_new(float, 3 * 224 * 224);
    Watch w = {.statistics = g_new0(EffNetStatistics, n)};

    effnet_test_fill_tensor(chw, 3 * 224 * 224, 1);
    effnet_session_set_tensor(session, 0, chw);
    effnet_observe_session(session, watch, &w);
    effnet_session_run(session, 1);
    g_assert_cmpuint(w.ops, ==, plan->n_ops);
    g_assert_cmpuint(w.hidden, >, 0);
    g_assert_cmpuint(w.read, >, n / 4);
    for (guint i = 0; i < n; i++) {
        const EffNetLayer *layer = &plan->network->layers[i];

        if (layer->role != EFFNET_ROLE_SE_REDUCE)
            g_assert_cmpfloat(w.statistics[i].range, >, 0);
        if (layer->role != EFFNET_ROLE_STEM && !effnet_layer_is_squeeze_excite(layer))
            g_assert_nonnull(w.statistics[i].inputs);
    }
    effnet_statistics_free(w.statistics, n);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/statistics/b0", "b0", test_network);
    g_test_add_data_func("/statistics/mobilenet-v2", "mobilenet-v2", test_network);
    return g_test_run();
}
