/* SPDX-License-Identifier: BSD-2-Clause */
#include "writer.h"

#include <math.h>

#include <effnet/error.h>

#include "../recognise/config.h"
#include "../recognise/quantised.h"
#include "../checkpoint/safetensors_writer.h"
#include "../plan/fold.h"
#include "statistics.h"

/* The smallest range and scale, even where all values are 0. */
#define LEAST_RANGE 1e-6f
#define LEAST_SCALE 1e-9f

static void
begin(EffNetSafetensorsWriter *w, const EffNetModelInfo *info)
{
    g_autofree char *config = effnet_config_to_json(info);

    effnet_safetensors_writer_set_metadata(w, EFFNET_QUANTISED_ARCH, info->arch);
    effnet_safetensors_writer_set_metadata(w, "config", config);
}

/* Takes ownership of VALUES. */
static void
add(EffNetSafetensorsWriter *w, const EffNetLayer *layer, EffNetPart part, gpointer values)
{
    g_autofree char *name = effnet_quantised_name(layer, part);
    gsize n = effnet_part_size(layer, part);

    if (part == EFFNET_PART_WEIGHT)
        effnet_safetensors_writer_add(w, name, EFFNET_DTYPE_I8, 4,
                                      (guint64[]){layer->out_channels,
                                                  effnet_layer_filter_channels(layer),
                                                  layer->kernel, layer->kernel},
                                      g_bytes_new_take(values, n));
    else
        effnet_safetensors_writer_add(w, name, EFFNET_DTYPE_F32, 1, (guint64[]){n},
                                      g_bytes_new_take(values, n * sizeof(float)));
}

/* Converts weights for normalised pixels to weights for pixels of 0..255. */
static void
fold_input(const EffNetLayer *stem, const EffNetModelInfo *info, float *rows)
{
    guint taps = stem->kernel * stem->kernel;

    for (gsize i = 0; i < effnet_part_size(stem, EFFNET_PART_WEIGHT); i++)
        rows[i] /= 255 * info->std[i / taps % stem->in_channels];
}

/* Subtracts from BIAS what the pixels' means, by which normalisation would have shifted them, add
 * to sums of the rounded weights. Normalised pixels are about 0 on average, so that rounding shifts
 * no mean here. */
static void
fold_means(const EffNetLayer *stem, const EffNetModelInfo *info, const gint8 *weights,
           const float *scale, float *bias)
{
    guint taps = stem->kernel * stem->kernel;
    gsize n = effnet_layer_row_length(stem);

    for (guint o = 0; o < stem->out_channels; o++) {
        double sum = 0;

        for (gsize k = 0; k < n; k++)
            sum += weights[o * n + k] * (double)info->mean[k / taps];
        bias[o] -= (float)(sum * 255 * scale[o]);
    }
}

void
effnet_quantise(const EffNetLayer *layer, const float *rows, gint8 *weights, float *scale)
{
    gsize n = effnet_layer_row_length(layer);

    for (guint o = 0; o < layer->out_channels; o++) {
        float most = effnet_farthest(rows + o * n, n);

        scale[o] = MAX(most / 127, LEAST_SCALE);
        for (gsize k = 0; k < n; k++)
            weights[o * n + k] = (gint8)CLAMP(lrintf(rows[o * n + k] / scale[o]), -127, 127);
    }
}

/* Subtracts from BIAS what rounding the weights adds to outputs on average: most of the error of a
 * layer with few inputs, none of them negative (Nagel et al. 2019, section 4.2). */
static void
correct_bias(const EffNetLayer *layer, const EffNetStatistics *s, const float *rows,
             const gint8 *weights, const float *scale, float *bias)
{
    gsize n = effnet_layer_row_length(layer), taps = layer->kernel * layer->kernel;

    for (guint o = 0; s->inputs && o < layer->out_channels; o++) {
        double sum = 0;

        for (gsize k = 0; k < n; k++) {
            guint channel = effnet_layer_is_depthwise(layer) ? o : k / taps;
            double error = weights[o * n + k] * (double)scale[o] - rows[o * n + k];

            sum += error * s->inputs[channel] / s->images;
        }
        bias[o] -= (float)sum;
    }
}

static gboolean
add_layer(EffNetSafetensorsWriter *w, EffNetWeights *source, const EffNetLayer *layer,
          const EffNetModelInfo *info, const EffNetStatistics *statistics, GError **error)
{
    float range = MAX(statistics->range, LEAST_RANGE);
    gsize out = layer->out_channels;
    g_autofree float *rows = effnet_layer_new_rows(layer, sizeof *rows, error);
    g_autofree gint8 *weights = rows ? effnet_layer_new_rows(layer, sizeof *weights, error) : NULL;
    g_autofree float *bias = g_new0(float, out), *scale = g_new0(float, out);

    if (!weights || !effnet_layer_fold(source, layer, info->epsilon, rows, bias, NULL, error))
        return FALSE;
    if (layer->role == EFFNET_ROLE_STEM)
        fold_input(layer, info, rows);
    effnet_quantise(layer, rows, weights, scale);
    if (layer->role == EFFNET_ROLE_STEM)
        fold_means(layer, info, weights, scale, bias);
    else
        correct_bias(layer, statistics, rows, weights, scale, bias);
    add(w, layer, EFFNET_PART_WEIGHT, g_steal_pointer(&weights));
    add(w, layer, EFFNET_PART_SCALE, g_steal_pointer(&scale));
    add(w, layer, EFFNET_PART_BIAS, g_steal_pointer(&bias));
    if (effnet_quantised_has(layer, EFFNET_PART_RANGE))
        add(w, layer, EFFNET_PART_RANGE, g_memdup2(&range, sizeof range));
    return TRUE;
}

gboolean
effnet_quantised_write(const char *path, EffNetWeights *weights, const EffNetNetwork *network,
                       const EffNetModelInfo *info, const EffNetStatistics *statistics,
                       GError **error)
{
    g_autoptr(EffNetSafetensorsWriter) w = effnet_safetensors_writer_new();

    begin(w, info);
    for (guint i = 0; i < network->n_layers; i++)
        if (effnet_layer_has_weights(&network->layers[i]) &&
            !add_layer(w, weights, &network->layers[i], info, &statistics[i], error))
            return FALSE;
    return effnet_safetensors_writer_finish(w, path, error);
}
