/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "recognise/layers.h"
#include "../support.h"

static EffNetWeights *
open_network(float value, double epsilon)
{
    g_autofree char *path = support_network("net.pth", "timm", "b0", 3, 10, value, NULL);
    EffNetState *state = effnet_state_new(effnet_checkpoint_open(path, NULL), NULL);

    return effnet_weights_new_state(state, epsilon);
}

static const EffNetLayer stem = {
    .role = EFFNET_ROLE_STEM, .kernel = 3, .in_channels = 3, .out_channels = 32, .has_norm = TRUE};

static void
test_read(void)
{
    EffNetWeights *weights = open_network(0.25f, 1e-3);
    float values[32 * 27] = {0};

    g_assert_true(weights->read(weights, &stem, EFFNET_PART_WEIGHT, values, NULL));
    g_assert_cmpfloat(values[0], ==, 0.25f);
    g_assert_cmpfloat(values[32 * 27 - 1], ==, 0.25f);
    g_assert_true(weights->read(weights, &stem, EFFNET_PART_NORM_VARIANCE, values, NULL));
    effnet_weights_free(weights);
}

static void
test_values(void)
{
    static const float bad[] = {NAN, -NAN, INFINITY, -INFINITY};
    float values[32 * 27];
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        EffNetWeights *weights = open_network(bad[i], 1e-3);

        g_assert_false(weights->read(weights, &stem, EFFNET_PART_WEIGHT, values, &error));
        support_check_error(&error, EFFNET_ERROR_MODEL,
                            "infinite or not a number in the tensor conv_stem.weight");
        effnet_weights_free(weights);
    }
}

/* Variance plus epsilon, of which the square root is taken, must be above 0. */
static void
test_variance(void)
{
    static const struct {
        float value;
        gboolean good;
    } cases[] = {{0, TRUE}, {-0.0005f, TRUE}, {-0.001f, FALSE}, {-1, FALSE}};
    float values[32];
    GError *error = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        EffNetWeights *weights = open_network(cases[i].value, 1e-3);

        g_assert_true(weights->read(weights, &stem, EFFNET_PART_NORM_MEAN, values, NULL));
        g_assert_cmpint(weights->read(weights, &stem, EFFNET_PART_NORM_VARIANCE, values, &error),
                        ==, cases[i].good);
        if (!cases[i].good)
            support_check_error(&error, EFFNET_ERROR_MODEL, "variance below 0 in the tensor bn1");
        effnet_weights_free(weights);
    }
}

static void
test_shape(void)
{
    EffNetWeights *weights = open_network(1, 1e-3);
    EffNetLayer other = stem;
    float values[1];
    GError *error = NULL;

    other.in_channels = 1;
    g_assert_false(weights->read(weights, &other, EFFNET_PART_WEIGHT, values, &error));
    support_check_error(&error, EFFNET_ERROR_MODEL, "of shape 32x3x3x3, where 32x1x3x3");
    effnet_weights_free(weights);
}

/* The other channels of filters that read a group become zeros. */
static void
test_groups(void)
{
    EffNetWeights *weights = open_network(0.25f, 1e-3);
    EffNetLayer grouped = stem;
    float values[32 * 54];

    grouped.in_channels = 6;
    grouped.group = 3;
    g_assert_cmpuint(effnet_part_size(&grouped, EFFNET_PART_WEIGHT), ==, G_N_ELEMENTS(values));
    g_assert_true(weights->read(weights, &grouped, EFFNET_PART_WEIGHT, values, NULL));
    for (guint o = 0; o < 32; o++)
        for (guint k = 0; k < 54; k++)
            g_assert_cmpfloat(values[o * 54 + k], ==, k / 27 == o / 16 ? 0.25f : 0);
    effnet_weights_free(weights);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/stored/read", test_read);
    g_test_add_func("/model/stored/values", test_values);
    g_test_add_func("/model/stored/variance", test_variance);
    g_test_add_func("/model/stored/shape", test_shape);
    g_test_add_func("/model/stored/groups", test_groups);
    return g_test_run();
}
