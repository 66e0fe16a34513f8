/* SPDX-License-Identifier: BSD-2-Clause */
#include <effnet/error.h>

#include "quantised.h"

/* Bounds of ranges, scales and biases: no network has values beyond them. */
#define LEAST 1e-9f
#define MOST  1e9f

typedef struct {
    EffNetWeights base;
    EffNetCheckpoint *checkpoint;
} QuantisedWeights;

static const struct {
    const char *name;
    EffNetDType dtype;
} parts[] = {
    [EFFNET_PART_WEIGHT] = {"weight", EFFNET_DTYPE_I8},
    [EFFNET_PART_BIAS] = {"bias", EFFNET_DTYPE_F32},
    [EFFNET_PART_SCALE] = {"scale", EFFNET_DTYPE_F32},
    [EFFNET_PART_RANGE] = {"range", EFFNET_DTYPE_F32},
};

gboolean
effnet_quantised_is(const EffNetCheckpoint *checkpoint)
{
    return effnet_checkpoint_get_metadata(checkpoint, EFFNET_QUANTISED_ARCH) != NULL;
}

gboolean
effnet_quantised_has(const EffNetLayer *layer, EffNetPart part)
{
    gboolean vector =
        effnet_layer_is_squeeze_excite(layer) || layer->role == EFFNET_ROLE_CLASSIFIER;

    if (!effnet_layer_has_weights(layer) || part >= G_N_ELEMENTS(parts) || !parts[part].name)
        return FALSE;
    return part != EFFNET_PART_RANGE || !vector;
}

char *
effnet_quantised_name(const EffNetLayer *layer, EffNetPart part)
{
    g_autofree char *name = effnet_layer_name(layer);

    return g_strdup_printf("%s.%s", name, parts[part].name);
}

static gboolean
has_shape(const EffNetTensor *tensor, const EffNetLayer *layer, EffNetPart part)
{
    const guint64 weight[] = {layer->out_channels, effnet_layer_filter_channels(layer),
                              layer->kernel, layer->kernel};
    guint n_dims = part == EFFNET_PART_WEIGHT ? 4 : 1;

    if (tensor->n_dims != n_dims)
        return FALSE;
    if (part != EFFNET_PART_WEIGHT)
        return tensor->dims[0] == effnet_part_size(layer, part);
    for (guint i = 0; i < n_dims; i++)
        if (tensor->dims[i] != weight[i])
            return FALSE;
    return TRUE;
}

static const EffNetTensor *
find(const EffNetCheckpoint *checkpoint, const EffNetLayer *layer, EffNetPart part, GError **error)
{
    g_autofree char *name = effnet_quantised_name(layer, part);
    const EffNetTensor *tensor = effnet_checkpoint_find(checkpoint, name);
    const char *path = effnet_checkpoint_get_path(checkpoint);

    if (tensor && tensor->dtype == parts[part].dtype && has_shape(tensor, layer, part))
        return tensor;
    if (!tensor)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                    "%s is quantised, but has no tensor %s", path, name);
    else
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                    "%s has a tensor %s of another shape or type than the %" G_GSIZE_FORMAT
                    " values of %s that %s has",
                    path, name, effnet_part_size(layer, part),
                    parts[part].dtype == EFFNET_DTYPE_I8 ? "int8" : "float32",
                    effnet_checkpoint_get_metadata(checkpoint, EFFNET_QUANTISED_ARCH));
    return NULL;
}

gboolean
effnet_quantised_check(const EffNetCheckpoint *checkpoint, const EffNetNetwork *network,
                       GError **error)
{
    for (guint i = 0; i < network->n_layers; i++)
        for (EffNetPart part = 0; part < G_N_ELEMENTS(parts); part++)
            if (effnet_quantised_has(&network->layers[i], part) &&
                !find(checkpoint, &network->layers[i], part, error))
                return FALSE;
    return TRUE;
}

/* The index of the first of N values that is not from LEAST to MOST, or a NaN; N if there is
 * none. */
static gsize
find_outside(const float *values, gsize n, float least, float most)
{
    gsize i = 0;

    while (i < n && values[i] >= least && values[i] <= most)
        i++;
    return i;
}

static gboolean
check_values(const EffNetCheckpoint *checkpoint, const EffNetTensor *tensor, EffNetPart part,
             const float *values, gsize n, GError **error)
{
    float least = part == EFFNET_PART_WEIGHT ? -127 : part == EFFNET_PART_BIAS ? -MOST : LEAST;
    float most = part == EFFNET_PART_WEIGHT ? 127 : MOST;
    gsize wrong = find_outside(values, n, least, most);

    if (wrong == n)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                "%s has a value of %g in the tensor %s, where %g to %g was expected",
                effnet_checkpoint_get_path(checkpoint), values[wrong], tensor->name, least, most);
    return FALSE;
}

static gboolean
quantised_read(EffNetWeights *base, const EffNetLayer *layer, EffNetPart part, float *dst,
               GError **error)
{
    EffNetCheckpoint *checkpoint = ((QuantisedWeights *)base)->checkpoint;
    const EffNetTensor *tensor = find(checkpoint, layer, part, error);

    if (!tensor || !effnet_checkpoint_read(checkpoint, tensor, dst, error))
        return FALSE;
    return check_values(checkpoint, tensor, part, dst, effnet_part_size(layer, part), error);
}

static gboolean
quantised_is_folded(EffNetWeights *base, const EffNetLayer *layer)
{
    return TRUE;
}

static void
quantised_free(EffNetWeights *base)
{
    effnet_checkpoint_free(((QuantisedWeights *)base)->checkpoint);
    g_free(base);
}

EffNetWeights *
effnet_weights_new_quantised(EffNetCheckpoint *checkpoint)
{
    QuantisedWeights *weights = g_new0(QuantisedWeights, 1);

    weights->base.read = quantised_read;
    weights->base.is_folded = quantised_is_folded;
    weights->base.free = quantised_free;
    weights->checkpoint = checkpoint;
    return &weights->base;
}
