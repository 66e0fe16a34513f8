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

/* What the step does not leave in the arena is computed again, row by row: the first layer's
 * outputs of two that are fused, or those of which only the mean is kept. */
static gboolean
observe_rows(float *range, const EffNetPlan *plan, const EffNetStep *step, const EffNetArena *arena,
             GError **error)
{
    const EffNetLayer *layer = step->layer;
    guint panels = effnet_panels(layer->out_channels);
    gsize n = (gsize)layer->out_size * panels * EFFNET_LANES, window;
    float *row = effnet_memory_new(n, sizeof *row, error);
    gpointer scratch = NULL;

    window = (gsize)layer->kernel * layer->kernel * layer->in_channels;
    if (row)
        scratch = effnet_memory_new(1, effnet_conv_scratch(layer->out_size, window, panels), error);
    for (guint i = 0; scratch && i < layer->out_size; i++) {
        float most;

        effnet_step_execute_row(plan, step, arena, i, row, scratch);
        most = effnet_farthest(row, n) / effnet_step_factor(plan, step, 0);
        *range = MAX(*range, most);
    }
    free(row);
    free(scratch);
    return scratch != NULL;
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
        if (!observe_rows(first, plan, step, arena, error))
            return FALSE;
    if (step->pool && step->band_rows) /* behind ReLU a mean of N is at least an Nth of the most */
        most *= step->layer->out_size * step->layer->out_size;
    *last = MAX(*last, most);
    return TRUE;
}
