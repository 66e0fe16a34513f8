/* SPDX-License-Identifier: BSD-2-Clause */
#include "placement.h"

#include <stdlib.h>

static gboolean
live_together(const EffNetPlanTensor *a, const EffNetPlanTensor *b)
{
    return a->first_op < b->end_op && b->first_op < a->end_op;
}

/* The lowest offset at which T overlaps none of the N placed tensors that live with it. */
static gsize
lowest_place(const EffNetPlanTensor *t, EffNetPlanTensor *const *placed, guint n)
{
    gsize offset = 0;

    for (guint i = 0; i < n; i++) {
        const EffNetPlanTensor *other = placed[i];

        if (live_together(t, other) && offset < other->offset + other->bytes &&
            other->offset < offset + t->bytes) {
            offset = effnet_align(other->offset + other->bytes);
            i = -1; /* tensors that were passed may overlap the new place */
        }
    }
    return offset;
}

static int
larger_first(gconstpointer a, gconstpointer b)
{
    const EffNetPlanTensor *const *x = a, *const *y = b;

    if ((*x)->bytes != (*y)->bytes)
        return (*x)->bytes < (*y)->bytes ? 1 : -1;
    return *x < *y ? -1 : *x > *y;
}

/* The largest first, each at the lowest place that is free as long as it lives. */
gsize
effnet_place_in_arena(EffNetPlanTensor *tensors, guint n, gboolean batched)
{
    g_autofree EffNetPlanTensor **order = g_new(EffNetPlanTensor *, n);
    guint count = 0;
    gsize end = 0;

    for (guint i = 0; i < n; i++)
        if (tensors[i].batched == batched)
            order[count++] = &tensors[i];
    qsort(order, count, sizeof *order, larger_first);
    for (guint i = 0; i < count; i++) {
        order[i]->offset = lowest_place(order[i], order, i);
        end = MAX(end, order[i]->offset + order[i]->bytes);
    }
    return effnet_align(end);
}

static gsize
packed_bytes(const EffNetPlan *plan, const EffNetOp *op, guint index)
{
    return effnet_align(effnet_op_packed_bytes(plan, op, index));
}

/* The first product that reads more bytes of weights than it reads and writes of feature maps;
 * n_ops if none does. */
static guint
find_batch_op(const EffNetPlan *plan)
{
    for (guint i = 0; i < plan->n_ops; i++) {
        const EffNetOp *op = &plan->ops[i];

        if ((op->kind == EFFNET_OP_CONV || op->kind == EFFNET_OP_CONV_DEPTHWISE ||
             op->kind == EFFNET_OP_WINOGRAD) &&
            packed_bytes(plan, op, 0) > plan->tensors[op->in].bytes + plan->tensors[op->out].bytes)
            return i;
    }
    return plan->n_ops;
}

void
effnet_place_tensors(EffNetPlan *plan)
{
    plan->batch_op = find_batch_op(plan);
    for (guint i = 0; i < plan->n_tensors; i++)
        plan->tensors[i].batched =
            (int)i == plan->input || plan->tensors[i].end_op > plan->batch_op;
    plan->image_bytes = effnet_place_in_arena(plan->tensors, plan->n_tensors, FALSE);
    plan->batch_bytes = effnet_place_in_arena(plan->tensors, plan->n_tensors, TRUE);
}

gsize
effnet_op_packed_bytes(const EffNetPlan *plan, const EffNetOp *op, guint index)
{
    const EffNetLayer *layer = op->layer + index;

    if (!effnet_layer_has_weights(layer))
        return 0;
    if (effnet_layer_is_depthwise(layer))
        return op->dwconv->packed_bytes(layer->kernel, layer->out_channels);
    if (op->kind == EFFNET_OP_WINOGRAD)
        return EFFNET_WINOGRAD_POINTS *
               effnet_conv_packed_bytes(op->conv, 1, layer->in_channels, layer->out_channels);
    return effnet_conv_packed_bytes(op->conv, layer->kernel, effnet_layer_span(layer, plan->type),
                                    layer->out_channels);
}

gsize
effnet_plan_weight_bytes(const EffNetPlan *plan)
{
    gsize bytes = 0;

    for (guint i = 0; i < plan->n_ops; i++) {
        const EffNetOp *op = &plan->ops[i];

        for (guint p = 0; p < effnet_op_n_packed(op); p++) {
            bytes += packed_bytes(plan, op, p) + effnet_layer_lane_bytes(op->layer + p);
            if (plan->type == EFFNET_TYPE_S16)
                bytes += effnet_layer_quant_bytes(op->layer + p);
        }
    }
    return bytes;
}

/* Points PACKED to its parts of ROOM that only int8 has; returns what follows them. */
static guint8 *
place_quant(const EffNetLayer *layer, EffNetPacked *packed, guint8 *room)
{
    gsize lanes = effnet_layer_lane_bytes(layer);

    packed->scale = (const float *)room;
    packed->start = (const gint32 *)(room + lanes);
    packed->quant = (const EffNetQuant *)(room + 2 * lanes);
    return room + effnet_layer_quant_bytes(layer);
}

void
effnet_place_weights(EffNetPlan *plan, guint8 *room)
{
    plan->weights = room;
    for (guint i = 0; i < plan->n_ops; i++) {
        EffNetOp *op = &plan->ops[i];

        for (guint p = 0; p < effnet_op_n_packed(op); p++) {
            op->packed[p].weights = room;
            room += packed_bytes(plan, op, p);
            op->packed[p].bias = (const float *)room;
            room += effnet_layer_lane_bytes(op->layer + p);
            if (plan->type == EFFNET_TYPE_S16)
                room = place_quant(op->layer + p, &op->packed[p], room);
        }
    }
}
