/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/kept.h"

#include <math.h>
#include <string.h>

static void
check(const float *features, gsize n, guint n_features)
{
    g_autofree char *text = effnet_kept_write(features, n, n_features);
    g_autofree float *read = effnet_kept_read(text, n, n_features);
    g_autofree float *rounded = g_memdup2(features, n * n_features * sizeof *features);
    g_autofree char *again = NULL;

    g_assert_nonnull(read);
    g_assert_cmpuint(strlen(text), ==, effnet_kept_measure(n, n_features));
    for (gsize i = 0; i < n; i++) {
        float least = INFINITY, most = -INFINITY;

        for (guint k = 0; k < n_features; k++) {
            least = MIN(least, features[i * n_features + k]);
            most = MAX(most, features[i * n_features + k]);
        }
        for (guint k = 0; k < n_features; k++)
            g_assert_cmpfloat(fabsf(read[i * n_features + k] - features[i * n_features + k]), <=,
                              (most - least) / 4000);
    }
    effnet_kept_round(rounded, n, n_features);
    g_assert_cmpmem(rounded, n * n_features * sizeof *rounded, read, n * n_features * sizeof *read);
    again = effnet_kept_write(read, n, n_features);
    {
        g_autofree float *twice = effnet_kept_read(again, n, n_features);

        g_assert_cmpmem(twice, n * n_features * sizeof *twice, read, n * n_features * sizeof *read);
    }
}

static void
test_there_and_back(void)
{
    for (guint n_features = 1; n_features < 40; n_features++) {
        g_autoptr(GRand) random = g_rand_new_with_seed(n_features);
        gsize n = 50;
        g_autofree float *features = g_new(float, n *n_features);

        for (gsize i = 0; i < n * n_features; i++)
            features[i] = (float)(exp(g_rand_double_range(random, -6, 2)) *
                                  (g_rand_int_range(random, 0, 9) ? 1 : -1));
        check(features, n, n_features);
    }
}

static void
test_special(void)
{
    const float equal[6] = {0.1f, 0.1f, 0.1f, 0, 0, 0};
    const float far[6] = {0, 4095, 1, -1, 4094, 2};

    check(equal, 2, 3);
    check(far, 2, 3);
}

/* Differences that no scale can express are left out. */
static void
test_tiny(void)
{
    const float tiny[6] = {0x1p-140f, 0, 0, 0x1p-120f, 0x1p-121f, 0};
    g_autofree char *text = effnet_kept_write(tiny, 2, 3);
    g_autofree float *read = effnet_kept_read(text, 2, 3);

    g_assert_nonnull(read);
    for (int i = 0; i < 6; i++)
        g_assert_cmpfloat(fabsf(read[i] - tiny[i]), <=, 0x1p-113f);
}

static void
test_size(void)
{
    g_autofree float *features = g_new0(float, 2000 * 1280);
    g_autofree char *text = effnet_kept_write(features, 2000, 1280);

    g_assert_cmpuint(strlen(text), <, 6000000);
}

static void
test_damaged(void)
{
    const float features[4] = {1, 2, 3, 4};
    g_autofree char *text = effnet_kept_write(features, 2, 2);
    g_autofree guint8 *bytes = NULL;
    g_autofree char *nan = NULL;
    gsize length;

    g_assert_null(effnet_kept_read(text, 1, 2));
    g_assert_null(effnet_kept_read(text, 3, 2));
    g_assert_null(effnet_kept_read(text, 2, 5));
    g_assert_null(effnet_kept_read("", 1, 2));
    g_assert_null(effnet_kept_read("no base64!", 2, 2));
    bytes = g_base64_decode(text, &length);
    memset(bytes, 0xff, 4); /* not a number */
    nan = g_base64_encode(bytes, length);
    g_assert_null(effnet_kept_read(nan, 2, 2));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/kept/there-and-back", test_there_and_back);
    g_test_add_func("/learn/kept/special", test_special);
    g_test_add_func("/learn/kept/tiny", test_tiny);
    g_test_add_func("/learn/kept/size", test_size);
    g_test_add_func("/learn/kept/damaged", test_damaged);
    return g_test_run();
}
