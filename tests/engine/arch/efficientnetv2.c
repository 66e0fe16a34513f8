/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"v2-b0", "tf_efficientnetv2_b0.in1k", 192, 7139704, 0.528},
        {"v2-b1", "tf_efficientnetv2_b1", 192, 8141052, 0},
        {"v2-b2", "tf_efficientnetv2_b2", 208, 10096086, 0},
        {"v2-b3", "tf_efficientnetv2_b3.in21k_ft_in1k", 240, 14358406, 0},
        {"v2-s", "efficientnet_v2_s", 300, 21458488, 5.308},
        {"v2-m", "efficientnet_v2_m-dc08266a", 384, 54139356, 0},
        {"v2-l", "efficientnet_v2_l", 384, 118515272, 0},
        {"v2-xl", "tf_efficientnetv2_xl_in21k", 384, 208119808, 0},
        {"v2-rw-t", "efficientnetv2_rw_t.ra2_in1k", 224, 13649388, 0},
        {"v2-rw-s", "efficientnetv2_rw_s", 288, 23941296, 0},
        {"v2-rw-m", "efficientnetv2_rw_m.agc_in1k", 320, 53236442, 0},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

/* Single convolutions, then fused blocks, then the first version's blocks. */
static void
test_blocks(void)
{
    g_autoptr(EffNetNetwork) net = network("v2-s", 300);
    const EffNetLayer *l = net->layers;
    g_autofree char *name = effnet_layer_name(&l[1]);

    g_assert_cmpstr(name, ==, "blocks.0.0.conv1");
    g_assert_true(l[1].residual);
    g_assert_true(l[1].act_first);
    g_assert_cmpint(l[1].act, ==, EFFNET_ACT_SILU);
    g_assert_cmpint(l[3].kind, ==, EFFNET_BLOCK_FUSED);
    g_assert_cmpuint(l[3].kernel, ==, 3);
    g_assert_cmpuint(l[3].stride, ==, 2);
    g_assert_cmpuint(l[4].kernel, ==, 1);
    g_assert_false(l[4].residual);
    g_assert_true(l[6].residual);
    g_assert_false(l[6].act_first);
    g_assert_false(l[6].has_se);
    g_assert_true(l[net->n_layers - 3].has_se);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/efficientnetv2/rows", test_rows);
    g_test_add_func("/efficientnetv2/blocks", test_blocks);
    return g_test_run();
}
