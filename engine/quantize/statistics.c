/* SPDX-License-Identifier: BSD-2-Clause */
#include "statistics.h"

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
effnet_first_outputs_new(const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena,
                         EffNetType type, gsize *n, GError **error)
{
    const EffNetLayer *layer = op->layer;
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
        effnet_op_execute_row(plan, op, arena, i, effnet_type_at(type, outputs, i * row), scratch);
    free(scratch);
    return outputs;
}

/* What a layer reads: PIXELS pixels, STRIDE elements apart, of values that are FACTOR times the
 * real ones, multiplied by GATE unless that is NULL. */
typedef struct {
    const float *values, *gate;
    gsize pixels, stride;
    float factor;
} Inputs;

static void
add_inputs(EffNetStatistics *s, const EffNetLayer *layer, const Inputs *in)
{
    if (!s->inputs)
        s->inputs = g_new0(double, layer->in_channels);
    for (guint k = 0; k < layer->in_channels; k++) {
        double sum = 0;

        for (gsize p = 0; p < in->pixels; p++)
            sum += in->values[p * in->stride + k];
        s->inputs[k] += sum / in->pixels / in->factor * (in->gate ? in->gate[k] : 1);
    }
    s->images++;
}

static void
observe_inputs(EffNetStatistics *s, const EffNetPlan *plan, const EffNetOp *op,
               const EffNetArena *arena)
{
    const EffNetLayer *layer = op->layer;
    const EffNetPlanTensor *in = &plan->tensors[op->in];

    if (!effnet_layer_has_weights(layer) || layer->role == EFFNET_ROLE_STEM ||
        effnet_layer_is_squeeze_excite(layer))
        return;
    add_inputs(
        s, layer,
        &(Inputs){
            .values = effnet_tensor_data(plan, arena, op->in, 0),
            .gate = op->gate == EFFNET_NONE ? NULL : effnet_tensor_data(plan, arena, op->gate, 0),
            .pixels = (gsize)in->size * in->size,
            .stride = in->channels,
            .factor = in->factor,
        });
}

/* Observes the outputs of an op's first layer, and, if the second reads them, its inputs. */
static gboolean
observe_first(EffNetStatistics *s, const EffNetPlan *plan, const EffNetOp *op,
              const EffNetArena *arena, GError **error)
{
    const EffNetLayer *layer = op->layer;
    float factor = effnet_op_factor(plan, op, 0);
    gsize n;
    float *outputs = effnet_first_outputs_new(plan, op, arena, plan->type, &n, error);
    Inputs second = {
        .values = outputs,
        .pixels = (gsize)layer->out_size * layer->out_size,
        .stride = effnet_panels(layer->out_channels) * EFFNET_LANES,
        .factor = factor,
    };

    if (!outputs)
        return FALSE;
    s[0].range = MAX(s[0].range, effnet_farthest(outputs, n) / factor);
    if (op->kind == EFFNET_OP_CONV_DEPTHWISE)
        add_inputs(&s[1], layer + 1, &second);
    free(outputs);
    return TRUE;
}

gboolean
effnet_statistics_observe(EffNetStatistics *statistics, const EffNetPlan *plan, const EffNetOp *op,
                          const EffNetArena *arena, GError **error)
{
    const EffNetPlanTensor *out = &plan->tensors[op->out];
    EffNetStatistics *first = &statistics[op->layer - plan->network->layers];
    EffNetStatistics *last = first + op->n_layers - 1;
    float most =
        effnet_farthest(effnet_tensor_data(plan, arena, op->out, 0), out->bytes / sizeof(float)) /
        out->factor;

    observe_inputs(first, plan, op, arena);
    if (op->kind == EFFNET_OP_CONV_DEPTHWISE || (op->pool && !op->band_rows))
        if (!observe_first(first, plan, op, arena, error))
            return FALSE;
    if (op->pool &&
        op->band_rows) /* the largest of N outputs of ReLU is at most N times their mean */
        most *= op->layer->out_size * op->layer->out_size;
    last->range = MAX(last->range, most);
    return TRUE;
}

void
effnet_statistics_free(EffNetStatistics *statistics, guint n_layers)
{
    for (guint i = 0; statistics && i < n_layers; i++)
        g_free(statistics[i].inputs);
    g_free(statistics);
}
