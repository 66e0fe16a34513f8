/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"resnet18", "resnet18.a1_in1k", 224, 11689512, 1.814},
        {"resnet34", "resnet34", 224, 21797672, 3.664},
        {"resnet50", "resnet50-0676ba61", 224, 25557032, 4.089},
        {"resnet101", "resnet101.tv_in1k", 224, 44549160, 7.801},
        {"resnet152", "resnet152", 224, 60192808, 11.514},
        {"resnet26", "resnet26", 224, 15995176, 2.3423},
        {"resnet10t", "resnet10t.c3_in1k", 176, 5435488, 0.6987},
        {"resnet14t", "resnet14t.c3_in1k", 176, 10081632, 1.0676},
        {"resnet18d", "resnet18d.ra2_in1k", 224, 11708744, 2.0537},
        {"resnet26t", "resnet26t.ra2_in1k", 256, 16011872, 3.3304},
        {"resnet26d", "resnet26d", 224, 16014408, 2.5819},
        {"resnet34d", "resnet34d", 224, 21816904, 3.9034},
        {"resnet50t", "resnet50t", 224, 25573728, 4.2972},
        {"resnet50d", "resnet50d.a1_in1k", 224, 25576264, 4.3288},
        {"resnet101d", "resnet101d", 256, 44568392, 10.5020},
        {"resnet152d", "resnet152d", 256, 60212040, 15.3506},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

/* A block whose shapes differ starts with its shortcut, and the residual is added before the
 * activation; the last block's output is pooled. */
static void
test_blocks(void)
{
    g_autoptr(EffNetNetwork) net = network("resnet50", 224);
    const EffNetLayer *l = net->layers, *last = &l[net->n_layers - 2];
    guint shortcuts = 0;

    g_assert_cmpuint(l[0].kernel, ==, 7);
    g_assert_cmpint(l[1].role, ==, EFFNET_ROLE_MAX_POOL);
    g_assert_cmpuint(l[1].out_size, ==, 56);
    g_assert_cmpint(l[2].role, ==, EFFNET_ROLE_SHORTCUT);
    g_assert_true(l[2].first);
    g_assert_cmpuint(l[3].in_channels, ==, 64);
    g_assert_cmpuint(l[3].out_channels, ==, 64);
    g_assert_cmpuint(l[5].out_channels, ==, 256);
    g_assert_true(l[5].residual);
    g_assert_false(l[5].act_first);
    g_assert_cmpint(l[5].act, ==, EFFNET_ACT_RELU);
    for (guint i = 0; i < net->n_layers; i++)
        shortcuts += l[i].role == EFFNET_ROLE_SHORTCUT;
    g_assert_cmpuint(shortcuts, ==, 4);
    g_assert_true(last->pool);
    g_assert_cmpuint(net->n_features, ==, 2048);
}

/* Three convolutions instead of one, and shortcuts that read means where they have a stride. */
static void
test_d(void)
{
    g_autoptr(EffNetNetwork) net = network("resnet26t", 161);
    const EffNetLayer *l = net->layers, *plain, *even, *odd;
    static const guint channels[] = {24, 32, 64};

    for (guint i = 0; i < G_N_ELEMENTS(channels); i++) {
        g_assert_cmpint(l[i].role, ==, EFFNET_ROLE_STEM + i);
        g_assert_cmpuint(l[i].kernel, ==, 3);
        g_assert_cmpuint(l[i].stride, ==, i == 0 ? 2 : 1);
        g_assert_cmpuint(l[i].out_channels, ==, channels[i]);
        g_assert_cmpint(l[i].act, ==, EFFNET_ACT_RELU);
        g_assert_true(l[i].has_norm);
    }
    g_assert_cmpint(l[3].role, ==, EFFNET_ROLE_MAX_POOL);
    plain = find_layer(net, EFFNET_ROLE_SHORTCUT, 0, 0);
    g_assert_false(plain->averages);
    odd = find_layer(net, EFFNET_ROLE_SHORTCUT, 1, 0);
    g_assert_true(odd->averages);
    g_assert_cmpuint(odd->in_size, ==, 41);
    g_assert_cmpuint(odd->out_size, ==, 21);
    g_assert_cmpuint(odd->pad_after, ==, 1);
    g_assert_cmpuint(odd->kernel, ==, 1);
    even = find_layer(net, EFFNET_ROLE_SHORTCUT, 3, 0);
    g_assert_cmpuint(even->in_size, ==, 11);
    g_assert_cmpuint(even->pad_after, ==, 1);
    g_assert_false(find_layer(net, EFFNET_ROLE_CONV2, 1, 0)->averages);
}

/* The EfficientNet paper's table of scaled ResNet-50s: width 2 costs four times as much, and so
 * does resolution 2. */
static void
test_scaled(void)
{
    const EffNetScaling wide = {.width = 2, .depth = 1, .resolution = 224},
                        high = {.width = 1, .depth = 1, .resolution = 448};
    g_autoptr(EffNetArch) a = effnet_arch_new_scaled("resnet50", &wide, NULL),
                          b = effnet_arch_new_scaled("resnet50", &high, NULL);
    EffNetArchCost cost;

    effnet_arch_get_cost(a, 0, 0, &cost);
    g_assert_cmpfloat_with_epsilon(cost.macs / 1e9, 16.1, 0.05);
    effnet_arch_get_cost(b, 0, 0, &cost);
    g_assert_cmpfloat_with_epsilon(cost.macs / 1e9, 16.35, 0.05);
    g_assert_cmpuint(cost.params, ==, 25557032);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/resnet/rows", test_rows);
    g_test_add_func("/resnet/blocks", test_blocks);
    g_test_add_func("/resnet/d", test_d);
    g_test_add_func("/resnet/scaled", test_scaled);
    return g_test_run();
}
