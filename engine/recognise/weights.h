/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the plan takes a layer's numbers from: a checkpoint, or random ones. */
#ifndef EFFNET_WEIGHTS_H
#define EFFNET_WEIGHTS_H

#include "../arch/network.h"

typedef enum {
    EFFNET_PART_WEIGHT,     /* out x in x kernel x kernel (DEPTHWISE: out x 1 x kernel x kernel) */
    EFFNET_PART_BIAS,       /* out; layers without norm, or with a folded one */
    EFFNET_PART_NORM_GAMMA, /* out, as are the next three; layers with norm */
    EFFNET_PART_NORM_BETA,
    EFFNET_PART_NORM_MEAN,
    EFFNET_PART_NORM_VARIANCE,
    /* Of quantised layers, whose weights are whole numbers of -127..127 and folded. */
    EFFNET_PART_SCALE, /* out: what 1 is of each one's weights */
    EFFNET_PART_RANGE, /* 1: how far from 0 the outputs go; not of squeeze-excite and classifier */
} EffNetPart;

typedef struct _EffNetWeights EffNetWeights;
struct _EffNetWeights {
    /* Writes PART of LAYER to DST, row-major and dense. Finite values only: a NaN or an
     * infinity is an error, as is whatever is wrong with the file. */
    gboolean (*read)(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
                     GError **error);
    /* Whether LAYER's batch norm is folded into its weights and a bias already. NULL: none is. */
    gboolean (*is_folded)(EffNetWeights *weights, const EffNetLayer *layer);
    void (*free)(EffNetWeights *weights);
};

/* Elements of PART of LAYER. */
gsize effnet_part_size(const EffNetLayer *layer, EffNetPart part);

/* Seeded, the same on every machine; activations keep an ordinary range through all layers. */
EffNetWeights *effnet_weights_new_random(guint32 seed);

static inline void
effnet_weights_free(EffNetWeights *weights)
{
    if (weights)
        weights->free(weights);
}

#endif
