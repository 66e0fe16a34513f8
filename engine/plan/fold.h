/* SPDX-License-Identifier: BSD-2-Clause */
/* A layer's numbers from the checkpoint, batch norm folded into weights and bias. */
#ifndef EFFNET_FOLD_H
#define EFFNET_FOLD_H

#include "../recognise/weights.h"

/* Uninitialised room for LAYER's weights (EFFNET_PART_WEIGHT), SIZE bytes each; for g_free(). */
gpointer effnet_layer_new_rows(const EffNetLayer *layer, gsize size, GError **error);

/* LAYER's weights, its batch norm folded into them, and what is added to its sums. NORM, unless it
 * is NULL, is set to the batch norm, if there was one: gamma, beta, mean and variance of all
 * outputs, for g_free(). */
gboolean effnet_layer_fold(EffNetWeights *weights, const EffNetLayer *layer, double epsilon,
                           float *rows, float *bias, float **norm, GError **error);

/* Each filter's channels x taps to taps x channels, as interleaved feature maps are read. */
void effnet_layer_interleave(const EffNetLayer *layer, float *rows);

#endif
