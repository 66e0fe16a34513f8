/* SPDX-License-Identifier: BSD-2-Clause */
#include "basis.h"

#include <math.h>

#include "algebra.h"

/* A remainder whose squared length, relative to the longest row's, is below this counts as zero. */
#define LEAST 1e-12

/* The Gram matrix of the rows is L L', and the rows of L are the rows' coordinates. L is computed
 * by pivoted Cholesky decomposition: each step adds a dimension, along the row with the largest
 * remainder. */
struct _EffNetBasis {
    const float *features;
    guint n, n_features;
    guint rank;
    guint *pivots; /* the row of each dimension */
    double *rows;  /* n x rank */
};

static guint
find_most(const double *left, guint n)
{
    guint most = 0;

    for (guint i = 1; i < n; i++)
        if (left[i] > left[most])
            most = i;
    return most;
}

/* Adds dimension K, along the remainder of row PIVOT. COLUMNS is L, column-major. */
static void
add_dimension(double *columns, const double *products, double *left, guint n, guint k, guint pivot)
{
    double *column = columns + (gsize)k * n, length = sqrt(left[pivot]);

    for (guint i = 0; i < n; i++)
        column[i] = products[(gsize)pivot * n + i];
    for (guint d = 0; d < k; d++) {
        const double *other = columns + (gsize)d * n;
        double factor = other[pivot];

        for (guint i = 0; i < n; i++)
            column[i] -= factor * other[i];
    }
    for (guint i = 0; i < n; i++) {
        column[i] /= length;
        left[i] -= column[i] * column[i];
    }
    left[pivot] = 0;
}

static void
decompose(EffNetBasis *basis, const double *products)
{
    guint n = basis->n;
    g_autofree double *columns = g_new(double, (gsize)n *n);
    g_autofree double *left = g_new(double, n);
    double least;

    for (guint i = 0; i < n; i++)
        left[i] = products[(gsize)i * n + i];
    least = left[find_most(left, n)] * LEAST;
    while (basis->rank < n) {
        guint pivot = find_most(left, n);

        if (!(left[pivot] > least))
            break;
        add_dimension(columns, products, left, n, basis->rank, pivot);
        basis->pivots[basis->rank++] = pivot;
    }
    basis->rows = g_new(double, (gsize)n * basis->rank);
    for (guint i = 0; i < n; i++)
        for (guint k = 0; k < basis->rank; k++)
            basis->rows[(gsize)i * basis->rank + k] = columns[(gsize)k * n + i];
}

EffNetBasis *
effnet_basis_new(const float *features, guint n, guint n_features)
{
    EffNetBasis *basis = g_new0(EffNetBasis, 1);
    g_autofree double *exact = g_new(double, (gsize)n *n_features);
    g_autofree double *products = g_new(double, (gsize)n *n);

    basis->features = features;
    basis->n = n;
    basis->n_features = n_features;
    basis->pivots = g_new(guint, n);
    for (gsize i = 0; i < (gsize)n * n_features; i++)
        exact[i] = features[i];
    effnet_algebra_multiply(n, n, n_features, exact, exact, products);
    decompose(basis, products);
    return basis;
}

void
effnet_basis_free(EffNetBasis *basis)
{
    g_free(basis->pivots);
    g_free(basis->rows);
    g_free(basis);
}

guint
effnet_basis_get_n(const EffNetBasis *basis)
{
    return basis->rank;
}

const double *
effnet_basis_get_rows(const EffNetBasis *basis)
{
    return basis->rows;
}

/* The basis is P^-1 F, where F are the features of the pivots and P their coordinates, a triangular
 * matrix. So the weights are F' x, where x solves P' x = IN. */
void
effnet_basis_expand(const EffNetBasis *basis, const double *in, double *weights)
{
    g_autofree double *x = g_new(double, basis->rank);

    for (guint k = basis->rank; k-- > 0;) {
        x[k] = in[k];
        for (guint other = k + 1; other < basis->rank; other++)
            x[k] -= basis->rows[(gsize)basis->pivots[other] * basis->rank + k] * x[other];
        x[k] /= basis->rows[(gsize)basis->pivots[k] * basis->rank + k];
    }
    for (guint i = 0; i < basis->n_features; i++)
        weights[i] = 0;
    for (guint k = 0; k < basis->rank; k++) {
        const float *row = basis->features + (gsize)basis->pivots[k] * basis->n_features;

        for (guint i = 0; i < basis->n_features; i++)
            weights[i] += x[k] * row[i];
    }
}
