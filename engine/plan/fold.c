/* SPDX-License-Identifier: BSD-2-Clause */
/* A layer's numbers from the checkpoint to what its kernel reads. */
#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "plan.h"

/* gamma (x - mean) / sqrt(variance + epsilon) + beta, taken into the rows and the bias. */
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

/* A filter's channels x taps to taps x channels, as interleaved pictures are read. */
static void
interleave(float *row, guint channels, guint taps)
{
    g_autofree float *copy = g_memdup2(row, channels * taps * sizeof *row);

    for (guint c = 0; c < channels; c++)
        for (guint t = 0; t < taps; t++)
            row[t * channels + c] = copy[c * taps + t];
}

/* Smaller pictures have too few tiles for weights that are four times as many. */
#define WINOGRAD_SIZE 12

gboolean
effnet_layer_is_winograd(const EffNetLayer *layer, const EffNetKernels *kernels, EffNetType type)
{
    return kernels->winograd.input && type == EFFNET_TYPE_F32 && layer->kernel == 3 &&
           layer->stride == 1 && layer->in_channels >= EFFNET_LANES &&
           layer->role != EFFNET_ROLE_DEPTHWISE && !layer->pool && layer->out_size >= WINOGRAD_SIZE;
}

/* Elements of each of a window's runs, as the kernel reads them: pixels of an int8 network's input
 * are filled up. */
static gsize
run_length(const EffNetPlan *plan, const EffNetLayer *layer)
{
    guint channels = layer->in_channels;

    if (plan->type == EFFNET_TYPE_S16 && layer->role == EFFNET_ROLE_STEM)
        channels = EFFNET_INPUT_BYTES;
    return (gsize)layer->kernel * channels;
}

gsize
effnet_step_packed_bytes(const EffNetPlan *plan, const EffNetStep *step, guint index)
{
    const EffNetLayer *layer = step->layer + index;

    if (!effnet_layer_has_weights(layer))
        return 0;
    if (layer->role == EFFNET_ROLE_DEPTHWISE)
        return step->dwconv->packed_bytes(layer->kernel, layer->out_channels);
    if (step->kind == EFFNET_STEP_WINOGRAD)
        return EFFNET_WINOGRAD_POINTS *
               effnet_conv_packed_bytes(step->conv, 1, layer->in_channels, layer->out_channels);
    return effnet_conv_packed_bytes(step->conv, layer->kernel, run_length(plan, layer),
                                    layer->out_channels);
}

/* The points of EFFNET_WINOGRAD_PANELS panels after the other, each as a 1x1 convolution's weights.
 */
static void
pack_winograd(float *packed, const float *rows, const EffNetLayer *layer,
              const EffNetConvKernel *conv)
{
    guint channels = layer->in_channels, taps = layer->kernel * layer->kernel, n;
    gsize chunk = (gsize)EFFNET_WINOGRAD_PANELS * EFFNET_LANES * channels;
    g_autofree float *matrices = g_new(float, EFFNET_WINOGRAD_POINTS *chunk);

    for (guint first = 0; first < layer->out_channels; first += n) {
        n = MIN(EFFNET_WINOGRAD_PANELS * EFFNET_LANES, layer->out_channels - first);
        for (guint i = 0; i < n * channels; i++) {
            guint row = first + i / channels;
            float points[EFFNET_WINOGRAD_POINTS];

            effnet_winograd_filter(points, rows + (gsize)row * taps * channels + i % channels,
                                   channels);
            for (int p = 0; p < EFFNET_WINOGRAD_POINTS; p++)
                matrices[p * chunk + i] = points[p];
        }
        for (int p = 0; p < EFFNET_WINOGRAD_POINTS; p++) {
            conv->pack(packed, matrices + p * chunk, 1, channels, n);
            packed += (gsize)channels * effnet_panels(n) * EFFNET_LANES;
        }
    }
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

void
effnet_step_pack(const EffNetPlan *plan, const EffNetStep *step, guint index, float *rows,
                 gpointer packed)
{
    const EffNetLayer *layer = step->layer + index;
    g_autofree float *filled = NULL;

    if (layer->role == EFFNET_ROLE_DEPTHWISE) {
        step->dwconv->pack(packed, rows, layer->kernel, layer->out_channels);
        return;
    }
    effnet_layer_interleave(layer, rows);
    if (step->kind == EFFNET_STEP_WINOGRAD) {
        pack_winograd(packed, rows, layer, step->conv);
        return;
    }
    if (run_length(plan, layer) != (gsize)layer->kernel * layer->in_channels)
        rows = filled = fill_pixels(layer, rows);
    step->conv->pack(packed, rows, layer->kernel, run_length(plan, layer), layer->out_channels);
}
