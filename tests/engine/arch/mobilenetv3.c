/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"mobilenet-v3-small-050", "mobilenetv3_small_050", 224, 1593224, 0.0242},
        {"mobilenet-v3-small-075", "mobilenetv3_small_075", 224, 2041872, 0.0434},
        {"mobilenet-v3-small", "mobilenetv3_small_100", 224, 2542856, 0.0565},
        {"mobilenet-v3-large-075", "mobilenetv3_large_075", 224, 3993528, 0.1546},
        {"mobilenet-v3-large", "mobilenetv3_large_100.miil_in21k_ft_in1k", 224, 5483032, 0.2166},
        {"mobilenet-v3-large-minimal", "tf_mobilenetv3_large_minimal_100.in1k", 224, 3924288,
         0.2091},
        {"mobilenet-v3-small-minimal", "tf_mobilenetv3_small_minimal_100", 224, 2044736, 0.0523},
        {"mobilenet-v3-large-150d", "mobilenetv3_large_150d", 256, 14622320, 1.0100},
        {"mobilenet-v3-large", "mobilenet_v3_large-5c1a4163", 224, 5483032, 0.2166},
        {"mobilenet-v3-small", "mobilenet_v3_small", 224, 2542856, 0.0565},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

/* The activations and gates of large's blocks, and its squeeze-excite, of the inner channels. */
static void
test_blocks(void)
{
    g_autoptr(EffNetNetwork) net = network("mobilenet-v3-large", 224);
    const EffNetLayer *first = find_layer(net, EFFNET_ROLE_DEPTHWISE, 0, 0);
    const EffNetLayer *reduce = find_layer(net, EFFNET_ROLE_SE_REDUCE, 2, 1);

    g_assert_cmpint(net->layers[0].act, ==, EFFNET_ACT_HARD_SWISH);
    g_assert_false(first->has_expand);
    g_assert_cmpint(first->act, ==, EFFNET_ACT_RELU);
    g_assert_cmpint(find_layer(net, EFFNET_ROLE_EXPAND, 3, 2)->act, ==, EFFNET_ACT_HARD_SWISH);
    g_assert_cmpuint(find_layer(net, EFFNET_ROLE_EXPAND, 3, 1)->out_channels, ==, 200);
    g_assert_cmpuint(find_layer(net, EFFNET_ROLE_EXPAND, 3, 2)->out_channels, ==, 184);
    g_assert_cmpuint(reduce->in_channels, ==, 120);
    g_assert_cmpuint(reduce->out_channels, ==, 32); /* 120 / 4, rounded */
    g_assert_cmpint(reduce->act, ==, EFFNET_ACT_RELU);
    g_assert_cmpint(reduce[1].act, ==, EFFNET_ACT_HARD_SIGMOID);
}

/* The head reads what is pooled before it, and is pooled itself, of one pixel. */
static void
test_head(void)
{
    g_autoptr(EffNetNetwork) net = network("mobilenet-v3-small-050", 224);
    const EffNetLayer *head = &net->layers[net->n_layers - 2];

    g_assert_cmpint(head->role, ==, EFFNET_ROLE_HEAD);
    g_assert_true(head->pooled && head->pool && head[-1].pool);
    g_assert_false(head->has_norm);
    g_assert_cmpuint(head->in_size, ==, 1);
    g_assert_cmpuint(head[-1].out_size, ==, 7);
    g_assert_cmpuint(net->n_features, ==, 1024);
    g_assert_cmpuint(net->layers[0].out_channels, ==, 16); /* not half as many */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mobilenetv3/rows", test_rows);
    g_test_add_func("/mobilenetv3/blocks", test_blocks);
    g_test_add_func("/mobilenetv3/head", test_head);
    return g_test_run();
}
