/* SPDX-License-Identifier: BSD-2-Clause */
/* The layers of a network in a checkpoint: where each part is, and which network fits. */
#ifndef EFFNET_LAYERS_H
#define EFFNET_LAYERS_H

#include "state.h"

/* The tensor of PART of LAYER; NULL with the error set when it is missing, has another shape or
 * no numbers that can be read. */
const EffNetTensor *effnet_layer_find(const EffNetState *state, const EffNetLayer *layer,
                                      EffNetPart part, GError **error);

/* Whether LAYER has PART: batch norm or a bias. */
gboolean effnet_layer_has(const EffNetLayer *layer, EffNetPart part);

/* Whether LAYER, which has a batch norm, has a bias in its place, as it is folded already. */
gboolean effnet_layer_is_folded(const EffNetState *state, const EffNetLayer *layer);

/* The network all of whose tensors are in the state with their shapes, and nothing beside them that
 * counts: NAME, or, where it is NULL, one of effnet_arch_list() or of these scaled. The names of
 * tensors that do not count are added to LEFT_OUT (NULL: not wanted). The error names the first
 * tensor that differs from NAME, or from the network that fits best, or the networks that fit
 * alike. */
EffNetArch *effnet_layers_match(const EffNetState *state, const char *name, guint in_channels,
                                guint n_classes, GPtrArray *left_out, GError **error);

/* Reads from STATE, which it takes over. EPSILON is what batch norm adds to a variance. */
EffNetWeights *effnet_weights_new_state(EffNetState *state, double epsilon);

#endif
