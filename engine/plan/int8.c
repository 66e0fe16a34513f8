/* SPDX-License-Identifier: BSD-2-Clause */
/* Quantised layers to what the int8 kernels read, and which steps every activation counts in. */
#include <math.h>
#include <string.h>

#include "plan.h"

/* Steps from 0 to the farthest value seen are half of what there are: the rest is for pictures
 * other than those. */
#define STEPS (G_MAXINT16 / 2)
/* What 0 becomes in 8 bits where values are of both signs. */
#define ZERO_MIDDLE 128

typedef struct {
    EffNetPlan *plan;
    EffNetWeights *weights;
} Packer;

gsize
effnet_layer_quant_bytes(const EffNetLayer *layer)
{
    return 2 * effnet_layer_lane_bytes(layer) + effnet_align(sizeof(EffNetQuant));
}

guint8 *
effnet_layer_place_quant(const EffNetLayer *layer, EffNetPacked *packed, guint8 *room)
{
    gsize lanes = effnet_layer_lane_bytes(layer);

    packed->scale = (const float *)room;
    packed->start = (const gint32 *)(room + lanes);
    packed->quant = (const EffNetQuant *)(room + 2 * lanes);
    return room + effnet_layer_quant_bytes(layer);
}

static guint8
zero_of(const EffNetLayer *layer)
{
    const EffNetActRule *rule = effnet_act_get_rule(layer->act);
    gboolean late = layer->residual && layer->act_first; /* the residual has any sign */

    if (rule->kind == EFFNET_ACT_RULE_BUMP && !layer->residual)
        return rule->zero;
    return rule->kind == EFFNET_ACT_RULE_CLIP && rule->low == 0 && !late ? 0 : ZERO_MIDDLE;
}

/* Of LAYER's outputs of TYPE. */
static gboolean
read_scale(Packer *p, const EffNetLayer *layer, EffNetType type, EffNetScale *scale, GError **error)
{
    const EffNetActRule *rule = effnet_act_get_rule(layer->act);

    if (!p->weights->read(p->weights, layer, EFFNET_PART_RANGE, &scale->range, error))
        return FALSE;
    scale->zero = zero_of(layer);
    if (effnet_act_is_bounded(layer->act))
        scale->range = MIN(scale->range, (float)rule->high);
    if (type == EFFNET_TYPE_U8)
        scale->step = scale->range / G_MAXUINT8; /* they have no sign */
    else
        scale->step = scale->range / STEPS;
    if (rule->kind == EFFNET_ACT_RULE_BUMP)
        scale->step = MAX(scale->step, effnet_bump_least_step(rule->end));
    return TRUE;
}

/* Windows overlap, so that one factor to 8 bits serves all pixels: up to the farthest value. */
static gint16
fixed_factor(const EffNetLayer *layer, const EffNetScale *in)
{
    if (layer->kernel == 1 || layer->role == EFFNET_ROLE_STEM ||
        layer->role == EFFNET_ROLE_DEPTHWISE)
        return 0;
    return CLAMP(32768 * (255 - in->zero) * in->step / in->range, 1, G_MAXINT16);
}

/* A bound of an activation, infinite or not, in steps. */
static gint16
bound(double real, float step)
{
    return (gint16)CLAMP(rintf((float)real / step), G_MININT16, G_MAXINT16);
}

static void
fill_quant(EffNetQuant *quant, const EffNetLayer *layer, const EffNetScale *in,
           const EffNetScale *residual, const EffNetScale *out)
{
    const EffNetActRule *rule = effnet_act_get_rule(layer->act);

    *quant = (EffNetQuant){
        .has_bump = rule->kind == EFFNET_ACT_RULE_BUMP,
        .residual = residual ? residual->step / out->step : 0,
        .step = out->step,
        .in_step = 1 / in->step,
        .zero = in->zero,
        .fixed = fixed_factor(layer, in),
    };
    if (quant->has_bump) {
        effnet_bump_init(&quant->bump, rule, out->step);
    } else {
        quant->low = bound(rule->low, out->step);
        quant->high = bound(rule->high, out->step);
    }
}

/* SCALE and BIAS from real numbers to steps of OUT in one of the sums; START, what sums begin with
 * to make up for the zero of the input that is not 0, and for the OFFSET that the kernel takes off.
 */
static void
fill_lanes(const EffNetLayer *layer, guint8 offset, const float *rows, const EffNetScale *in,
           const EffNetScale *out, float *scale, float *bias, gint32 *start)
{
    gsize n = effnet_layer_row_length(layer);
    float step = layer->role == EFFNET_ROLE_CLASSIFIER ? 1 : out->step;

    for (guint i = 0; i < layer->out_channels; i++) {
        gint32 sum = 0;

        for (gsize k = 0; k < n; k++)
            sum += (gint32)rows[i * n + k];
        start[i] = layer->role == EFFNET_ROLE_DEPTHWISE ? 0 : sum * (offset - in->zero);
        scale[i] *= in->step / step;
        bias[i] /= step;
    }
}

/* Squeeze-excite, whose products are few, is computed in floats. */
static void
scale_rows(const EffNetLayer *layer, float *rows, const float *scale)
{
    for (guint i = 0; i < layer->out_channels; i++)
        for (guint k = 0; k < layer->in_channels; k++)
            rows[(gsize)i * layer->in_channels + k] *= scale[i];
}

static gboolean
pack_layer(Packer *p, const EffNetStep *step, guint index, const EffNetScale *in,
           const EffNetScale *residual, EffNetScale *out, GError **error)
{
    const EffNetLayer *layer = step->layer + index;
    const EffNetPacked *packed = &step->packed[index];
    g_autofree float *rows = effnet_layer_new_rows(layer, sizeof *rows, error);
    gpointer weights = (gpointer)packed->weights;
    float *bias = (float *)packed->bias, *scale = (float *)packed->scale;

    /* What is behind the last channel, and what squeeze-excite does not use. */
    memset(bias, 0, effnet_layer_lane_bytes(layer) + effnet_layer_quant_bytes(layer));
    if (!rows || !p->weights->read(p->weights, layer, EFFNET_PART_WEIGHT, rows, error) ||
        !p->weights->read(p->weights, layer, EFFNET_PART_SCALE, scale, error) ||
        !p->weights->read(p->weights, layer, EFFNET_PART_BIAS, bias, error))
        return FALSE;
    if (effnet_layer_is_squeeze_excite(layer)) {
        scale_rows(layer, rows, scale);
        effnet_step_pack(p->plan, step, index, rows, weights);
        return TRUE;
    }
    if (layer->role != EFFNET_ROLE_CLASSIFIER &&
        !read_scale(p, layer, step->depthwise_type, out, error))
        return FALSE;
    fill_quant((EffNetQuant *)packed->quant, layer, in, residual, out);
    fill_lanes(layer, step->conv ? step->conv->offset : 0, rows, in, out, scale, bias,
               (gint32 *)packed->start);
    effnet_step_pack(p->plan, step, index, rows, weights);
    return TRUE;
}

gboolean
effnet_plan_pack_int8(EffNetPlan *plan, EffNetWeights *weights, GError **error)
{
    Packer p = {plan, weights};

    plan->activations[plan->input].scale = (EffNetScale){.step = 1, .range = 255};
    for (guint i = 0; i < plan->n_steps; i++) {
        EffNetStep *step = &plan->steps[i];
        EffNetScale scale = plan->activations[step->in].scale, none = {.step = 1, .range = 1};
        const EffNetScale *residual =
            step->residual == EFFNET_NONE ? NULL : &plan->activations[step->residual].scale;

        for (guint l = 0; l < effnet_step_n_packed(step); l++) {
            EffNetScale out = none;

            if (!pack_layer(&p, step, l, &scale, residual, &out, error))
                return FALSE;
            scale = out;
        }
        plan->activations[step->out].scale = scale;
    }
    return TRUE;
}
