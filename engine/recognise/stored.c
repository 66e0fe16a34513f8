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

static gboolean
stored_read(EffNetWeights *base, const EffNetLayer *layer, EffNetPart part, float *dst,
            GError **error)
{
    StoredWeights *weights = (StoredWeights *)base;
    const EffNetTensor *tensor;

    if (effnet_layer_lacks_bias(weights->state, layer, part)) {
        memset(dst, 0, layer->out_channels * sizeof *dst);
        return TRUE;
    }
    tensor = effnet_layer_find(weights->state, layer, part, error);
    return tensor && effnet_checkpoint_read(weights->state->checkpoint, tensor, dst, error) &&
           check_values(weights, tensor, part, dst, error);
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
