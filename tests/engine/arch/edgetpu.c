/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"es", "efficientnet_es.ra_in1k", 224, 5438392, 1.789},
        {"em", "tf_efficientnet_em", 240, 6899496, 0},
        {"el", "efficientnet_el", 300, 10589712, 0},
        {"el", "efficientnet_el_pruned.in1k", 300, 10589712, 0},
        {"mobilenet-edgetpu", "mobilenet_edgetpu_100", 224, 4091432, 0.9907},
        {"mobilenet-edgetpu-v2-xs", "mobilenet_edgetpu_v2_xs", 224, 4459880, 0},
        {"mobilenet-edgetpu-v2-s", "mobilenet_edgetpu_v2_s.untrained", 224, 5986456, 0},
        {"mobilenet-edgetpu-v2-m", "mobilenet_edgetpu_v2_m.ra4_e3600_r224_in1k", 224, 8462888, 0},
        {"mobilenet-edgetpu-v2-l", "mobilenet_edgetpu_v2_l", 224, 10921640, 0},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

/* The first block expands as if from 24 channels, though it reads 32, and has no residual, however
 * often it is repeated. */
static void
test_first_stage(void)
{
    g_autoptr(EffNetNetwork) net = network("em", 240);
    const EffNetLayer *l = &net->layers[1];

    g_assert_cmpint(l[0].role, ==, EFFNET_ROLE_EXPAND);
    g_assert_cmpuint(l[0].kernel, ==, 3);
    g_assert_cmpuint(l[0].in_channels, ==, 32);
    g_assert_cmpuint(l[0].out_channels, ==, 96);
    g_assert_cmpuint(l[2].in_channels, ==, 24);
    g_assert_cmpuint(l[2].out_channels, ==, 96);
    g_assert_cmpuint(l[3].out_channels, ==, 24);
    g_assert_cmpuint(l[3].stage, ==, 0);
    g_assert_false(l[3].residual);
}

/* Filters of some expansions read a part of the channels, in checkpoints; scaled to a width that
 * the groups do not divide, all of them. */
static void
test_groups(void)
{
    const EffNetScaling wider = {.width = 1.5};
    g_autoptr(EffNetNetwork) net = network("mobilenet-edgetpu-v2-m", 224), wide = NULL;
    g_autoptr(EffNetArch) scaled = effnet_arch_new_scaled("mobilenet-edgetpu-v2-s", &wider, NULL);
    const EffNetLayer *grouped = find_layer(net, EFFNET_ROLE_EXPAND, 2, 1), *all;

    g_assert_cmpuint(net->layers[0].kernel, ==, 5);
    g_assert_cmpuint(grouped->in_channels, ==, 80);
    g_assert_cmpuint(grouped->out_channels, ==, 320);
    g_assert_cmpuint(effnet_layer_stored_channels(grouped), ==, 16);
    g_assert_cmpuint(effnet_layer_filter_channels(grouped), ==, 80);
    g_assert_cmpuint(effnet_layer_params(grouped), ==, 320 * (16 * 9 + 2));
    all = find_layer(net, EFFNET_ROLE_EXPAND, 2, 2);
    g_assert_cmpuint(effnet_layer_stored_channels(all), ==, 80);
    wide = effnet_network_new(scaled, 224, 3, 1000, EFFNET_PADDING_SYMMETRIC);
    all = find_layer(wide, EFFNET_ROLE_EXPAND, 1, 1);
    g_assert_cmpuint(all->in_channels, ==, 72);
    g_assert_cmpuint(effnet_layer_stored_channels(all), ==, 72);
    grouped = find_layer(wide, EFFNET_ROLE_EXPAND, 2, 1);
    g_assert_cmpuint(grouped->in_channels, ==, 96);
    g_assert_cmpuint(effnet_layer_stored_channels(grouped), ==, 16);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/edgetpu/rows", test_rows);
    g_test_add_func("/edgetpu/first-stage", test_first_stage);
    g_test_add_func("/edgetpu/groups", test_groups);
    return g_test_run();
}
