/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/basis.h"

#include "learn/algebra.h"

#define N        8
#define FEATURES 20

static void
fill(float *features)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(3);

    for (guint i = 0; i < N * FEATURES; i++)
        features[i] = (float)g_rand_double_range(random, -1, 1);
}

static double
product_of_features(const float *features, guint a, guint b)
{
    double sum = 0;

    for (guint k = 0; k < FEATURES; k++)
        sum += (double)features[a * FEATURES + k] * features[b * FEATURES + k];
    return sum;
}

static double
product_of_rows(const EffNetBasis *basis, guint a, guint b)
{
    guint n = effnet_basis_get_n(basis);
    double sum = 0;

    for (guint k = 0; k < n; k++)
        sum += effnet_basis_get_rows(basis)[a * n + k] * effnet_basis_get_rows(basis)[b * n + k];
    return sum;
}

/* Lengths and distances of rows are kept, and an expanded layer gives the same results. */
static void
check(const float *features, guint rank)
{
    g_autoptr(EffNetBasis) basis = effnet_basis_new(features, N, FEATURES);
    double in[N], weights[FEATURES];

    g_assert_cmpuint(effnet_basis_get_n(basis), ==, rank);
    for (guint a = 0; a < N; a++)
        for (guint b = 0; b < N; b++)
            g_assert_cmpfloat_with_epsilon(product_of_rows(basis, a, b),
                                           product_of_features(features, a, b), 1e-9);
    for (guint k = 0; k < rank; k++)
        in[k] = k + 1;
    effnet_basis_expand(basis, in, weights);
    for (guint i = 0; i < N; i++) {
        double expected = 0, found = 0;

        for (guint k = 0; k < rank; k++)
            expected += in[k] * effnet_basis_get_rows(basis)[i * rank + k];
        for (guint k = 0; k < FEATURES; k++)
            found += weights[k] * features[i * FEATURES + k];
        g_assert_cmpfloat_with_epsilon(found, expected, 1e-8);
    }
}

static void
test_basis(void)
{
    float features[N * FEATURES];

    fill(features);
    check(features, N);
}

/* Equal rows and rows of zeros add no dimension. */
static void
test_dependent(void)
{
    float features[N * FEATURES];

    fill(features);
    for (guint k = 0; k < FEATURES; k++) {
        features[3 * FEATURES + k] = features[k];
        features[5 * FEATURES + k] = 0;
        features[7 * FEATURES + k] = features[FEATURES + k] - features[2 * FEATURES + k];
    }
    check(features, N - 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(effnet_algebra_open(NULL));
    g_test_add_func("/learn/basis/basis", test_basis);
    g_test_add_func("/learn/basis/dependent", test_dependent);
    return g_test_run();
}
