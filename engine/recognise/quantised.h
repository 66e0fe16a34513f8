/* SPDX-License-Identifier: BSD-2-Clause */
/* The files that `effnet quantize` writes: safetensors, whose tensors have the layer's name in
 * reports and the part's. Weights are int8, with a scale for each output channel; the input's
 * normalisation and batch norms are folded into them. `range` is the largest absolute value of a
 * layer's outputs. The metadata say which network it is, and how frames become its input. */
#ifndef EFFNET_QUANTISED_H
#define EFFNET_QUANTISED_H

#include "../checkpoint/checkpoint.h"
#include "weights.h"

/* The metadata key of the architecture's name; a file that has it is quantised. The key "config" is
 * as in other files, but must say the padding. */
#define EFFNET_QUANTISED_ARCH "effnet.quantised"

gboolean effnet_quantised_is(const EffNetCheckpoint *checkpoint);

/* Whether a quantised LAYER has PART. */
gboolean effnet_quantised_has(const EffNetLayer *layer, EffNetPart part);
/* The tensor's name, "blocks.1.0.expand.weight". For g_free(). */
char *effnet_quantised_name(const EffNetLayer *layer, EffNetPart part);

/* Checks that every part of every layer is there, with its shape and type. */
gboolean effnet_quantised_check(const EffNetCheckpoint *checkpoint, const EffNetNetwork *network,
                                GError **error);

/* Weights that are read from CHECKPOINT; takes ownership of it. EFFNET_PART_WEIGHT are integers of
 * -127..127. */
EffNetWeights *effnet_weights_new_quantised(EffNetCheckpoint *checkpoint);

#endif
