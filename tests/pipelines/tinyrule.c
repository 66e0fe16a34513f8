/* SPDX-License-Identifier: BSD-2-Clause */
#include "tinyrule.h"

#include <math.h>

#include <effnet/effnet.h>

static guint64
macs_of(EffNetArch *arch)
{
    EffNetArchCost cost;

    effnet_arch_get_cost(arch, 0, 0, &cost);
    return cost.macs;
}

/* Asked for what a published network costs, the rule gives that network. */
static void
test_published(void)
{
    static const char *const names[] = {"tinynet-a", "tinynet-b", "tinynet-c", "tinynet-d",
                                        "tinynet-e"};

    for (guint i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autoptr(EffNetArch) published = effnet_arch_new(names[i], NULL);
        g_autoptr(EffNetArch) found = effnet_tinyrule_new((double)macs_of(published), NULL);

        g_assert_cmpuint(effnet_arch_get_resolution(found), ==,
                         effnet_arch_get_resolution(published));
        g_assert_cmpfloat_with_epsilon(effnet_arch_get_width(found),
                                       effnet_arch_get_width(published), 1e-9);
        g_assert_cmpfloat_with_epsilon(effnet_arch_get_depth(found),
                                       effnet_arch_get_depth(published), 1e-9);
        g_assert_cmpuint(macs_of(found), ==, macs_of(published));
    }
}

/* Between B (188 pixels, depth 1.1) and C (184, 0.85), in the middle of the logarithms. Steps of 8
 * channels leave a remainder. */
static void
test_between(void)
{
    double macs = sqrt(200709360.0 * 99536432.0);
    g_autoptr(EffNetArch) found = effnet_tinyrule_new(macs, NULL);

    g_assert_cmpuint(effnet_arch_get_resolution(found), ==, 186);
    g_assert_cmpfloat_with_epsilon(effnet_arch_get_depth(found), 0.975, 1e-6);
    g_assert_cmpfloat_with_epsilon(macs_of(found) / macs, 1, 0.03);
}

/* The cheaper, the smaller; and about what was asked for, as far as steps of channels allow. */
static void
test_walk(void)
{
    guint resolution = 0;

    for (double macs = 25e6; macs < 336e6; macs *= 1.07) {
        g_autoptr(EffNetArch) found = effnet_tinyrule_new(macs, NULL);

        g_assert_cmpfloat_with_epsilon(macs_of(found) / macs, 1, 0.09);
        g_assert_cmpuint(effnet_arch_get_resolution(found), >=, resolution);
        resolution = effnet_arch_get_resolution(found);
    }
    g_assert_cmpuint(resolution, ==, 192);
}

static void
test_bounds(void)
{
    static const double macs[] = {0, -1e8, 20e6, 337e6, 1e300, NAN};

    for (guint i = 0; i < G_N_ELEMENTS(macs); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_null(effnet_tinyrule_new(macs[i], &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
        g_assert_nonnull(strstr(error->message, "24.4 to 336.8 million"));
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tinyrule/published", test_published);
    g_test_add_func("/tinyrule/between", test_between);
    g_test_add_func("/tinyrule/walk", test_walk);
    g_test_add_func("/tinyrule/bounds", test_bounds);
    return g_test_run();
}
