/* SPDX-License-Identifier: BSD-2-Clause */
#include "int8.h"

#include <math.h>
#include <string.h>

#include "fold.h"
#include "pack_op.h"
#include "placement.h"

/* Units from 0 to the farthest value that was seen: half of what 16 bits hold, since other images
 * go farther. */
#define UNITS (G_MAXINT16 / 2)
/* What 0 becomes in 8 bits where values have both signs. */
#define ZERO_MIDDLE 128

typedef struct {
    EffNetPlan *plan;
    EffNetWeights *weights;
} Packer;

static guint8
zero_of(const EffNetLayer *layer)
{
    const EffNetActRule *rule = effnet_act_get_rule(layer->act);
    gboolean late = layer->residual && layer->act_first; /* the residual may have any sign */

    if (rule->kind == EFFNET_ACT_RULE_BUMP && !layer->residual)
        return rule->zero;
    return rule->kind == EFFNET_ACT_RULE_CLIP && rule->low == 0 && !late ? 0 : ZERO_MIDDLE;
}

/* A bound of the absolute values of LAYER's outputs before its activation, for any input of 16
 * bits. Where windows overlap, their one factor at most doubles the inputs. */
static double
reach_of(const EffNetLayer *layer, const float *rows, const float *scale, const float *bias,
         const EffNetQuantParams *in, const EffNetQuantParams *residual)
{
    gsize n = effnet_layer_row_length(layer);
    double reach = 0;

    for (guint i = 0; i < layer->out_channels; i++) {
        double sum = 0;

        for (gsize k = 0; k < n; k++)
            sum += fabsf(rows[i * n + k]);
        reach = MAX(reach, sum * fabsf(scale[i]) * in->scale * 0x1p16 + fabsf(bias[i]));
    }
    return reach + (residual ? residual->scale * 0x1p15 : 0);
}

/* Sets Q for LAYER's outputs, of TYPE, whose absolute values before the activation are at most
 * REACH. */
static gboolean
read_quantisation(Packer *p, const EffNetLayer *layer, EffNetType type, double reach,
                  EffNetQuantParams *q, GError **error)
{
    const EffNetActRule *rule = effnet_act_get_rule(layer->act);

    if (!p->weights->read(p->weights, layer, EFFNET_PART_RANGE, &q->range, error))
        return FALSE;
    q->zero = zero_of(layer);
    if (effnet_act_is_bounded(layer->act))
        q->range = MIN(q->range, (float)rule->high);
    if (type == EFFNET_TYPE_U8)
        q->scale = q->range / G_MAXUINT8; /* unsigned */
    else
        q->scale = q->range / UNITS;
    if (rule->kind == EFFNET_ACT_RULE_BUMP)
        q->scale = MAX(q->scale, effnet_bump_least_scale(rule->end));
    q->scale = MAX(q->scale, effnet_quant_least_scale(reach));
    return TRUE;
}

/* The one factor to 8 bits where windows overlap, scaled by 2^15, so that the farthest value just
 * fits; 0 where each pixel has its own. */
static gint16
fixed_factor(const EffNetLayer *layer, const EffNetQuantParams *in)
{
    if (layer->kernel == 1 || layer->role == EFFNET_ROLE_STEM || effnet_layer_is_depthwise(layer))
        return 0;
    return CLAMP(32768 * (255 - in->zero) * in->scale / in->range, 1, G_MAXINT16);
}

/* A bound of an activation, which may be infinite, in units of SCALE. */
static gint16
bound(double real, float scale)
{
    return (gint16)CLAMP(rintf((float)real / scale), G_MININT16, G_MAXINT16);
}

static void
fill_quant(EffNetQuant *quant, const EffNetLayer *layer, const EffNetQuantParams *in,
           const EffNetQuantParams *residual, const EffNetQuantParams *out)
{
    const EffNetActRule *rule = effnet_act_get_rule(layer->act);

    *quant = (EffNetQuant){
        .has_bump = rule->kind == EFFNET_ACT_RULE_BUMP,
        .residual = residual ? residual->scale / out->scale : 0,
        .unit = out->scale,
        .in_scale = 1 / in->scale,
        .zero = in->zero,
        .fixed = fixed_factor(layer, in),
    };
    if (quant->has_bump) {
        effnet_bump_init(&quant->bump, rule, out->scale);
    } else {
        quant->low = bound(rule->low, out->scale);
        quant->high = bound(rule->high, out->scale);
    }
}

/* Converts SCALE and BIAS, so far in real numbers, to OUT's units; SCALE is then for one unit of
 * the sums. Sets START to what sums start from, to compensate for an input whose zero is not 0 and
 * for the OFFSET that the kernel subtracts. */
static void
fill_lanes(const EffNetLayer *layer, guint8 offset, const float *rows, const EffNetQuantParams *in,
           const EffNetQuantParams *out, float *scale, float *bias, gint32 *start)
{
    gsize n = effnet_layer_row_length(layer);
    float unit = layer->role == EFFNET_ROLE_CLASSIFIER ? 1 : out->scale;

    for (guint i = 0; i < layer->out_channels; i++) {
        gint32 sum = 0;

        for (gsize k = 0; k < n; k++)
            sum += (gint32)rows[i * n + k];
        start[i] = effnet_layer_is_depthwise(layer) ? 0 : sum * (offset - in->zero);
        scale[i] *= in->scale / unit;
        bias[i] /= unit;
    }
}

/* Squeeze-excite has few products and is computed in floats: makes ROWS real numbers. */
static void
scale_rows(const EffNetLayer *layer, float *rows, const float *scale)
{
    for (guint i = 0; i < layer->out_channels; i++)
        for (guint k = 0; k < layer->in_channels; k++)
            rows[(gsize)i * layer->in_channels + k] *= scale[i];
}

static gboolean
pack_layer(Packer *p, const EffNetOp *op, guint index, const EffNetQuantParams *in,
           const EffNetQuantParams *residual, EffNetQuantParams *out, GError **error)
{
    const EffNetLayer *layer = op->layer + index;
    const EffNetPacked *packed = &op->packed[index];
    g_autofree float *rows = effnet_layer_new_rows(layer, sizeof *rows, error);
    gpointer weights = (gpointer)packed->weights;
    float *bias = (float *)packed->bias, *scale = (float *)packed->scale;

    /* Clears what is beyond the last channel, and what squeeze-excite does not use. */
    memset(bias, 0, effnet_layer_lane_bytes(layer) + effnet_layer_quant_bytes(layer));
    if (!rows || !p->weights->read(p->weights, layer, EFFNET_PART_WEIGHT, rows, error) ||
        !p->weights->read(p->weights, layer, EFFNET_PART_SCALE, scale, error) ||
        !p->weights->read(p->weights, layer, EFFNET_PART_BIAS, bias, error))
        return FALSE;
    if (effnet_layer_is_squeeze_excite(layer)) {
        scale_rows(layer, rows, scale);
        effnet_op_pack(p->plan, op, index, rows, weights);
        return TRUE;
    }
    if (layer->role != EFFNET_ROLE_CLASSIFIER &&
        !read_quantisation(p, layer, op->depthwise_type,
                           reach_of(layer, rows, scale, bias, in, residual), out, error))
        return FALSE;
    fill_quant((EffNetQuant *)packed->quant, layer, in, residual, out);
    fill_lanes(layer, op->conv ? op->conv->offset : 0, rows, in, out, scale, bias,
               (gint32 *)packed->start);
    effnet_op_pack(p->plan, op, index, rows, weights);
    return TRUE;
}

gboolean
effnet_plan_pack_int8(EffNetPlan *plan, EffNetWeights *weights, GError **error)
{
    Packer p = {plan, weights};

    plan->tensors[plan->input].quantisation = (EffNetQuantParams){.scale = 1, .range = 255};
    for (guint i = 0; i < plan->n_ops; i++) {
        const EffNetOp *op = &plan->ops[i];
        const EffNetQuantParams none = {.scale = 1, .range = 1};
        const EffNetQuantParams *residual =
            op->residual == EFFNET_NONE ? NULL : &plan->tensors[op->residual].quantisation;
        EffNetQuantParams in = plan->tensors[op->in].quantisation;

        for (guint l = 0; l < effnet_op_n_packed(op); l++) {
            EffNetQuantParams out = none;

            if (!pack_layer(&p, op, l, &in, residual, &out, error))
                return FALSE;
            in = out;
        }
        plan->tensors[op->out].quantisation = in;
    }
    return TRUE;
}
