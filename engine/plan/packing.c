/* SPDX-License-Identifier: BSD-2-Clause */
#include "packing.h"

#include <string.h>

#include "fold.h"
#include "int8.h"
#include "pack_op.h"
#include "placement.h"
#include "rounding.h"
#include "types.h"

/* Scales a layer for inputs that are multiplied by IN and outputs by OUT. */
static void
scale_layer(const EffNetLayer *layer, float *rows, float *bias, float in, float out)
{
    gsize n = effnet_part_size(layer, EFFNET_PART_WEIGHT);

    if (in != out)
        for (gsize i = 0; i < n; i++)
            rows[i] *= out / in;
    for (guint i = 0; i < layer->out_channels; i++)
        bias[i] *= out;
}

typedef struct {
    EffNetPlan *plan;
    EffNetWeights *weights;
    double epsilon;
    GPtrArray *means; /* in bf16: the mean of each channel of each tensor, or NULL where unknown */
} Packer;

/* Corrects the bias of layer P of OP, in a bf16 network, for the rounding of ROWS, into which NORM
 * is folded. */
static void
correct_bias(const Packer *packer, const EffNetOp *op, guint p, const float *norm,
             const float *rows, float *bias)
{
    gpointer *means = packer->means->pdata, *out = &means[op->out];
    const float *inputs = p ? *out : means[op->in];
    const EffNetLayer *layer = op->layer + p;

    if (norm && inputs && effnet_op_type(packer->plan, op, p) == EFFNET_TYPE_BF16)
        effnet_layer_correct_bias(layer, inputs, norm, rows, bias);
    g_free(*out);
    *out = norm ? effnet_layer_new_means(layer, norm) : NULL;
}

/* Packs the weights of layer P of OP. */
static gboolean
pack_layer(const Packer *packer, const EffNetOp *op, guint p, GError **error)
{
    const EffNetPlan *plan = packer->plan;
    const EffNetLayer *layer = op->layer + p;
    const EffNetPacked *packed = &op->packed[p];
    g_autofree float *rows = effnet_layer_new_rows(layer, sizeof *rows, error), *norm = NULL;
    float *bias = (float *)packed->bias;
    float in = p ? effnet_op_factor(plan, op, p - 1) : plan->tensors[op->in].factor;

    if (!rows)
        return FALSE;
    memset(bias, 0, effnet_layer_lane_bytes(layer));
    if (!effnet_layer_fold(packer->weights, layer, packer->epsilon, rows, bias, &norm, error))
        return FALSE;
    if (plan->type == EFFNET_TYPE_BF16)
        correct_bias(packer, op, p, norm, rows, bias);
    scale_layer(layer, rows, bias, in, effnet_op_factor(plan, op, p));
    effnet_op_pack(plan, op, p, rows, (gpointer)packed->weights);
    return TRUE;
}

gboolean
effnet_plan_pack(EffNetPlan *plan, EffNetWeights *weights, double epsilon, GError **error)
{
    guint8 *room = effnet_memory_new(1, plan->weight_bytes, error);
    g_autoptr(GPtrArray) means = g_ptr_array_new_with_free_func(g_free);
    const Packer packer = {plan, weights, epsilon, means};

    if (!room)
        return FALSE;
    effnet_place_weights(plan, room);
    if (plan->type == EFFNET_TYPE_S16)
        return effnet_plan_pack_int8(plan, weights, error);
    g_ptr_array_set_size(means, plan->n_tensors);
    for (guint i = 0; i < plan->n_ops; i++) {
        const EffNetOp *op = &plan->ops[i];

        for (guint p = 0; p < effnet_op_n_packed(op); p++)
            if (!pack_layer(&packer, op, p, error))
                return FALSE;
    }
    return TRUE;
}

void
effnet_plan_take(EffNetPlan *plan, gpointer weights)
{
    effnet_place_weights(plan, weights);
}
