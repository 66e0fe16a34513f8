/* SPDX-License-Identifier: BSD-2-Clause */
#include <math.h>

#include <effnet/error.h>

#include "arch/scaling.h"

static void
test_rounding(void)
{
    /* The reference's round_filters(): B4's stem from 44.8 to 48, B2's 24 * 1.1 = 26.4 to 24; 10.4
     * would lose more than a tenth if it became 8. */
    g_assert_cmpuint(effnet_scale_channels(32, 1.4, 90), ==, 48);
    g_assert_cmpuint(effnet_scale_channels(24, 1.1, 90), ==, 24);
    g_assert_cmpuint(effnet_scale_channels(16, 0.65, 90), ==, 16);
    g_assert_cmpuint(effnet_scale_channels(16, 0.01, 90), ==, 8);
    g_assert_cmpuint(effnet_scale_repeats(4, 1.1), ==, 5);
    g_assert_cmpuint(effnet_scale_repeats(1, 1.0), ==, 1);
    g_assert_cmpuint(effnet_scale_repeats(3, 3.1), ==, 10);
}

/* Section 3.3 of the paper: about 2^phi times as many operations, once rounding up repeats matters
 * less. */
static void
test_compound(void)
{
    g_autoptr(EffNetArch) base = effnet_arch_new("b0", NULL);
    EffNetArchCost small, large;

    effnet_arch_get_cost(base, 0, 0, &small);
    for (int phi = 3; phi <= 7; phi++) {
        g_autoptr(EffNetArch) arch =
            effnet_arch_new_scaled("b0", &(EffNetScaling){.phi = phi}, NULL);

        effnet_arch_get_cost(arch, 0, 0, &large);
        g_assert_cmpfloat_with_epsilon(log2((double)large.macs / small.macs) / phi, 1.0, 0.06);
        g_assert_cmpuint(effnet_arch_get_resolution(arch), ==, (guint)round(224 * pow(1.15, phi)));
    }
}

static void
test_single(void)
{
    g_autoptr(EffNetArch) wide = effnet_arch_new_scaled("b0", &(EffNetScaling){.width = 2}, NULL);
    g_autoptr(EffNetArch) same = effnet_arch_new_scaled("b0", &(EffNetScaling){0}, NULL);
    g_autoptr(EffNetArch) fine =
        effnet_arch_new_scaled("b0", &(EffNetScaling){.phi = 1, .resolution = 300}, NULL);

    g_assert_cmpfloat(effnet_arch_get_width(wide), ==, 2);
    g_assert_cmpfloat(effnet_arch_get_depth(wide), ==, 1);
    g_assert_cmpuint(effnet_arch_get_resolution(wide), ==, 224);
    g_assert_cmpstr(effnet_arch_get_name(same), ==, "b0-w1-d1-r224");
    g_assert_cmpuint(effnet_arch_get_resolution(fine), ==, 300);
    g_assert_cmpfloat(effnet_arch_get_depth(fine), ==, 1.2);
}

static void
test_refused(void)
{
    static const EffNetScaling bad[] = {
        {.phi = NAN},
        {.phi = 1e9},
        {.width = -1},
        {.width = INFINITY},
        {.depth = 1e6},
        {.depth = NAN},
        {.resolution = 1},
        {.resolution = 1 << 20},
        {.phi = 1, .alpha = -1},

        {.phi = 1, .gamma = 1e300},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(effnet_arch_new_scaled("b0", &bad[i], &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    }
}

static void
test_names(void)
{
    static const EffNetScaling points[] = {
        {.phi = 0.5}, {.phi = -3}, {.width = 1.0625, .depth = 3, .resolution = 97}, {.phi = 3.7}};

    for (gsize i = 0; i < G_N_ELEMENTS(points); i++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new_scaled("b1", &points[i], NULL);
        g_autoptr(EffNetArch) same = effnet_arch_new(effnet_arch_get_name(arch), NULL);
        EffNetArchCost a, b;

        g_assert_nonnull(same);
        effnet_arch_get_cost(arch, 0, 0, &a);
        effnet_arch_get_cost(same, 0, 0, &b);
        g_assert_cmpstr(effnet_arch_get_name(same), ==, effnet_arch_get_name(arch));
        g_assert_cmpuint(a.params, ==, b.params);
        g_assert_cmpuint(a.macs, ==, b.macs);
    }
}

static void
test_names_that_are_none(void)
{
    static const char *const names[] = {"b99-w1-d1-r224", "b0-w-1-d1-r224", "b0-w1-d1-r1e9",
                                        "b0-w100-d1-r224", "b0-w1-d1e5-r224"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(effnet_arch_new(names[i], &error));
        g_assert_error(error, EFFNET_ERROR, (i < 2 ? EFFNET_ERROR_MODEL : EFFNET_ERROR_SETTINGS));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/scaling/rounding", test_rounding);
    g_test_add_func("/scaling/compound", test_compound);
    g_test_add_func("/scaling/single", test_single);
    g_test_add_func("/scaling/refused", test_refused);
    g_test_add_func("/scaling/names", test_names);
    g_test_add_func("/scaling/names-that-are-none", test_names_that_are_none);
    return g_test_run();
}
