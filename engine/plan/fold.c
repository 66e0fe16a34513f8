/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "fold.h"

/* Folds gamma * (x - mean) / sqrt(variance + epsilon) + beta into the rows and the bias. */
static gboolean
fold_norm(EffNetWeights *weights, const EffNetLayer *layer, double epsilon, float *rows,
          float *bias, float **told, GError **error)
{
    gsize row_length = effnet_layer_row_length(layer);
    guint n = layer->out_channels;
    g_autofree float *norm = g_new(float, 4 * (gsize)n);
    float *gamma = norm, *beta = norm + n, *mean = norm + 2 * n, *variance = norm + 3 * n;

    if (!weights->read(weights, layer, EFFNET_PART_NORM_GAMMA, gamma, error) ||
        !weights->read(weights, layer, EFFNET_PART_NORM_BETA, beta, error) ||
        !weights->read(weights, layer, EFFNET_PART_NORM_MEAN, mean, error) ||
        !weights->read(weights, layer, EFFNET_PART_NORM_VARIANCE, variance, error))
        return FALSE;
    for (guint i = 0; i < n; i++) {
        double scale = gamma[i] / sqrt(variance[i] + epsilon);

        for (gsize k = 0; k < row_length; k++)
            rows[i * row_length + k] *= scale;
        bias[i] = beta[i] - mean[i] * scale;
    }
    if (told)
        *told = g_steal_pointer(&norm);
    return TRUE;
}

/* Transposes a filter from channels x taps to taps x channels. */
static void
interleave(float *row, guint channels, guint taps)
{
    g_autofree float *copy = g_memdup2(row, channels * taps * sizeof *row);

    for (guint c = 0; c < channels; c++)
        for (guint t = 0; t < taps; t++)
            row[t * channels + c] = copy[c * taps + t];
}

gpointer
effnet_layer_new_rows(const EffNetLayer *layer, gsize size, GError **error)
{
    gpointer rows = g_try_malloc_n(effnet_part_size(layer, EFFNET_PART_WEIGHT), size);

    if (!rows)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY, "no memory for a layer's weights");
    return rows;
}

void
effnet_layer_interleave(const EffNetLayer *layer, float *rows)
{
    guint taps = layer->kernel * layer->kernel, channels = effnet_layer_filter_channels(layer);

    if (taps > 1 && channels > 1)
        for (guint i = 0; i < layer->out_channels; i++)
            interleave(rows + (gsize)i * taps * channels, channels, taps);
}

gboolean
effnet_layer_fold(EffNetWeights *weights, const EffNetLayer *layer, double epsilon, float *rows,
                  float *bias, float **norm, GError **error)
{
    gboolean folded = weights->is_folded && weights->is_folded(weights, layer);

    if (!weights->read(weights, layer, EFFNET_PART_WEIGHT, rows, error))
        return FALSE;
    if (layer->has_norm && !folded)
        return fold_norm(weights, layer, epsilon, rows, bias, norm, error);
    return weights->read(weights, layer, EFFNET_PART_BIAS, bias, error);
}
