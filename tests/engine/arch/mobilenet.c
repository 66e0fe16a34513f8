/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"mobilenet-v1", "mobilenetv1_100.ra4_e3600_r224_in1k", 224, 4231976, 0.569},
        {"mobilenet-v1-125", "mobilenetv1_125", 224, 6270840, 0},
        {"mobilenet-v2", "mobilenetv2_100", 224, 3504872, 0.301},
        {"mobilenet-v2", "mobilenet_v2-b0353104", 224, 3504872, 0.301},
        {"mobilenet-v2-035", "mobilenetv2_035", 224, 1677128, 0},
        {"mobilenet-v2-050", "mobilenetv2_050.lamb_in1k", 224, 1968680, 0},
        {"mobilenet-v2-075", "mobilenetv2_075", 224, 2636424, 0},
        {"mobilenet-v2-110d", "mobilenetv2_110d", 224, 4516520, 0},
        {"mobilenet-v2-120d", "mobilenetv2_120d", 224, 5831144, 0},
        {"mobilenet-v2-140", "mobilenetv2_140", 224, 6108776, 0.582},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

/* V1 has an activation after every convolution, and no residuals. */
static void
test_v1(void)
{
    g_autoptr(EffNetNetwork) net = network("mobilenet-v1", 224);

    g_assert_cmpuint(net->n_layers, ==, 1 + 13 * 2 + 1);
    g_assert_cmpuint(net->n_features, ==, 1024);
    for (guint i = 0; i + 1 < net->n_layers; i++) {
        g_assert_cmpint(net->layers[i].act, ==, EFFNET_ACT_RELU6);
        g_assert_false(net->layers[i].residual);
        g_assert_cmpint(net->layers[i].pool, ==, i + 2 == net->n_layers);
    }
}

/* V2's last convolution gets wider like the others, but never narrower. */
static void
test_head(void)
{
    g_autoptr(EffNetNetwork) half = network("mobilenet-v2-050", 224),
                             wide = network("mobilenet-v2-140", 224),
                             fixed = network("mobilenet-v2-120d", 224);

    g_assert_cmpuint(half->n_features, ==, 1280);
    g_assert_cmpuint(wide->n_features, ==, 1792);
    g_assert_cmpuint(fixed->n_features, ==, 1280);
    g_assert_cmpuint(half->layers[0].out_channels, ==, 16);
    g_assert_cmpuint(fixed->layers[0].out_channels, ==, 32);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/mobilenet/rows", test_rows);
    g_test_add_func("/mobilenet/v1", test_v1);
    g_test_add_func("/mobilenet/head", test_head);
    return g_test_run();
}
