/* SPDX-License-Identifier: BSD-2-Clause */
/* The reference of the convolution in bfloat16. Products of two rounded values are exact in a
 * float, and are summed as floats one by one. Instructions that multiply pairs differ: they add
 * both products first, or take denormal values and sums for 0. */
#include "act.h"
#include "bf16.h"
#include "conv.h"

void
effnet_conv_pack_bf16(gpointer dst, const float *weights, guint spans, gsize span, guint out,
                      guint group)
{
    guint16 *packed = dst;

    for (guint first = 0; first < out; first += EFFNET_LANES)
        for (guint r = 0; r < spans; r++)
            for (gsize k = 0; k < span; k += group)
                for (guint lane = first; lane < first + EFFNET_LANES; lane++)
                    for (gsize i = k; i < k + group; i++) {
                        gboolean is_weight = lane < out && i < span;

                        *packed++ = is_weight ? effnet_bf16_from_float(
                                                    weights[(lane * (gsize)spans + r) * span + i])
                                              : 0;
                    }
}

static void
pack(gpointer packed, const float *weights, guint spans, gsize span, guint out)
{
    effnet_conv_pack_bf16(packed, weights, spans, span, out, 1);
}

/* Element I of the input, rounded to bf16 as products read it. */
static float
operand(const EffNetConv *a, gsize i)
{
    return effnet_bf16_to_float(effnet_bf16_from_float(effnet_type_get(a->in_type, a->in, i)));
}

/* The sums of one pixel's window for one panel, from the bias on. */
static void
window_times_panel(const EffNetConv *a, guint pixel, guint panel, float *sum)
{
    const guint16 *w = a->weights;

    w += (gsize)panel * a->spans * a->span * EFFNET_LANES;
    memcpy(sum, a->bias + panel * EFFNET_LANES, EFFNET_LANES * sizeof *sum);
    for (guint r = 0; r < a->spans; r++)
        for (guint k = 0; k < a->span; k++, w += EFFNET_LANES) {
            float x = operand(a, pixel * a->in_stride + r * a->span_stride + k);

            if (a->gate)
                x *= a->gate[k];
            for (guint i = 0; i < EFFNET_LANES; i++)
                sum[i] += x * effnet_bf16_to_float(w[i]);
        }
}

static void
conv_bf16_c(const EffNetConv *a)
{
    for (guint panel = 0; panel < a->panels; panel++) {
        float mean[EFFNET_LANES] = {0};

        for (guint pixel = 0; pixel < a->pixels; pixel++) {
            float sum[EFFNET_LANES];

            window_times_panel(a, pixel, a->first_panel + panel, sum);
            for (guint i = 0; i < EFFNET_LANES; i++) {
                gsize at = panel * EFFNET_LANES + i;
                float residual = 0;

                if (a->residual)
                    residual = effnet_type_get(EFFNET_TYPE_BF16, a->residual,
                                               pixel * a->residual_stride + at);
                sum[i] = a->act_first ? effnet_act(a->act, sum[i]) + residual
                                      : effnet_act(a->act, sum[i] + residual);
                if (a->pool)
                    mean[i] += sum[i];
                else
                    effnet_type_set(a->out_type, a->out, pixel * a->out_stride + at, sum[i]);
            }
        }
        if (a->pool)
            for (guint i = 0; i < EFFNET_LANES; i++)
                a->pool[panel * EFFNET_LANES + i] = mean[i] / a->pixels;
    }
}

static void
gate_bf16_c(gpointer map, gsize stride, guint pixels, const float *gate, gsize n)
{
    guint16 *pixel = map;

    for (guint p = 0; p < pixels; p++, pixel += stride)
        for (gsize i = 0; i < n; i++)
            pixel[i] = effnet_bf16_from_float(effnet_bf16_to_float(pixel[i]) * gate[i]);
}

const EffNetConvKernel effnet_conv_bf16_c = {
    .acts = EFFNET_ACTS_ALL,
    .group = 1,
    .group_bytes = sizeof(guint16),
    .tile_pixels = 1,
    .pack = pack,
    .run = conv_bf16_c,
    .gate = gate_bf16_c,
};
