/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "act.h"
#include "conv.h"

void
effnet_conv_pack_f32(gpointer dst, const float *weights, guint spans, gsize span, guint out)
{
    float *packed = dst;
    gsize k = spans * span;

    for (guint first = 0; first < out; first += EFFNET_LANES)
        for (gsize i = 0; i < k; i++)
            for (guint lane = first; lane < first + EFFNET_LANES; lane++)
                *packed++ = lane < out ? weights[lane * k + i] : 0;
}

/* The sums of one pixel's window for one panel, from the bias on. */
static void
window_times_panel(const EffNetConv *a, guint pixel, guint panel, float *sum)
{
    const float *in = (const float *)a->in + pixel * a->in_stride;
    const float *w = (const float *)a->weights + (gsize)panel * a->spans * a->span * EFFNET_LANES;

    memcpy(sum, a->bias + panel * EFFNET_LANES, EFFNET_LANES * sizeof *sum);
    for (guint r = 0; r < a->spans; r++)
        for (guint k = 0; k < a->span; k++, w += EFFNET_LANES) {
            float x = in[r * a->span_stride + k] * (a->gate ? a->gate[k] : 1.f);

            for (guint i = 0; i < EFFNET_LANES; i++)
                sum[i] += x * w[i];
        }
}

static void
conv_f32_c(const EffNetConv *a)
{
    const float *residual = a->residual;
    float *out = a->out;

    for (guint panel = 0; panel < a->panels; panel++) {
        float mean[EFFNET_LANES] = {0};

        for (guint pixel = 0; pixel < a->pixels; pixel++) {
            float sum[EFFNET_LANES];

            window_times_panel(a, pixel, a->first_panel + panel, sum);
            for (guint i = 0; i < EFFNET_LANES; i++) {
                gsize at = panel * EFFNET_LANES + i;

                if (residual && !a->act_first)
                    sum[i] += residual[pixel * a->residual_stride + at];
                sum[i] = effnet_act(a->act, sum[i]);
                if (residual && a->act_first)
                    sum[i] += residual[pixel * a->residual_stride + at];
                if (a->pool)
                    mean[i] += sum[i];
                else
                    out[pixel * a->out_stride + at] = sum[i];
            }
        }
        if (a->pool)
            for (guint i = 0; i < EFFNET_LANES; i++)
                a->pool[panel * EFFNET_LANES + i] = mean[i] / a->pixels;
    }
}

static void
gate_f32_c(gpointer map, gsize stride, guint pixels, const float *gate, gsize n)
{
    for (float *pixel = map; pixels > 0; pixels--, pixel += stride)
        for (gsize i = 0; i < n; i++)
            pixel[i] *= gate[i];
}

const EffNetConvKernel effnet_conv_f32_c = {
    .acts = EFFNET_ACTS_ALL,
    .group = 1,
    .group_bytes = sizeof(float),
    .tile_pixels = 1,
    .pack = effnet_conv_pack_f32,
    .run = conv_f32_c,
    .gate = gate_f32_c,
};
