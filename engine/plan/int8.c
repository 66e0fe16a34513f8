/* SPDX-License-Identifier: BSD-2-Clause */
/* Quantised layers to what the int8 kernels read, and which steps every activation counts in. */
#include <math.h>
#include <string.h>

#include "plan.h"

/* Steps from 0 to the farthest value seen are half of what there are: the rest is for pictures
 * other than those. */
#define STEPS (G_MAXINT16 / 2)
/* What 0 becomes in 8 bits: where values are of both signs, and where SiLU leaves few below it. */
#define ZERO_MIDDLE 128
#define ZERO_SILU   32
#define RELU6_MOST  6.f

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
    gboolean late = layer->residual && layer->act_first; /* the residual has any sign */

    if (!late && (layer->act == EFFNET_ACT_RELU || layer->act == EFFNET_ACT_RELU6))
        return 0;
    return layer->act == EFFNET_ACT_SILU && !layer->residual ? ZERO_SILU : ZERO_MIDDLE;
}

/* Of LAYER's outputs of TYPE. */
static gboolean
read_scale(Packer *p, const EffNetLayer *layer, EffNetType type, EffNetScale *scale, GError **error)
{
    if (!p->weights->read(p->weights, layer, EFFNET_PART_RANGE, &scale->range, error))
        return FALSE;
    scale->zero = zero_of(layer);
    if (layer->act == EFFNET_ACT_RELU6)
        scale->range = MIN(scale->range, RELU6_MOST);
    if (type == EFFNET_TYPE_U8)
        scale->step = scale->range / G_MAXUINT8; /* they have no sign */
    else
        scale->step = scale->range / STEPS;
    if (layer->act == EFFNET_ACT_SILU)
        scale->step = MAX(scale->step, EFFNET_SILU_STEP);
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

static void
fill_quant(EffNetQuant *quant, const EffNetLayer *layer, const EffNetScale *in,
           const EffNetScale *residual, const EffNetScale *out)
{
    *quant = (EffNetQuant){
        .is_silu = layer->act == EFFNET_ACT_SILU,
        .low = layer->act == EFFNET_ACT_NONE ? G_MININT16 : 0,
        .high = layer->act == EFFNET_ACT_RELU6 ? MIN(lrintf(RELU6_MOST / out->step), G_MAXINT16)
                                               : G_MAXINT16,
        .residual = residual ? residual->step / out->step : 0,
        .step = out->step,
        .in_step = 1 / in->step,
        .zero = in->zero,
        .fixed = fixed_factor(layer, in),
    };
    if (quant->is_silu)
        effnet_silu_init(&quant->silu, out->step);
}

/* Each of the rows' pixels filled up to EFFNET_INPUT_BYTES. */
static float *
fill_pixels(const EffNetLayer *layer, const float *rows)
{
    gsize pixels = (gsize)layer->out_channels * layer->kernel * layer->kernel;
    float *filled = g_new0(float, pixels *EFFNET_INPUT_BYTES);

    for (gsize i = 0; i < pixels; i++)
        memcpy(filled + i * EFFNET_INPUT_BYTES, rows + i * layer->in_channels,
               layer->in_channels * sizeof *rows);
    return filled;
}

/* TYPE: of a depthwise layer's kernels. */
static void
pack_weights(const Packer *p, const EffNetLayer *layer, EffNetType type, float *rows,
             gpointer packed)
{
    const EffNetKernels *kernels = p->plan->kernels;
    const EffNetConvKernels *conv = &kernels->conv[EFFNET_TYPE_S16];
    guint kernel = layer->kernel;

    if (layer->role == EFFNET_ROLE_DEPTHWISE) {
        kernels->dwconv[type].pack(packed, rows, kernel, layer->out_channels);
        return;
    }
    effnet_layer_interleave(layer, rows);
    if (layer->role == EFFNET_ROLE_STEM) {
        g_autofree float *filled = fill_pixels(layer, rows);

        conv->pack(packed, filled, kernel, kernel * EFFNET_INPUT_BYTES, layer->out_channels);
    } else {
        conv->pack(packed, rows, kernel, (gsize)kernel * layer->in_channels, layer->out_channels);
    }
}

/* SCALE and BIAS from real numbers to steps of OUT in one of the sums; START. */
static void
fill_lanes(const EffNetLayer *layer, const float *rows, const EffNetScale *in,
           const EffNetScale *out, float *scale, float *bias, gint32 *start)
{
    gsize n = effnet_layer_row_length(layer);
    float step = layer->role == EFFNET_ROLE_CLASSIFIER ? 1 : out->step;
    gboolean any_zero = layer->role != EFFNET_ROLE_DEPTHWISE && layer->role != EFFNET_ROLE_STEM;

    for (guint i = 0; i < layer->out_channels; i++) {
        gint32 sum = 0;

        for (gsize k = 0; any_zero && k < n; k++)
            sum += (gint32)rows[i * n + k];
        start[i] = -sum * in->zero;
        scale[i] *= in->step / step;
        bias[i] /= step;
    }
}

/* Squeeze-excite, whose products are few, is computed in floats by the reference, alike on every
 * instruction set. */
static void
pack_floats(const EffNetLayer *layer, float *rows, const float *scale, gpointer packed)
{
    for (guint i = 0; i < layer->out_channels; i++)
        for (guint k = 0; k < layer->in_channels; k++)
            rows[(gsize)i * layer->in_channels + k] *= scale[i];
    effnet_conv_f32_kernels_c.pack(packed, rows, 1, layer->in_channels, layer->out_channels);
}

static gboolean
pack_layer(Packer *p, const EffNetLayer *layer, EffNetType type, const EffNetScale *in,
           const EffNetScale *residual, EffNetScale *out, const EffNetPacked *packed,
           GError **error)
{
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
        pack_floats(layer, rows, scale, weights);
        return TRUE;
    }
    if (layer->role != EFFNET_ROLE_CLASSIFIER && !read_scale(p, layer, type, out, error))
        return FALSE;
    fill_quant((EffNetQuant *)packed->quant, layer, in, residual, out);
    fill_lanes(layer, rows, in, out, scale, bias, (gint32 *)packed->start);
    pack_weights(p, layer, type, rows, weights);
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

            if (!pack_layer(&p, step->layer + l, step->depthwise_type, &scale, residual, &out,
                            &step->packed[l], error))
                return FALSE;
            scale = out;
        }
        plan->activations[step->out].scale = scale;
    }
    return TRUE;
}
