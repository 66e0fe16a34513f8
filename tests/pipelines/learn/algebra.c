/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/algebra.h"

#define M 5
#define N 3
#define K 7

static void
fill(double *values, guint n, guint seed)
{
    for (guint i = 0; i < n; i++)
        values[i] = (double)((i + seed) * 2654435769u >> 16) / 65536 - 0.5;
}

static void
test_products(void)
{
    double a[M * K], b[N * K], turned_a[K * M], turned_b[K * N], c[M * N], columns[M * N];
    float float_a[M * K], float_b[N * K], float_c[M * N];

    fill(a, M * K, 1);
    fill(b, N * K, 2);
    for (guint k = 0; k < K; k++) {
        for (guint i = 0; i < M; i++)
            turned_a[k * M + i] = a[i * K + k];
        for (guint i = 0; i < N; i++)
            turned_b[k * N + i] = b[i * K + k];
    }
    for (guint i = 0; i < M * K; i++)
        float_a[i] = (float)a[i];
    for (guint i = 0; i < N * K; i++)
        float_b[i] = (float)b[i];
    effnet_algebra_multiply(M, N, K, a, b, c);
    effnet_algebra_multiply_columns(M, N, K, turned_a, turned_b, columns);
    effnet_algebra_multiply_floats(M, N, K, float_a, float_b, float_c);
    for (guint i = 0; i < M * N; i++) {
        double sum = 0;

        for (guint k = 0; k < K; k++)
            sum += a[i / N * K + k] * b[i % N * K + k];
        g_assert_cmpfloat_with_epsilon(c[i], sum, 1e-14);
        g_assert_cmpfloat_with_epsilon(columns[i], sum, 1e-14);
        g_assert_cmpfloat_with_epsilon(float_c[i], sum, 1e-6);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(effnet_algebra_open(NULL));
    g_test_add_func("/learn/algebra/products", test_products);
    return g_test_run();
}
