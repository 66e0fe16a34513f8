/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that `effnet quantize` writes: safetensors, a layer's parts named as the layer is in
 * reports. Weights are int8 with a scale for each output channel, the normalisation of the input
 * and batch norms folded into them; `range` is how far from 0 a layer's outputs went. What the
 * network is, and how frames are brought to it, is in the metadata. */
#ifndef EFFNET_QUANTISED_H
#define EFFNET_QUANTISED_H

#include "../checkpoint/checkpoint.h"
#include "weights.h"

/* Metadata: the architecture's name, which tells that the file is such a one. Beside it "config",
 * as other files have it, which must say the padding. */
#define EFFNET_QUANTISED_ARCH "effnet.quantised"

gboolean effnet_quantised_is(const EffNetCheckpoint *checkpoint);

/* Whether a quantised LAYER has PART. */
gboolean effnet_quantised_has(const EffNetLayer *layer, EffNetPart part);
/* "blocks.1.0.expand.weight"; caller frees. */
char *effnet_quantised_name(const EffNetLayer *layer, EffNetPart part);

/* Every part of every layer must be there, with its shape and type. */
gboolean effnet_quantised_check(const EffNetCheckpoint *checkpoint, const EffNetNetwork *network,
                                GError **error);

/* Reads from CHECKPOINT, which it takes over. Weights are read as whole numbers. */
EffNetWeights *effnet_weights_new_quantised(EffNetCheckpoint *checkpoint);

#endif
