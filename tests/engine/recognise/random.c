/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>
#include <string.h>

#include "recognise/weights.h"
#include "../support.h"

static const EffNetLayer project = {.role = EFFNET_ROLE_PROJECT,
                                    .kernel = 1,
                                    .in_channels = 96,
                                    .out_channels = 24,
                                    .has_norm = TRUE};

static void
test_sizes(void)
{
    EffNetLayer layer = {
        .role = EFFNET_ROLE_STEM, .kernel = 3, .in_channels = 3, .out_channels = 32};

    g_assert_cmpuint(effnet_part_size(&layer, EFFNET_PART_WEIGHT), ==, 32 * 3 * 9);
    g_assert_cmpuint(effnet_part_size(&layer, EFFNET_PART_NORM_MEAN), ==, 32);
    layer.role = EFFNET_ROLE_DEPTHWISE;
    layer.in_channels = 32;
    g_assert_cmpuint(effnet_part_size(&layer, EFFNET_PART_WEIGHT), ==, 32 * 9);
    g_assert_cmpuint(effnet_part_size(&layer, EFFNET_PART_BIAS), ==, 32);
}

/* The same seed gives the same numbers, another seed others. */
static void
test_seed(void)
{
    static const guint32 seeds[] = {7, 7, 8};
    float values[3][24 * 96];

    for (gsize i = 0; i < G_N_ELEMENTS(seeds); i++) {
        EffNetWeights *weights = effnet_weights_new_random(seeds[i]);

        g_assert_true(weights->read(weights, &project, EFFNET_PART_WEIGHT, values[i], NULL));
        effnet_weights_free(weights);
    }
    g_assert_cmpint(memcmp(values[0], values[1], sizeof values[0]), ==, 0);
    g_assert_cmpint(memcmp(values[0], values[2], sizeof values[0]), !=, 0);
}

/* Weights have the variance that preserves that of the inputs; variances have a square root. */
static void
test_range(void)
{
    EffNetWeights *weights = effnet_weights_new_random(1);
    float values[24 * 96];
    double sum = 0, squares = 0;

    g_assert_true(weights->read(weights, &project, EFFNET_PART_WEIGHT, values, NULL));
    for (gsize i = 0; i < G_N_ELEMENTS(values); i++) {
        sum += values[i];
        squares += values[i] * values[i];
    }
    g_assert_cmpfloat(fabs(sum / G_N_ELEMENTS(values)), <, 0.02);
    g_assert_cmpfloat(squares / G_N_ELEMENTS(values), >, 0.8 * 2 / 96);
    g_assert_cmpfloat(squares / G_N_ELEMENTS(values), <, 1.2 * 2 / 96);
    g_assert_true(weights->read(weights, &project, EFFNET_PART_NORM_VARIANCE, values, NULL));
    for (gsize i = 0; i < 24; i++)
        g_assert_cmpfloat(values[i], >, 0.1f);
    effnet_weights_free(weights);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/random/sizes", test_sizes);
    g_test_add_func("/model/random/seed", test_seed);
    g_test_add_func("/model/random/range", test_range);
    return g_test_run();
}
