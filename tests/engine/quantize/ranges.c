/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "model.h"
#include "quantised.h"
#include "runtime/execute.h"

#define CLASSES 5

typedef struct {
    EffNetTestRanges ranges;
    guint steps, hidden;
} Watch;

/* What a step leaves in the arena never goes beyond the layer's range, and reaches it. */
static void
watch(gpointer data, const EffNetPlan *plan, const EffNetStep *step, const EffNetArena *arena)
{
    Watch *w = data;
    const EffNetTensorPlan *out = &plan->activations[step->out];
    const float *values = effnet_activation(plan, arena, step->out, 0);
    gsize first = step->layer - plan->network->layers, last = first + step->n_layers - 1;
    float most = 0;

    effnet_test_observe(&w->ranges, plan, step, arena);
    for (gsize i = 0; i < out->bytes / sizeof(float); i++)
        most = MAX(most, fabsf(values[i]) / out->factor);
    if (step->pool)
        g_assert_cmpfloat(w->ranges.ranges[last], >=, most);
    else
        g_assert_cmpfloat(w->ranges.ranges[last], ==, most);
    if (step->kind == EFFNET_STEP_CONV_DEPTHWISE) {
        g_assert_cmpfloat(w->ranges.ranges[first], >, 0);
        w->hidden++;
    }
    w->steps++;
}

static void
test_network(gconstpointer name)
{
    const EffNetModelOptions options = {.resolution = 224, .precision = EFFNET_PRECISION_FP32};
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);
    g_autoptr(EffNetModel) model = effnet_model_new_random(arch, 2, CLASSES, &options, NULL);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, NULL);
    const EffNetPlan *plan = effnet_model_get_plan(model);
    g_autofree float *ranges = g_new0(float, plan->network->n_layers);
    g_autofree float *chw = g_new(float, 3 * 224 * 224);
    Watch w = {.ranges = {.ranges = ranges}};

    effnet_test_fill_tensor(chw, 3 * 224 * 224, 1);
    effnet_session_set_tensor(session, 0, chw);
    effnet_observe_session(session, watch, &w);
    effnet_session_run(session, 1);
    g_assert_cmpuint(w.steps, ==, plan->n_steps);
    g_assert_cmpuint(w.hidden, >, 0);
    for (guint i = 0; i < plan->network->n_layers; i++)
        if (effnet_layer_has_weights(&plan->network->layers[i]) &&
            plan->network->layers[i].role != EFFNET_ROLE_SE_REDUCE)
            g_assert_cmpfloat(ranges[i], >, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_data_func("/ranges/b0", "b0", test_network);
    g_test_add_data_func("/ranges/mobilenet-v2", "mobilenet-v2", test_network);
    return g_test_run();
}
