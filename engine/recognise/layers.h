/* SPDX-License-Identifier: BSD-2-Clause */
/* The layers of a network in a checkpoint: which tensor each part is, and which network fits. */
#ifndef EFFNET_LAYERS_H
#define EFFNET_LAYERS_H

#include "state.h"

/* The tensor of PART of LAYER; NULL with the error set if it is missing, has another shape, or
 * holds no numbers that can be read. STATE's. */
const EffNetTensor *effnet_layer_find(const EffNetState *state, const EffNetLayer *layer,
                                      EffNetPart part, GError **error);

/* Whether LAYER has PART: batch norm, or a bias. */
gboolean effnet_layer_has(const EffNetLayer *layer, EffNetPart part);

/* Whether PART is the bias of an unbiased LAYER, and the checkpoint indeed has none. */
gboolean effnet_layer_lacks_bias(const EffNetState *state, const EffNetLayer *layer,
                                 EffNetPart part);

/* Whether LAYER, which by the network has a batch norm, has a bias instead, the norm being folded
 * already. */
gboolean effnet_layer_is_folded(const EffNetState *state, const EffNetLayer *layer);

/* The network all of whose tensors are in STATE, with their shapes, without any other tensor that
 * counts: NAME or, if NULL, one of effnet_arch_list() or one of these scaled. Adds to LEFT_OUT,
 * unless that is NULL, the names of tensors that do not count; these are STATE's. Otherwise NULL
 * with the error set: the first tensor that differs from NAME, or from the closest network, or the
 * networks that fit equally well. For effnet_arch_unref(). */
EffNetArch *effnet_layers_match(const EffNetState *state, const char *name, guint in_channels,
                                guint n_classes, GPtrArray *left_out, GError **error);

/* Weights that are read from STATE; takes ownership of it. EPSILON is what batch norm adds to a
 * variance. */
EffNetWeights *effnet_weights_new_state(EffNetState *state, double epsilon);

#endif
