/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include "kernels/bf16.h"
#include "plan/rounding.h"

/* The mean of one channel. */
static float
mean_of(EffNetAct act, float gamma, float beta)
{
    const EffNetLayer layer = {.out_channels = 1, .act = act};
    const float norm[] = {gamma, beta, NAN, NAN};
    g_autofree float *means = effnet_layer_new_means(&layer, norm);

    return means[0];
}

static void
test_means(void)
{
    g_assert_cmpfloat_with_epsilon(mean_of(EFFNET_ACT_NONE, 3, -2), -2, 1e-5);
    g_assert_cmpfloat_with_epsilon(mean_of(EFFNET_ACT_RELU, 1, 0), 0.39894, 0.02);
    g_assert_cmpfloat_with_epsilon(mean_of(EFFNET_ACT_RELU, -2, 0), 0.79788, 0.02);
    g_assert_cmpfloat_with_epsilon(mean_of(EFFNET_ACT_RELU6, 2, 6), 5.20212, 0.02);
    g_assert_cmpfloat_with_epsilon(mean_of(EFFNET_ACT_RELU6, 1, 20), 6, 1e-5);
    g_assert_cmpfloat_with_epsilon(mean_of(EFFNET_ACT_SILU, 1, 0), 0.20662, 0.02);
}

/* Two filters of 2x2 over two channels, or, DEPTHWISE, over one each. */
#define FILTERS  2
#define TAPS     4
#define CHANNELS 2

static const float means[CHANNELS] = {0.7f, 2.9f};

/* The sum of FILTER for inputs that are the means. */
static double
sum_of(const EffNetLayer *layer, const float *rows, guint filter)
{
    gsize n = effnet_layer_row_length(layer);
    double sum = 0;

    for (gsize k = 0; k < n; k++)
        sum +=
            rows[filter * n + k] * means[layer->role == EFFNET_ROLE_DEPTHWISE ? filter : k / TAPS];
    return sum;
}

/* Where batch norm found SHARE of the sums that the means predict, the bias loses the same share of
 * what rounding adds to them. */
static void
check(const EffNetLayer *layer, float share)
{
    gsize n = FILTERS * effnet_layer_row_length(layer);
    float rows[FILTERS * TAPS * CHANNELS], bias[FILTERS] = {0.25f, -1}, norm[4 * FILTERS] = {0};
    const float old[FILTERS] = {0.25f, -1};
    double before[FILTERS];

    for (gsize i = 0; i < n; i++)
        rows[i] = 0.3f + 0.011f * i;
    for (guint o = 0; o < FILTERS; o++) {
        before[o] = sum_of(layer, rows, o);
        norm[FILTERS + o] = old[o] + share * before[o];
    }
    effnet_layer_correct_bias(layer, means, norm, rows, bias);
    for (gsize i = 0; i < n; i++)
        rows[i] = effnet_bf16_to_float(effnet_bf16_from_float(rows[i]));
    for (guint o = 0; o < FILTERS; o++) {
        double error = sum_of(layer, rows, o) - before[o];

        g_assert_cmpfloat(ABS(error), >, 1e-4);
        g_assert_cmpfloat_with_epsilon(old[o] - bias[o], CLAMP(share, 0, 1) * error, 1e-6);
    }
}

static void
test_bias(gconstpointer role)
{
    const EffNetLayer layer = {.role = GPOINTER_TO_INT(role),
                               .kernel = 2,
                               .in_channels = CHANNELS,
                               .out_channels = FILTERS};

    check(&layer, 1);
    check(&layer, 0.5f); /* a gate, or borders */
    check(&layer, 0);    /* nothing was learnt */
    check(&layer, -1);
    check(&layer, 3);
}

/* Inputs whose means are 0. */
static void
test_zeros(void)
{
    const EffNetLayer layer = {
        .role = EFFNET_ROLE_PROJECT, .kernel = 1, .in_channels = 2, .out_channels = 1};
    float rows[] = {0.3f, 0.7f}, bias = 5, norm[] = {1, 2, 3, 4}, none[2] = {0};

    effnet_layer_correct_bias(&layer, none, norm, rows, &bias);
    g_assert_cmpfloat(bias, ==, 5);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/bf16/means", test_means);
    g_test_add_data_func("/bf16/bias/dense", GINT_TO_POINTER(EFFNET_ROLE_CONV1), test_bias);
    g_test_add_data_func("/bf16/bias/depthwise", GINT_TO_POINTER(EFFNET_ROLE_DEPTHWISE), test_bias);
    g_test_add_func("/bf16/zeros", test_zeros);
    return g_test_run();
}
