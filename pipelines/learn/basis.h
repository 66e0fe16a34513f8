/* SPDX-License-Identifier: BSD-2-Clause */
/* An orthonormal basis of the space that rows of features span. With fewer rows than features, it
 * has fewer dimensions than there are features; lengths and distances stay the same, so that fits
 * in this basis give the same result in less time. */
#ifndef EFFNET_LEARN_BASIS_H
#define EFFNET_LEARN_BASIS_H

#include <glib.h>

typedef struct _EffNetBasis EffNetBasis;

/* FEATURES, N x N_FEATURES, must outlive the basis. The caller frees the basis. */
EffNetBasis *effnet_basis_new(const float *features, guint n, guint n_features);
void effnet_basis_free(EffNetBasis *basis);

guint effnet_basis_get_n(const EffNetBasis *basis);

/* The rows in coordinates of the basis, N x effnet_basis_get_n(); BASIS owns them. */
const double *effnet_basis_get_rows(const EffNetBasis *basis);

/* Turns the effnet_basis_get_n() weights IN, of coordinates in the basis, into N_FEATURES WEIGHTS
 * of features. */
void effnet_basis_expand(const EffNetBasis *basis, const double *in, double *weights);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetBasis, effnet_basis_free)

#endif
