/* SPDX-License-Identifier: BSD-2-Clause */
/* Weights from a checkpoint, checked before they are used. */
#include <string.h>

#include <effnet/error.h>

#include "layers.h"

typedef struct {
    EffNetWeights base;
    EffNetState *state;
    double epsilon;
} StoredWeights;

static gboolean
all_finite(const float *values, gsize n)
{
    guint32 bits, bad = 0;

    /* The exponent of values that are not finite is all ones; compilers vectorise this. */
    for (gsize i = 0; i < n; i++) {
        memcpy(&bits, &values[i], sizeof bits);
        bad |= (bits & 0x7f800000) == 0x7f800000;
    }
    return !bad;
}

static gboolean
check_values(const StoredWeights *weights, const EffNetTensor *tensor, EffNetPart part,
             const float *values, GError **error)
{
    const char *path = effnet_checkpoint_get_path(weights->state->checkpoint), *what = NULL;
    gsize n = 1;

    for (guint i = 0; i < tensor->n_dims; i++)
        n *= tensor->dims[i];
    if (!all_finite(values, n))
        what = "a value that is infinite or not a number";
    for (gsize i = 0; !what && part == EFFNET_PART_NORM_VARIANCE && i < n; i++)
        if (values[i] + weights->epsilon <= 0)
            what = "a variance below 0";
    if (!what)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s has %s in the tensor %s", path, what,
                tensor->name);
    return FALSE;
}

/* Gives filters that read a group of channels zeros for the others, from the last on, in place. */
static void
spread_groups(const EffNetLayer *layer, float *rows)
{
    gsize taps = layer->kernel * layer->kernel, wide = taps * layer->in_channels;
    gsize narrow = taps * layer->group;

    for (guint o = layer->out_channels; o-- > 0;) {
        float *row = rows + o * wide;
        gsize first = (gsize)o * layer->in_channels / layer->group / layer->out_channels * narrow;

        memmove(row + first, rows + o * narrow, narrow * sizeof *row);
        memset(row, 0, first * sizeof *row);
        memset(row + first + narrow, 0, (wide - first - narrow) * sizeof *row);
    }
}

/* Reads PART of LAYER as it is stored, but for groups. */
static gboolean
read_tensor(StoredWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
            GError **error)
{
    const EffNetTensor *tensor;

    if (effnet_layer_lacks_bias(weights->state, layer, part)) {
        memset(dst, 0, layer->out_channels * sizeof *dst);
        return TRUE;
    }
    tensor = effnet_layer_find(weights->state, layer, part, error);
    if (!tensor || !effnet_checkpoint_read(weights->state->checkpoint, tensor, dst, error) ||
        !check_values(weights, tensor, part, dst, error))
        return FALSE;
    if (part == EFFNET_PART_WEIGHT && layer->group)
        spread_groups(layer, dst);
    return TRUE;
}

/* Folds the norm MODULE of a linear layer's input into PART, WEIGHT or BIAS, in DST. */
static gboolean
fold_before(StoredWeights *weights, const EffNetLayer *layer, EffNetPart part, const char *module,
            float *dst, GError **error)
{
    gsize in = layer->in_channels, out = layer->out_channels;
    g_autofree float *rows = part == EFFNET_PART_BIAS ? g_new(float, in *out) : NULL;
    g_autofree float *norm =
        effnet_head_read_norm(weights->state->checkpoint, module, layer->in_channels, error);

    if (!norm || (rows && !read_tensor(weights, layer, EFFNET_PART_WEIGHT, rows, error)))
        return FALSE;
    for (gsize o = 0; o < out; o++)
        for (gsize k = 0; k < in; k++)
            if (rows)
                dst[o] += rows[o * in + k] * norm[in + k];
            else
                dst[o * in + k] *= norm[k];
    return TRUE;
}

/* The same of the norm MODULE of its output. */
static gboolean
fold_after(StoredWeights *weights, const EffNetLayer *layer, EffNetPart part, const char *module,
           float *dst, GError **error)
{
    gsize out = layer->out_channels, n = part == EFFNET_PART_BIAS ? 1 : layer->in_channels;
    g_autofree float *norm =
        effnet_head_read_norm(weights->state->checkpoint, module, layer->out_channels, error);

    if (!norm)
        return FALSE;
    for (gsize o = 0; o < out; o++)
        for (gsize k = 0; k < n; k++)
            dst[o * n + k] =
                dst[o * n + k] * norm[o] + (part == EFFNET_PART_BIAS ? norm[out + o] : 0);
    return TRUE;
}

static gboolean
stored_read(EffNetWeights *base, const EffNetLayer *layer, EffNetPart part, float *dst,
            GError **error)
{
    StoredWeights *weights = (StoredWeights *)base;
    const EffNetHeadModules *head = &weights->state->head;
    guint index;

    if (!read_tensor(weights, layer, part, dst, error))
        return FALSE;
    if (!effnet_layer_is_of_head(layer) || head->n_linear == 0)
        return TRUE;
    index = effnet_head_index(head, layer);
    if (head->before[index] && !fold_before(weights, layer, part, head->before[index], dst, error))
        return FALSE;
    return !head->after[index] || fold_after(weights, layer, part, head->after[index], dst, error);
}

static gboolean
stored_is_folded(EffNetWeights *base, const EffNetLayer *layer)
{
    return effnet_layer_is_folded(((StoredWeights *)base)->state, layer);
}

static void
stored_free(EffNetWeights *base)
{
    effnet_state_free(((StoredWeights *)base)->state);
    g_free(base);
}

EffNetWeights *
effnet_weights_new_state(EffNetState *state, double epsilon)
{
    StoredWeights *weights = g_new0(StoredWeights, 1);

    weights->base.read = stored_read;
    weights->base.is_folded = stored_is_folded;
    weights->base.free = stored_free;
    weights->state = state;
    weights->epsilon = epsilon;
    return &weights->base;
}
