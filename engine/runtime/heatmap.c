/* SPDX-License-Identifier: BSD-2-Clause */
/* Features and logits are computed by the kernels that the plan has chosen, from the weights that
 * it has packed: a mean over one pixel is that pixel's features, and the classifier turns these
 * into logits as it does their mean. */
#include "heatmap.h"

#include <stdlib.h>

#include <effnet/error.h>

gboolean
effnet_heatmap_find(const EffNetPlan *plan, const EffNetOp **pooled, const EffNetOp **classifier)
{
    const EffNetOp *last = &plan->ops[plan->n_ops - 1], *op = plan->ops;

    while (op < last && !op->pool)
        op++;
    *pooled = op;
    *classifier = last;
    return op + 1 == last && last->out == plan->logits && op->kind == EFFNET_OP_CONV &&
           !effnet_op_has_rows(op);
}

/* The first panel of the task of CLASSIFIER that computes CLASS. */
static guint
first_panel(const EffNetOp *classifier, guint class)
{
    return class / EFFNET_LANES / classifier->block_panels * classifier->block_panels;
}

EffNetHeatmap *
effnet_heatmap_new(const EffNetPlan *plan, GError **error)
{
    EffNetHeatmap *self = g_new0(EffNetHeatmap, 1);
    gsize scratch, lanes;

    if (!effnet_heatmap_find(plan, &self->pooled, &self->classifier)) {
        g_free(self);
        g_set_error(
            error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
            "it has no heatmaps, which need a classifier that is linear and follows the pooled "
            "outputs of a 1x1 convolution");
        return NULL;
    }
    lanes = (gsize)self->classifier->block_panels * EFFNET_LANES;
    scratch = effnet_conv_scratch(1, self->classifier->layer->in_channels,
                                  self->classifier->block_panels);
    self->places = self->pooled->layer->out_size * self->pooled->layer->out_size;
    self->scratch = effnet_memory_new(1, effnet_align(scratch), error);
    self->out = self->scratch ? effnet_memory_new(lanes, sizeof *self->out, error) : NULL;
    if (!self->out)
        g_clear_pointer(&self, effnet_heatmap_free);
    return self;
}

void
effnet_heatmap_free(EffNetHeatmap *self)
{
    free(self->scratch);
    free(self->out);
    g_free(self);
}

gsize
effnet_heatmap_features(const EffNetHeatmap *self, const EffNetPlan *plan)
{
    return (gsize)self->places * plan->tensors[plan->features].channels;
}

void
effnet_heatmap_compute(EffNetHeatmap *self, const EffNetPlan *plan, const float *features,
                       guint class, float *map)
{
    guint panel = first_panel(self->classifier, class), lane = class - panel * EFFNET_LANES;
    float bias = self->classifier->packed[0].bias[class];

    for (guint i = 0; i < self->places; i++) {
        effnet_op_execute_linear(plan, self->classifier, panel, features, self->out, self->scratch);
        map[i] = self->out[lane] - bias;
        features += plan->tensors[plan->features].channels;
    }
}
