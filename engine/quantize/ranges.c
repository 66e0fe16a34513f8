/* SPDX-License-Identifier: BSD-2-Clause */
#include "ranges.h"

#include <math.h>
#include <stdlib.h>

#include "../memory.h"
#include "../runtime/execute.h"

float
effnet_farthest(const float *values, gsize n)
{
    float most = 0;

    for (gsize i = 0; i < n; i++)
        most = MAX(most, fabsf(values[i]));
    return most;
}

gpointer
effnet_first_outputs_new(const EffNetPlan *plan, const EffNetStep *step, const EffNetArena *arena,
                         EffNetType type, gsize *n, GError **error)
{
    const EffNetLayer *layer = step->layer;
    guint panels = effnet_panels(layer->out_channels);
    gsize row = (gsize)layer->out_size * panels * EFFNET_LANES;
    gsize window = (gsize)layer->kernel * layer->kernel * layer->in_channels;
    gpointer scratch, outputs;

    *n = layer->out_size * row;
    outputs = effnet_memory_new(*n, effnet_type_bytes(type), error);
    if (!outputs)
        return NULL;
    scratch = effnet_memory_new(1, effnet_conv_scratch(layer->out_size, window, panels), error);
    if (!scratch) {
        free(outputs);
        return NULL;
    }
    for (guint i = 0; i < layer->out_size; i++)
        effnet_step_execute_row(plan, step, arena, i, effnet_type_at(type, outputs, i * row),
                                scratch);
    free(scratch);
    return outputs;
}

static gboolean
observe_first(float *range, const EffNetPlan *plan, const EffNetStep *step,
              const EffNetArena *arena, GError **error)
{
    gsize n;
    float *outputs = effnet_first_outputs_new(plan, step, arena, plan->type, &n, error), most;

    if (!outputs)
        return FALSE;
    most = effnet_farthest(outputs, n) / effnet_step_factor(plan, step, 0);
    *range = MAX(*range, most);
    free(outputs);
    return TRUE;
}

gboolean
effnet_ranges_observe(float *ranges, const EffNetPlan *plan, const EffNetStep *step,
                      const EffNetArena *arena, GError **error)
{
    const EffNetTensorPlan *out = &plan->activations[step->out];
    float *first = &ranges[step->layer - plan->network->layers], *last = first + step->n_layers - 1;
    float most =
        effnet_farthest(effnet_activation(plan, arena, step->out, 0), out->bytes / sizeof(float)) /
        out->factor;

    if (step->kind == EFFNET_STEP_CONV_DEPTHWISE || (step->pool && !step->band_rows))
        if (!observe_first(first, plan, step, arena, error))
            return FALSE;
    if (step->pool && step->band_rows) /* behind ReLU a mean of N is at least an Nth of the most */
        most *= step->layer->out_size * step->layer->out_size;
    *last = MAX(*last, most);
    return TRUE;
}
