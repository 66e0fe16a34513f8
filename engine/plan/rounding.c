/* SPDX-License-Identifier: BSD-2-Clause */
#include "rounding.h"

#include <math.h>

#include "../kernels/bf16.h"

/* Points at which the normal distribution is sampled, half a deviation apart. */
#define POINTS 13
#define LANES  8

float *
effnet_layer_new_means(const EffNetLayer *layer, const float *norm)
{
    const float *gamma = norm, *beta = norm + layer->out_channels;
    float *means = g_new0(float, layer->out_channels), at[POINTS], density[POINTS], all = 0;

    for (int i = 0; i < POINTS; i++) {
        at[i] = (i - POINTS / 2) * 0.5f;
        density[i] = expf(-at[i] * at[i] / 2);
        all += density[i];
    }
    for (guint c = 0; c < layer->out_channels; c++)
        for (int i = 0; i < POINTS; i++)
            means[c] += density[i] / all * effnet_act(layer->act, beta[c] + gamma[c] * at[i]);
    return means;
}

/* In lanes, so that compilers use vector instructions. */
static float
dot(const float *a, const float *b, gsize n)
{
    float sums[LANES] = {0}, sum = 0;
    gsize k = 0;

    for (; k + LANES <= n; k += LANES)
        for (int i = 0; i < LANES; i++)
            sums[i] += a[k + i] * b[k + i];
    for (; k < n; k++)
        sum += a[k] * b[k];
    for (int i = 0; i < LANES; i++)
        sum += sums[i];
    return sum;
}

void
effnet_layer_correct_bias(const EffNetLayer *layer, const float *means, const float *norm,
                          const float *rows, float *bias)
{
    gboolean depthwise = effnet_layer_is_depthwise(layer);
    gsize n = effnet_layer_row_length(layer), taps = layer->kernel * layer->kernel;
    guint out = layer->out_channels;
    const float *beta = norm + out;
    g_autofree float *inputs = g_new(float, n), *errors = g_new(float, n),
                     *moves = g_new(float, out);
    double products = 0, squares = 0, share;

    for (guint o = 0; o < out; o++, rows += n) {
        float sum;

        for (gsize k = 0; (depthwise || o == 0) && k < n; k++)
            inputs[k] = means[depthwise ? o : k / taps];
        for (gsize k = 0; k < n; k++)
            errors[k] = effnet_bf16_to_float(effnet_bf16_from_float(rows[k])) - rows[k];
        moves[o] = dot(errors, inputs, n);
        sum = dot(rows, inputs, n);
        /* How much of the sums that MEANS predict batch norm really found: it knows of gates,
         * residuals, borders, and whether anything was learnt at all. */
        products += sum * (beta[o] - bias[o]);
        squares += sum * sum;
    }
    share = squares > 0 ? CLAMP(products / squares, 0, 1) : 0;
    for (guint o = 0; o < out; o++)
        bias[o] -= share * moves[o];
}
