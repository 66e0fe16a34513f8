/* SPDX-License-Identifier: BSD-2-Clause */
/* A layer's weights from the checkpoint, with batch norm folded into weights and bias. */
#ifndef EFFNET_FOLD_H
#define EFFNET_FOLD_H

#include "../recognise/weights.h"

/* Memory, not initialised, for LAYER's weights (EFFNET_PART_WEIGHT), SIZE bytes each; for
 * g_free(). */
gpointer effnet_layer_new_rows(const EffNetLayer *layer, gsize size, GError **error);

/* Reads LAYER's weights and bias into ROWS (out_channels rows) and BIAS (out_channels), its batch
 * norm folded into them. Unless NORM is NULL, sets it to the batch norm if there was one: gamma,
 * beta, mean and variance, out_channels of each, for g_free(). */
gboolean effnet_layer_fold(EffNetWeights *weights, const EffNetLayer *layer, double epsilon,
                           float *rows, float *bias, float **norm, GError **error);

/* Transposes each filter from channels x taps to taps x channels, as interleaved feature maps are
 * read. */
void effnet_layer_interleave(const EffNetLayer *layer, float *rows);

#endif
