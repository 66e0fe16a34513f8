/* SPDX-License-Identifier: BSD-2-Clause */
/* How a model's metadata keeps the features that it was learned from: as text, quantised to 12
 * bits. */
#ifndef EFFNET_LEARN_KEPT_H
#define EFFNET_LEARN_KEPT_H

#include <glib.h>

/* Keys of the metadata: the labels and sources of pictures, and their features. */
#define EFFNET_KEPT_PICTURES "effnet.learned"
#define EFFNET_KEPT_FEATURES "effnet.learned.features"

#define EFFNET_KEPT_MAX_PICTURES 1000000

/* Writes N rows of N_FEATURES floats as base64, with 12 bits each, between the least and the
 * greatest of the row. Writing what was read gives the same text. The caller frees it. */
char *effnet_kept_write(const float *features, gsize n, guint n_features);

/* How long the text of N rows is. */
gsize effnet_kept_measure(gsize n, guint n_features);

/* Reads what effnet_kept_write() wrote. NULL if TEXT is not N rows of N_FEATURES. The caller frees
 * the result. */
float *effnet_kept_read(const char *text, gsize n, guint n_features);

/* Rounds FEATURES, N x N_FEATURES, to what reading them back would give. */
void effnet_kept_round(float *features, gsize n, guint n_features);

#endif
