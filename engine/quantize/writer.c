/* SPDX-License-Identifier: BSD-2-Clause */
#include "writer.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "../model/quantised.h"
#include "../plan/plan.h"

/* No range and no scale is less, that of what is 0 everywhere neither. */
#define LEAST_RANGE 1e-6f
#define LEAST_SCALE 1e-9f

/* A file in the making: what is in front of the tensors, and these. */
typedef struct {
    GString *header;
    GByteArray *data;
} Writer;

static void
append_json_string(GString *json, const char *text)
{
    g_string_append_c(json, '"');
    for (; *text; text++)
        if ((guchar)*text < 0x20)
            g_string_append_printf(json, "\\u%04x", *text);
        else {
            if (*text == '"' || *text == '\\')
                g_string_append_c(json, '\\');
            g_string_append_c(json, *text);
        }
    g_string_append_c(json, '"');
}

static void
append_numbers(GString *json, const char *key, const float *values, guint n)
{
    char text[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(json, ", \"%s\": [", key);
    for (guint i = 0; i < n; i++)
        g_string_append_printf(json, "%s%s", i ? ", " : "",
                               g_ascii_formatd(text, sizeof text, "%.9g", values[i]));
    g_string_append_c(json, ']');
}

/* As config.json of the Hugging Face hub. */
static char *
make_config(const EffNetModelInfo *info)
{
    char crop[G_ASCII_DTOSTR_BUF_SIZE];
    GString *json = g_string_new("{\"architecture\": ");

    append_json_string(json, info->arch);
    g_string_append_printf(json, ", \"input_size\": [%u, %u, %u]", info->in_channels,
                           info->resolution, info->resolution);
    append_numbers(json, "mean", info->mean, 3);
    append_numbers(json, "std", info->std, 3);
    g_string_append_printf(
        json, ", \"crop_pct\": %s, \"interpolation\": \"%s\", \"problem_type\": \"%s\"",
        g_ascii_formatd(crop, sizeof crop, "%.9g", info->crop_fraction),
        info->interpolation == EFFNET_INTERPOLATION_BILINEAR ? "bilinear" : "bicubic",
        info->activation == EFFNET_ACTIVATION_SIGMOID ? "multi_label_classification"
                                                      : "single_label_classification");
    if (info->labels)
        g_string_append(json, ", \"label_names\": [");
    for (guint i = 0; info->labels && info->labels[i]; i++) {
        g_string_append(json, i ? ", " : "");
        append_json_string(json, info->labels[i]);
    }
    g_string_append(json, info->labels ? "]}" : "}");
    return g_string_free(json, FALSE);
}

static void
begin(Writer *w, const EffNetModelInfo *info)
{
    g_autofree char *config = make_config(info);

    g_string_append(w->header, "{\"__metadata__\": {\"" EFFNET_QUANTISED_ARCH "\": ");
    append_json_string(w->header, info->arch);
    g_string_append_printf(w->header, ", \"" EFFNET_QUANTISED_PADDING "\": \"%s\", \"config\": ",
                           info->padding == EFFNET_PADDING_SAME ? EFFNET_QUANTISED_SAME
                                                                : EFFNET_QUANTISED_SYMMETRIC);
    append_json_string(w->header, config);
    g_string_append_c(w->header, '}');
}

static void
add(Writer *w, const EffNetLayer *layer, EffNetPart part, gconstpointer data, gsize bytes)
{
    g_autofree char *name = effnet_quantised_name(layer, part);

    g_string_append_printf(w->header, ", \"%s\": {\"dtype\": \"%s\", \"shape\": [", name,
                           part == EFFNET_PART_WEIGHT ? "I8" : "F32");
    if (part == EFFNET_PART_WEIGHT)
        g_string_append_printf(w->header, "%u, %u, %u, %u", layer->out_channels,
                               effnet_layer_filter_channels(layer), layer->kernel, layer->kernel);
    else
        g_string_append_printf(w->header, "%" G_GSIZE_FORMAT, effnet_part_size(layer, part));
    g_string_append_printf(w->header, "], \"data_offsets\": [%u, %" G_GSIZE_FORMAT "]}",
                           w->data->len, w->data->len + bytes);
    g_byte_array_append(w->data, data, bytes);
}

/* Weights for pixels of 0..255 instead of normalised ones. */
static void
fold_input(const EffNetLayer *stem, const EffNetModelInfo *info, float *rows)
{
    guint taps = stem->kernel * stem->kernel;

    for (gsize i = 0; i < effnet_part_size(stem, EFFNET_PART_WEIGHT); i++)
        rows[i] /= 255 * info->std[i / taps % stem->in_channels];
}

/* What the means of the pixels add to BIAS, with the weights as they were rounded. */
static void
fold_means(const EffNetLayer *stem, const EffNetModelInfo *info, const gint8 *weights,
           const float *scale, float *bias)
{
    guint taps = stem->kernel * stem->kernel;
    gsize n = (gsize)taps * stem->in_channels;

    for (guint o = 0; o < stem->out_channels; o++) {
        double sum = 0;

        for (gsize k = 0; k < n; k++)
            sum += weights[o * n + k] * (double)info->mean[k / taps];
        bias[o] -= (float)(sum * 255 * scale[o]);
    }
}

static void
quantise(const EffNetLayer *layer, const float *rows, gint8 *weights, float *scale)
{
    gsize n = effnet_part_size(layer, EFFNET_PART_WEIGHT) / layer->out_channels;

    for (guint o = 0; o < layer->out_channels; o++) {
        float most = 0;

        for (gsize k = 0; k < n; k++)
            most = MAX(most, fabsf(rows[o * n + k]));
        scale[o] = MAX(most / 127, LEAST_SCALE);
        for (gsize k = 0; k < n; k++)
            weights[o * n + k] = (gint8)CLAMP(lrintf(rows[o * n + k] / scale[o]), -127, 127);
    }
}

static gboolean
add_layer(Writer *w, EffNetWeights *source, const EffNetLayer *layer, const EffNetModelInfo *info,
          float range, GError **error)
{
    gsize n = effnet_part_size(layer, EFFNET_PART_WEIGHT), out = layer->out_channels;
    g_autofree float *rows = g_try_new(float, n);
    g_autofree gint8 *weights = g_try_malloc(n);
    g_autofree float *bias = g_new0(float, out), *scale = g_new0(float, out);

    if (!rows || !weights) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MEMORY, "no memory for a layer's weights");
        return FALSE;
    }
    if (!effnet_layer_fold(source, layer, info->epsilon, rows, bias, error))
        return FALSE;
    if (layer->role == EFFNET_ROLE_STEM)
        fold_input(layer, info, rows);
    quantise(layer, rows, weights, scale);
    if (layer->role == EFFNET_ROLE_STEM)
        fold_means(layer, info, weights, scale, bias);
    range = MAX(range, LEAST_RANGE);
    add(w, layer, EFFNET_PART_WEIGHT, weights, n);
    add(w, layer, EFFNET_PART_SCALE, scale, out * sizeof *scale);
    add(w, layer, EFFNET_PART_BIAS, bias, out * sizeof *bias);
    if (effnet_quantised_has(layer, EFFNET_PART_RANGE))
        add(w, layer, EFFNET_PART_RANGE, &range, sizeof range);
    return TRUE;
}

static gboolean
finish(Writer *w, const char *path, GError **error)
{
    g_autoptr(GByteArray) file = g_byte_array_new();
    g_autoptr(GError) failure = NULL;
    guint64 length;

    g_string_append_c(w->header, '}');
    while (w->header->len % 8)
        g_string_append_c(w->header, ' ');
    length = GUINT64_TO_LE(w->header->len);
    g_byte_array_append(file, (const guint8 *)&length, sizeof length);
    g_byte_array_append(file, (const guint8 *)w->header->str, w->header->len);
    g_byte_array_append(file, w->data->data, w->data->len);
    if (g_file_set_contents(path, (const char *)file->data, file->len, &failure))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s", path,
                failure->message);
    return FALSE;
}

gboolean
effnet_quantised_write(const char *path, EffNetWeights *weights, const EffNetNetwork *network,
                       const EffNetModelInfo *info, const float *ranges, GError **error)
{
    Writer w = {g_string_new(NULL), g_byte_array_new()};
    gboolean ok = TRUE;

    begin(&w, info);
    for (guint i = 0; ok && i < network->n_layers; i++)
        if (effnet_layer_has_weights(&network->layers[i]))
            ok = add_layer(&w, weights, &network->layers[i], info, ranges[i], error);
    ok = ok && finish(&w, path, error);
    g_string_free(w.header, TRUE);
    g_byte_array_unref(w.data);
    return ok;
}
