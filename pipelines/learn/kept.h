/* SPDX-License-Identifier: BSD-2-Clause */
/* How features are kept in a model's metadata: text, of whole numbers. */
#ifndef EFFNET_LEARN_KEPT_H
#define EFFNET_LEARN_KEPT_H

#include <glib.h>

/* Metadata: what is in the pictures, and their features. */
#define EFFNET_KEPT_PICTURES "effnet.learned"
#define EFFNET_KEPT_FEATURES "effnet.learned.features"

#define EFFNET_KEPT_MAX_PICTURES 1000000

/* N rows of N_FEATURES floats in 12 bits each, between their row's least and greatest: two make
 * four characters. What is read again, is written alike. The caller frees it. */
char *effnet_kept_write(const float *features, gsize n, guint n_features);

/* The other way. NULL: TEXT is not of so many. The caller frees it. */
float *effnet_kept_read(const char *text, gsize n, guint n_features);

/* Makes of FEATURES what would be read again. */
void effnet_kept_round(float *features, gsize n, guint n_features);

#endif
