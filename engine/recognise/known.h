/* SPDX-License-Identifier: BSD-2-Clause */
/* What a model that was learned here keeps of its pictures: their features in 4 bits, by which it
 * can tell what resembles none of them. In the metadata:
 *
 *     effnet.known           {"pictures": N, "threshold": T}
 *     effnet.known.features  base64 of N rows: least value and scale, which are 32-bit floats,
 *                            little-endian; then 4 bits for each feature, the first in the lower
 *                            half of a byte
 */
#ifndef EFFNET_KNOWN_H
#define EFFNET_KNOWN_H

#include "../checkpoint/checkpoint.h"

#define EFFNET_KNOWN_PICTURES     "effnet.known"
#define EFFNET_KNOWN_FEATURES     "effnet.known.features"
#define EFFNET_KNOWN_MAX_PICTURES 4096
#define EFFNET_KNOWN_MOST         15 /* of 4 bits */

typedef struct _EffNetKnown EffNetKnown;

static inline gsize
effnet_known_row_bytes(guint n_features)
{
    return 2 * sizeof(float) + ((gsize)n_features + 1) / 2;
}

/* NULL without an error if CHECKPOINT keeps nothing. */
EffNetKnown *effnet_known_new(const EffNetCheckpoint *checkpoint, GError **error);
void effnet_known_free(EffNetKnown *known);

/* Before the following: the network has N_FEATURES. An error if the rows are not of so many. */
gboolean effnet_known_unpack(EffNetKnown *known, guint n_features, GError **error);

/* The similarity from which something is known. */
float effnet_known_get_threshold(const EffNetKnown *known);

/* The greatest cosine between FEATURES and a picture's; 0 if they have no direction. Any thread. */
float effnet_known_compare(const EffNetKnown *known, const float *features);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetKnown, effnet_known_free)

#endif
