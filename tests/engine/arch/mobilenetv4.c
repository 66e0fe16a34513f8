/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"mobilenet-v4-small-035", "mobilenetv4_conv_small_035", 224, 1905384, 0.0477},
        {"mobilenet-v4-small-050", "mobilenetv4_conv_small_050.e3000_r224_in1k", 224, 2238952,
         0.0647},
        {"mobilenet-v4-small", "mobilenetv4_conv_small", 224, 3774024, 0.1860},
        {"mobilenet-v4-medium", "mobilenetv4_conv_medium.e500_r256_in1k", 256, 9715512, 1.0802},
        {"mobilenet-v4-large", "mobilenetv4_conv_large", 384, 32590864, 6.3762},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

/* A universal block has either, both or none of its depthwise layers; the stride is the last one's.
 */
static void
test_blocks(void)
{
    g_autoptr(EffNetNetwork) net = network("mobilenet-v4-medium", 256);
    const EffNetLayer *start = find_layer(net, EFFNET_ROLE_START, 2, 0);

    g_assert_cmpuint(start->kernel, ==, 3);
    g_assert_cmpuint(start->stride, ==, 1);
    g_assert_cmpint(start->act, ==, EFFNET_ACT_NONE);
    g_assert_true(start->first && start->has_norm && effnet_layer_is_depthwise(start));
    g_assert_cmpuint(find_layer(net, EFFNET_ROLE_DEPTHWISE, 2, 0)->stride, ==, 2);
    g_assert_nonnull(find_layer(net, EFFNET_ROLE_START, 2, 5));
    g_assert_null(find_layer(net, EFFNET_ROLE_DEPTHWISE, 2, 5));
    g_assert_null(find_layer(net, EFFNET_ROLE_START, 2, 6));
    g_assert_null(find_layer(net, EFFNET_ROLE_DEPTHWISE, 2, 6));
    g_assert_true(find_layer(net, EFFNET_ROLE_PROJECT, 2, 6)->residual);
    g_assert_true(net->layers[net->n_layers - 2].has_norm);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mobilenetv4/rows", test_rows);
    g_test_add_func("/mobilenetv4/blocks", test_blocks);
    return g_test_run();
}
