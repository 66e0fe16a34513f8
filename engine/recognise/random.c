/* SPDX-License-Identifier: BSD-2-Clause */
/* Random weights with which every layer computes ordinary numbers: normally distributed, with the
 * variance that preserves that of the inputs (He et al. 2015), and batch norms that change
 * little. */
#include <math.h>

#include "weights.h"

typedef struct {
    EffNetWeights base;
    GRand *rand;
} RandomWeights;

gsize
effnet_part_size(const EffNetLayer *layer, EffNetPart part)
{
    if (part == EFFNET_PART_RANGE)
        return 1;
    if (part != EFFNET_PART_WEIGHT)
        return layer->out_channels;
    return layer->out_channels * effnet_layer_row_length(layer);
}

/* A sum of uniform numbers: close enough to normal, and the same with every C library. */
static float
normal(GRand *rand, double deviation)
{
    guint32 bits = g_rand_int(rand);
    int sum = 0;

    for (int i = 0; i < 4; i++)
        sum += bits >> 8 * i & 255;
    return (sum - 510) * (deviation / 147.8);
}

static gboolean
random_read(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
            GError **error)
{
    GRand *rand = ((RandomWeights *)weights)->rand;
    gsize n = effnet_part_size(layer, part);
    double fan_in = effnet_layer_row_length(layer);

    for (gsize i = 0; i < n; i++)
        switch (part) {
        case EFFNET_PART_WEIGHT:
            dst[i] = normal(rand, sqrt(2 / fan_in));
            break;
        case EFFNET_PART_NORM_GAMMA:
        case EFFNET_PART_NORM_VARIANCE:
            dst[i] = 1 + normal(rand, 0.1);
            break;
        default:
            dst[i] = normal(rand, 0.1);
        }
    return TRUE;
}

static void
random_free(EffNetWeights *weights)
{
    g_rand_free(((RandomWeights *)weights)->rand);
    g_free(weights);
}

EffNetWeights *
effnet_weights_new_random(guint32 seed)
{
    RandomWeights *weights = g_new0(RandomWeights, 1);

    weights->base.read = random_read;
    weights->base.free = random_free;
    weights->rand = g_rand_new_with_seed(seed);
    return &weights->base;
}
