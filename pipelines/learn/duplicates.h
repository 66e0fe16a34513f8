/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds pictures that are nearly the same, by the cosine of their features. */
#ifndef EFFNET_LEARN_DUPLICATES_H
#define EFFNET_LEARN_DUPLICATES_H

#include "groups.h"

typedef struct {
    guint a, b; /* pictures; a < b */
    float cosine;
} EffNetDuplicate;

/* The pairs (a, b) of N pictures in which the cosine between the first view of a and some view of b
 * is at least COSINE, as EffNetDuplicate, sorted by a, then by b. FEATURES is N x VIEWS x
 * N_FEATURES. All such pairs are joined in GROUPS; of a picture with many, only the first few are
 * returned. The caller frees the array. */
GArray *effnet_duplicates_find(const float *features, guint n, guint views, guint n_features,
                               float cosine, guint threads, EffNetGroups *groups);

#endif
