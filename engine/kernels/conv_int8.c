/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "conv.h"

#define GROUP 4

/* Packs a group of N weights of BITS bits, of which only the first LEFT are in the span; the others
 * are 0. */
static void
pack_group(gpointer dst, const float *weights, gsize left, guint n, guint bits)
{
    for (guint i = 0; i < n; i++) {
        gint value = i < left ? (gint)weights[i] : 0;

        if (bits == 8)
            ((gint8 *)dst)[i] = value;
        else
            ((gint16 *)dst)[i] = value;
    }
}

void
effnet_conv_pack_int8(gpointer dst, const float *weights, guint spans, gsize span, guint out,
                      guint group, guint bits)
{
    gsize row = spans * span, bytes = group * bits / 8;
    guint8 *packed = dst;

    for (guint first = 0; first < out; first += EFFNET_LANES)
        for (guint r = 0; r < spans; r++)
            for (gsize k = 0; k < span; k += group)
                for (guint lane = first; lane < first + EFFNET_LANES; lane++, packed += bytes)
                    if (lane < out)
                        pack_group(packed, weights + lane * row + r * span + k, span - k, group,
                                   bits);
                    else
                        memset(packed, 0, bytes);
}

static void
pack_int8_c(gpointer packed, const float *weights, guint spans, gsize span, guint out)
{
    effnet_conv_pack_int8(packed, weights, spans, span, out, GROUP, 8);
}

/* Element AT of the input, in units; floats are converted to units first. */
static gint16
input_at(const EffNetConv *a, gsize at)
{
    if (a->in_type == EFFNET_TYPE_F32)
        return effnet_saturate(effnet_round(((const float *)a->in)[at] * a->quant->in_scale));
    return ((const gint16 *)a->in)[at];
}

static gint16
gated_at(const EffNetConv *a, gsize at, guint k)
{
    gint16 x = input_at(a, at);

    return a->gate ? effnet_mul_q15(x, effnet_quant_gate(a->gate[k])) : x;
}

/* Quantises the window of PIXEL to 8 bits, each span filled up to whole groups. Returns how many
 * units one of the 8-bit numbers stands for. */
static float
quantise_window(const EffNetConv *a, guint pixel, guint8 *window)
{
    gsize at = pixel * a->in_stride, filled = effnet_conv_groups(a->span, GROUP) * GROUP;
    guint lanes = effnet_panels(a->span) * EFFNET_LANES;
    gint32 least = 0, most = 0;
    gint16 factor;

    memset(window, 0, a->spans * filled);
    if (a->in_type == EFFNET_TYPE_U8) {
        for (guint r = 0; r < a->spans; r++)
            memcpy(window + r * filled, (const guint8 *)a->in + at + r * a->span_stride, a->span);
        return 1;
    }
    for (guint k = 0; !a->quant->fixed && k < lanes; k++) {
        gint16 x = gated_at(a, at + k, k);

        least = MIN(least, x);
        most = MAX(most, x);
    }
    factor = effnet_quant_factor(a->quant, least, most);
    for (guint r = 0; r < a->spans; r++)
        for (guint k = 0; k < a->span; k++)
            window[r * filled + k] =
                effnet_quant_value(a->quant, gated_at(a, at + r * a->span_stride + k, k), factor);
    return 0x1p15f / factor;
}

static gint32
sum_of(const EffNetConv *a, const guint8 *window, guint lane)
{
    gsize n = a->spans * effnet_conv_groups(a->span, GROUP) * GROUP;
    const gint8 *w = (const gint8 *)a->weights + lane / EFFNET_LANES * n * EFFNET_LANES;
    gint32 sum = a->start[lane];

    for (gsize i = 0; i < n; i++)
        sum += window[i] * w[(i / GROUP * EFFNET_LANES + lane % EFFNET_LANES) * GROUP + i % GROUP];
    return sum;
}

/* Writes output LANE of PIXEL. UNIT: units of the input per 8-bit number; AT: the lane within OUT
 * and RESIDUAL. */
static void
finish(const EffNetConv *a, gint32 sum, float unit, guint pixel, guint lane, guint at, gint32 *pool)
{
    const EffNetQuant *q = a->quant;
    float x = fmaf(sum * unit, a->scale[lane], a->bias[lane]), residual = 0;
    gint16 y;

    if (a->out_type == EFFNET_TYPE_F32 && !pool) {
        ((float *)a->out)[pixel * a->out_stride + at] = x;
        return;
    }
    if (a->out_type == EFFNET_TYPE_U8) {
        ((guint8 *)a->out)[pixel * a->out_stride + at] = effnet_quant_byte(effnet_round(x));
        return;
    }
    if (a->residual)
        residual = ((const gint16 *)a->residual)[pixel * a->residual_stride + at];
    if (a->residual && !a->act_first)
        x = fmaf(residual, q->residual, x);
    y = effnet_quant_act(q, effnet_round(x));
    if (a->residual && a->act_first)
        y = effnet_saturate(y + effnet_saturate(effnet_round(residual * q->residual)));
    if (pool)
        pool[at] += y;
    else
        ((gint16 *)a->out)[pixel * a->out_stride + at] = y;
}

static void
conv_int8_c(const EffNetConv *a)
{
    guint lanes = a->panels * EFFNET_LANES;
    g_autofree gint32 *pool = a->pool ? g_new0(gint32, lanes) : NULL;
    guint8 *window = a->scratch;

    for (guint pixel = 0; pixel < a->pixels; pixel++) {
        float unit = quantise_window(a, pixel, window);

        for (guint i = 0; i < lanes; i++) {
            guint lane = a->first_panel * EFFNET_LANES + i;

            finish(a, sum_of(a, window, lane), unit, pixel, lane, i, pool);
        }
    }
    for (guint i = 0; pool && i < lanes; i++)
        a->pool[i] = pool[i] * (a->quant->unit / a->pixels);
}

const EffNetConvKernel effnet_conv_int8_c = {
    .acts = EFFNET_ACTS_ALL,
    .group = GROUP,
    .group_bytes = GROUP * sizeof(gint8),
    .tile_pixels = 1,
    .pack = pack_int8_c,
    .run = conv_int8_c,
};
