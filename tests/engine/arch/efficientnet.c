/* SPDX-License-Identifier: BSD-2-Clause */
/* The rows' counts against timm 1.0's, and how each was trained. */
#include "arch/arch.h"

#include <effnet/error.h>

#include "rows.h"

static const struct {
    const char *name;
    guint resolution;
    double params, macs; /* millions; thousand millions, at the resolution */
} rows[] = {
    {"b0", 224, 5.289, 0.386},    {"b1", 240, 7.794, 0.687},    {"b2", 260, 9.110, 0.994},
    {"b3", 300, 12.233, 1.827},   {"b4", 380, 19.342, 4.394},   {"b5", 456, 30.390, 10.27},
    {"b6", 528, 43.041, 19.07},   {"b7", 600, 66.348, 37.75},   {"lite0", 224, 4.652, 0.385},
    {"lite1", 240, 5.417, 0.600}, {"lite2", 260, 6.092, 0.860},
};

static void
test_cost(void)
{
    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(rows[i].name, NULL);
        EffNetArchCost cost;

        effnet_arch_get_cost(arch, 0, 0, &cost);
        g_assert_cmpuint(effnet_arch_get_resolution(arch), ==, rows[i].resolution);
        g_assert_cmpfloat_with_epsilon(cost.params / 1e6, rows[i].params, 0.0005);
        g_assert_cmpfloat_with_epsilon(cost.macs / 1e9, rows[i].macs, rows[i].macs * 0.0013);
    }
}

/* B0's exact counts, from torchvision; the number of classes changes only the classifier. */
static void
test_exact(void)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new("b0", NULL);
    EffNetArchCost cost;

    effnet_arch_get_cost(arch, 0, 1000, &cost);
    g_assert_cmpuint(cost.params, ==, 5288548);
    g_assert_cmpuint(cost.layers, ==, 1 + 16 * 5 - 1 + 1 + 1);
    effnet_arch_get_cost(arch, 0, 7, &cost);
    g_assert_cmpuint(cost.params, ==, 5288548 - 993 * 1281);
}

/* timm's exact counts. A network whose layers were pruned one by one takes other resolutions, but
 * neither width nor depth. */
static void
test_pruned(void)
{
    static const Row rows[] = {
        {"b1-pruned", "efficientnet_b1_pruned.in1k", 240, 6331916, 0},
        {"b2-pruned", "efficientnet_b2_pruned", 260, 8309737, 0},
        {"b3-pruned", "efficientnet_b3_pruned.in1k", 300, 9855020, 0},
    };
    const EffNetScaling larger = {.resolution = 272}, wider = {.width = 1.1}, deeper = {.phi = 1};
    g_autoptr(EffNetArch) arch = effnet_arch_new_scaled("b1-pruned", &larger, NULL);
    g_autoptr(EffNetNetwork) net = effnet_network_new(arch, 272, 3, 10, EFFNET_PADDING_SAME);
    const EffNetLayer *expand = find_layer(net, EFFNET_ROLE_EXPAND, 3, 2);
    g_autoptr(GError) error = NULL;

    check_rows(rows, G_N_ELEMENTS(rows));
    g_assert_cmpuint(expand->in_channels, ==, 74);
    g_assert_cmpuint(expand->out_channels, ==, 137);
    g_assert_cmpuint(find_layer(net, EFFNET_ROLE_SE_REDUCE, 3, 2)->out_channels, ==, 20);
    g_assert_true(find_layer(net, EFFNET_ROLE_PROJECT, 3, 2)->residual);
    g_assert_false(find_layer(net, EFFNET_ROLE_PROJECT, 4, 0)->residual);
    g_assert_null(effnet_arch_new_scaled("b1-pruned", &wider, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_clear_error(&error);
    g_assert_null(effnet_arch_new_scaled("b3-pruned", &deeper, NULL));
    g_assert_null(effnet_arch_new("b2-pruned-w1.1-d1.3-r260", &error));
    g_assert_nonnull(strstr(error->message, "b2-pruned"));
}

static void
test_training(void)
{
    for (const char *const *name = effnet_arch_list(); *name; name++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(*name, NULL);
        const EffNetTraining *t = effnet_arch_get_training(arch);
        double mean;

        if ((**name != 'b' && **name != 'l') || g_str_has_prefix(*name, "lcnet"))
            continue;
        g_assert_cmpint(t->padding, ==, EFFNET_PADDING_SAME);
        g_assert_cmpfloat(t->epsilon, ==, 1e-3);
        g_assert_cmpfloat(t->crop_fraction, >=, 0.875f);
        g_assert_cmpfloat(t->crop_fraction, <, 1);
        g_assert_cmpint(t->interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
        /* Lite: (x - 127) / 128, with x of 0..255; pruned: Inception's; others: ImageNet's. */
        mean = g_str_has_prefix(*name, "lite")      ? 0.498
               : g_str_has_suffix(*name, "-pruned") ? 0.5
                                                    : 0.485;
        g_assert_cmpfloat_with_epsilon(t->mean[0], mean, 1e-3);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/efficientnet/cost", test_cost);
    g_test_add_func("/efficientnet/exact", test_exact);
    g_test_add_func("/efficientnet/pruned", test_pruned);
    g_test_add_func("/efficientnet/training", test_training);
    return g_test_run();
}
