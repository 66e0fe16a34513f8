/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the plan takes a layer's weights from: a checkpoint, or random ones. */
#ifndef EFFNET_WEIGHTS_H
#define EFFNET_WEIGHTS_H

#include "../arch/network.h"

typedef enum {
    EFFNET_PART_WEIGHT,     /* out x in x kernel x kernel (DEPTHWISE: out x 1 x kernel x kernel) */
    EFFNET_PART_BIAS,       /* out; for layers without a norm, or with a folded one */
    EFFNET_PART_NORM_GAMMA, /* out, like the next three; for layers with a norm */
    EFFNET_PART_NORM_BETA,
    EFFNET_PART_NORM_MEAN,
    EFFNET_PART_NORM_VARIANCE,
    /* For quantised layers, whose weights are integers of -127..127 with the norm folded into
     * them. */
    EFFNET_PART_SCALE, /* out: the real value of one weight unit, per channel */
    EFFNET_PART_RANGE, /* 1: the outputs' largest absolute value; not for squeeze-excite and
                        * classifier */
} EffNetPart;

typedef struct _EffNetWeights EffNetWeights;
struct _EffNetWeights {
    /* Writes PART of LAYER to DST, effnet_part_size() floats, row-major and dense. All are finite:
     * a NaN or an infinity is an error, as is anything wrong with the file. */
    gboolean (*read)(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part, float *dst,
                     GError **error);
    /* Whether LAYER's batch norm is already folded into its weights and a bias. NULL: no layer's
     * is. */
    gboolean (*is_folded)(EffNetWeights *weights, const EffNetLayer *layer);
    void (*free)(EffNetWeights *weights);
};

/* Elements of PART of LAYER. */
gsize effnet_part_size(const EffNetLayer *layer, EffNetPart part);

/* Random weights, the same for a SEED on every machine; outputs of all layers stay in an ordinary
 * range. */
EffNetWeights *effnet_weights_new_random(guint32 seed);

static inline void
effnet_weights_free(EffNetWeights *weights)
{
    if (weights)
        weights->free(weights);
}

#endif
