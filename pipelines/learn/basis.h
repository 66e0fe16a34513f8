/* SPDX-License-Identifier: BSD-2-Clause */
/* Where there are fewer rows than features, the rows span a space of as few dimensions: turned into
 * it, they have the same lengths and distances, and fits are the same and faster. */
#ifndef EFFNET_LEARN_BASIS_H
#define EFFNET_LEARN_BASIS_H

#include <glib.h>

typedef struct _EffNetBasis EffNetBasis;

/* Of N rows of N_FEATURES, which must stay there. */
EffNetBasis *effnet_basis_new(const float *features, guint n, guint n_features);
void effnet_basis_free(EffNetBasis *basis);

guint effnet_basis_get_n(const EffNetBasis *basis);

/* The rows in this basis, N x effnet_basis_get_n(); BASIS owns them. */
const double *effnet_basis_get_rows(const EffNetBasis *basis);

/* WEIGHTS for features of what are weights IN the basis. */
void effnet_basis_expand(const EffNetBasis *basis, const double *in, double *weights);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetBasis, effnet_basis_free)

#endif
