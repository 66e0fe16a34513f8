/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/duplicates.h"

#include "learn/algebra.h"

#define FEATURES 64

static float *
random_features(guint n)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(5);
    float *features = g_new(float, n *FEATURES);

    for (guint i = 0; i < n * FEATURES; i++)
        features[i] = (float)g_rand_double_range(random, -1, 1);
    return features;
}

/* Makes view FROM_VIEW of picture FROM the first view of picture TO, scaled by FACTOR. */
static void
copy(float *features, guint views, guint from, guint from_view, guint to, float factor)
{
    for (guint k = 0; k < FEATURES; k++)
        features[(to * views) * FEATURES + k] =
            factor * features[(from * views + from_view) * FEATURES + k];
}

static const EffNetDuplicate *
pair(const GArray *pairs, guint i)
{
    return &g_array_index(pairs, EffNetDuplicate, i);
}

/* Pairs are found across blocks, and for any number of threads. */
static void
test_pairs(void)
{
    guint n = 700;
    g_autofree float *features = random_features(n);

    copy(features, 1, 3, 0, 650, 2);
    copy(features, 1, 300, 0, 301, 0.5);
    for (guint threads = 1; threads <= 4; threads++) {
        g_autoptr(EffNetGroups) groups = effnet_groups_new(n);
        g_autoptr(GArray) pairs =
            effnet_duplicates_find(features, n, 1, FEATURES, 0.97f, threads, groups);
        guint n_groups;
        g_autofree guint *numbers = effnet_groups_number(groups, &n_groups);

        g_assert_cmpuint(pairs->len, ==, 2);
        g_assert_cmpuint(pair(pairs, 0)->a, ==, 3);
        g_assert_cmpuint(pair(pairs, 0)->b, ==, 650);
        g_assert_cmpuint(pair(pairs, 1)->a, ==, 300);
        g_assert_cmpuint(pair(pairs, 1)->b, ==, 301);
        g_assert_cmpfloat_with_epsilon(pair(pairs, 0)->cosine, 1, 1e-5);
        g_assert_cmpuint(n_groups, ==, n - 2);
        g_assert_cmpuint(numbers[3], ==, numbers[650]);
    }
}

/* A picture that equals another's mirror image is found. */
static void
test_mirrors(void)
{
    guint n = 10;
    g_autofree float *features = random_features(2 * n);
    g_autoptr(EffNetGroups) groups = effnet_groups_new(n);
    g_autoptr(GArray) pairs = NULL;

    copy(features, 2, 7, 1, 2, 1);
    pairs = effnet_duplicates_find(features, n, 2, FEATURES, 0.97f, 2, groups);
    g_assert_cmpuint(pairs->len, ==, 1);
    g_assert_cmpuint(pair(pairs, 0)->a, ==, 2);
    g_assert_cmpuint(pair(pairs, 0)->b, ==, 7);
}

/* Of very many pairs, only some are returned, but all pictures are joined. Rows of zeros resemble
 * nothing. */
static void
test_many(void)
{
    guint n = 600, n_groups;
    g_autofree float *features = g_new0(float, n *FEATURES);
    g_autofree guint *numbers = NULL;
    g_autoptr(EffNetGroups) groups = effnet_groups_new(n);
    g_autoptr(GArray) pairs = NULL;

    for (guint i = 0; i < n - 2; i++)
        features[i * FEATURES] = 1;
    pairs = effnet_duplicates_find(features, n, 1, FEATURES, 0.97f, 2, groups);
    numbers = effnet_groups_number(groups, &n_groups);
    g_assert_cmpuint(pairs->len, >, n / 2);
    g_assert_cmpuint(pairs->len, <, 20 * n);
    g_assert_cmpuint(n_groups, ==, 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_assert_true(effnet_algebra_open(NULL));
    g_test_add_func("/learn/duplicates/pairs", test_pairs);
    g_test_add_func("/learn/duplicates/mirrors", test_mirrors);
    g_test_add_func("/learn/duplicates/many", test_many);
    return g_test_run();
}
