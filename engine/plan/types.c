/* SPDX-License-Identifier: BSD-2-Clause */
#include "types.h"

/* Smaller feature maps (pixels of a row) have too few tiles to make up for four times as many
 * weights. */
#define WINOGRAD_SIZE 12

gboolean
effnet_layer_feeds_depthwise_only(const EffNetLayer *conv)
{
    const EffNetLayer *next = conv + 1;

    if (conv->role == EFFNET_ROLE_EXPAND)
        return next->role == EFFNET_ROLE_DEPTHWISE;
    if (conv->role != EFFNET_ROLE_STEM || next->role != EFFNET_ROLE_DEPTHWISE)
        return FALSE;
    while (next->role != EFFNET_ROLE_PROJECT)
        next++;
    return !next->residual;
}

/* Whether CONV is read only by a depthwise layer, the activations of both are bounded, and no
 * squeeze-excite follows. */
static gboolean
is_bounded_pair(const EffNetLayer *conv)
{
    return effnet_layer_feeds_depthwise_only(conv) && effnet_act_is_bounded(conv->act) &&
           effnet_act_is_bounded(conv[1].act) && !conv[1].has_se;
}

/* Whether LAYER of an int8 network writes 8 bits, as products read them: where outputs are bounded
 * and no gate changes them. A block's outputs are not: one scale for all pixels would change the
 * first class of 1 in 200 images, for 2 % of the time. */
static gboolean
leaves_bytes(const EffNetLayer *layer, EffNetType in)
{
    return effnet_layer_is_depthwise(layer) ? in == EFFNET_TYPE_U8 : is_bounded_pair(layer);
}

/* Whether LAYER of a bf16 network, a stem or the depthwise layer that reads it, writes floats.
 * Filters there are differences of neighbours, of which rounding leaves little: in bf16, Lite0 to
 * Lite2 would lose 4 to 7 dB, for 2 % of the time. SiLU is less steep and does well without. */
static gboolean
leaves_floats(const EffNetLayer *layer, EffNetType in)
{
    if (effnet_layer_is_depthwise(layer))
        return in == EFFNET_TYPE_F32;
    return layer->role == EFFNET_ROLE_STEM && is_bounded_pair(layer);
}

EffNetType
effnet_layers_out_type(const EffNetLayer *layer, guint n_layers, EffNetType in, EffNetType type)
{
    const EffNetLayer *last = layer + n_layers - 1;

    /* Features, gates and logits are floats, whatever the feature maps are. */
    if (last->pool || last->role == EFFNET_ROLE_SE_EXPAND || last->role == EFFNET_ROLE_CLASSIFIER)
        return EFFNET_TYPE_F32;
    if (type == EFFNET_TYPE_BF16)
        return leaves_floats(layer, in) ? EFFNET_TYPE_F32 : type;
    return type == EFFNET_TYPE_S16 && leaves_bytes(layer, in) ? EFFNET_TYPE_U8 : type;
}

float
effnet_layer_factor(const EffNetLayer *layer, EffNetType type)
{
    return effnet_kernel_act(layer->act, type) == EFFNET_ACT_SILU_LOG2 ? EFFNET_LOG2_E : 1;
}

float
effnet_op_factor(const EffNetPlan *plan, const EffNetOp *op, guint index)
{
    return index + 1 == op->n_layers ? plan->tensors[op->out].factor
                                     : effnet_layer_factor(op->layer + index, plan->type);
}

EffNetType
effnet_op_type(const EffNetPlan *plan, const EffNetOp *op, guint index)
{
    return effnet_layer_is_depthwise(&op->layer[index]) ? op->depthwise_type : plan->type;
}

gboolean
effnet_layer_is_winograd(const EffNetLayer *layer, const EffNetKernels *kernels, EffNetType type)
{
    return kernels->winograd.acts & EFFNET_ACT_BIT(effnet_kernel_act(layer->act, type)) &&
           type == EFFNET_TYPE_F32 && layer->kernel == 3 && layer->stride == 1 &&
           layer->in_channels >= EFFNET_LANES && !effnet_layer_is_depthwise(layer) &&
           !layer->pool && layer->out_size >= WINOGRAD_SIZE;
}

void
effnet_op_choose_kernels(const EffNetPlan *plan, EffNetOp *op)
{
    EffNetActSet acts = 0;

    for (guint i = 0; i < op->n_layers; i++) {
        const EffNetLayer *layer = op->layer + i;
        EffNetAct act = effnet_kernel_act(layer->act, plan->type);

        if (effnet_layer_is_depthwise(layer))
            op->dwconv = effnet_kernels_get_dwconv(plan->kernels, op->depthwise_type, layer->kernel,
                                                   layer->stride, act);
        else if (effnet_layer_has_weights(layer))
            acts |= EFFNET_ACT_BIT(act);
    }
    /* In int8 networks, the reference computes squeeze-excite, in floats, so that scores are equal
     * on every level. */
    if (plan->type == EFFNET_TYPE_S16 && op->kind == EFFNET_OP_SQUEEZE_EXCITE)
        op->conv = &effnet_conv_f32_c;
    else if (acts)
        op->conv = effnet_kernels_get_conv(plan->kernels, plan->type, acts);
}
