/* SPDX-License-Identifier: BSD-2-Clause */
/* Pictures that are nearly the same, by their features. */
#ifndef EFFNET_LEARN_DUPLICATES_H
#define EFFNET_LEARN_DUPLICATES_H

#include "groups.h"

typedef struct {
    guint a, b; /* pictures; A is the lower number */
    float cosine;
} EffNetDuplicate;

/* The pairs among N pictures, each of VIEWS rows of FEATURES, of which some view of B is at least
 * as like the first view of A as COSINE says; in the order of A, then B. All of them are joined in
 * GROUPS; of a picture that is like many, those with the lowest numbers are told. */
GArray *effnet_duplicates_find(const float *features, guint n, guint views, guint n_features,
                               float cosine, guint threads, EffNetGroups *groups);

#endif
