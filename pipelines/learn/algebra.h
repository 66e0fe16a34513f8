/* SPDX-License-Identifier: BSD-2-Clause */
/* Products of matrices by OpenBLAS, on the calling thread alone, so that their last bits do not
 * depend on how many threads there are. All matrices are dense, row after row. */
#ifndef EFFNET_LEARN_ALGEBRA_H
#define EFFNET_LEARN_ALGEBRA_H

#include <glib.h>

/* Before everything else. An error where OpenBLAS is not installed. */
gboolean effnet_algebra_open(GError **error);

/* C = A B': A of M x K, B of N x K, C of M x N. */
void effnet_algebra_multiply(guint m, guint n, guint k, const double *a, const double *b,
                             double *c);

/* C = A' B: A of K x M, B of K x N, C of M x N. */
void effnet_algebra_multiply_columns(guint m, guint n, guint k, const double *a, const double *b,
                                     double *c);

/* The first one for floats. */
void effnet_algebra_multiply_floats(guint m, guint n, guint k, const float *a, const float *b,
                                    float *c);

#endif
