/* SPDX-License-Identifier: BSD-2-Clause */
/* Matrix products by OpenBLAS, each on the calling thread alone, so that the results are the same
 * to the last bit for any number of threads. All matrices are dense and row-major. */
#ifndef EFFNET_LEARN_ALGEBRA_H
#define EFFNET_LEARN_ALGEBRA_H

#include <glib.h>

/* Must be called before any other function here. FALSE with ERROR set if OpenBLAS is not
 * installed. */
gboolean effnet_algebra_open(GError **error);

/* C = A B', where A is M x K, B is N x K and C is M x N. */
void effnet_algebra_multiply(guint m, guint n, guint k, const double *a, const double *b,
                             double *c);

/* C = A' B, where A is K x M, B is K x N and C is M x N. */
void effnet_algebra_multiply_columns(guint m, guint n, guint k, const double *a, const double *b,
                                     double *c);

/* effnet_algebra_multiply() for floats. */
void effnet_algebra_multiply_floats(guint m, guint n, guint k, const float *a, const float *b,
                                    float *c);

#endif
