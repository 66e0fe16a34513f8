/* SPDX-License-Identifier: BSD-2-Clause */
/* What a model that was learned here keeps of its pictures: their features in 4 bits, by which it
 * can tell what resembles none of them. In the metadata:
 *
 *     effnet.known           {"pictures": N, "threshold": T, "nearest": K}, 1 if there is no K
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
#define EFFNET_KNOWN_NEAREST      3  /* K: a single odd picture makes nothing known */

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

/* The K greatest of all SIMILARITIES that are given, as far as there are so many. Start with N 0.
 */
typedef struct {
    guint n, most;
    float values[EFFNET_KNOWN_NEAREST];
} EffNetNearest;

static inline void
effnet_nearest_add(EffNetNearest *nearest, float value)
{
    guint i = nearest->n < nearest->most ? nearest->n++ : nearest->most;

    for (; i > 0 && nearest->values[i - 1] < value; i--)
        if (i < nearest->most)
            nearest->values[i] = nearest->values[i - 1];
    if (i < nearest->most)
        nearest->values[i] = value;
}

/* Their mean; there is at least one. */
static inline float
effnet_nearest_mean(const EffNetNearest *nearest)
{
    float sum = 0;

    for (guint i = 0; i < nearest->n; i++)
        sum += nearest->values[i];
    return sum / (float)nearest->n;
}

/* The mean cosine between FEATURES and those of the K pictures that are nearest; 0 if they have no
 * direction. Any thread. */
float effnet_known_compare(const EffNetKnown *known, const float *features);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetKnown, effnet_known_free)

#endif
