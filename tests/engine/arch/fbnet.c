/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"fbnetc", "fbnetc_100", 224, 5572200, 0.3850},
        {"fbnetv3-b", "fbnetv3_b.ra2_in1k", 224, 8598464, 0.4075},
        {"fbnetv3-d", "fbnetv3_d", 224, 10306272, 0.5020},
        {"fbnetv3-g", "fbnetv3_g", 240, 16623888, 1.2536},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

/* FBNet-C's blocks have an expansion even to as many channels. */
static void
test_blocks(void)
{
    g_autoptr(EffNetNetwork) c = network("fbnetc", 224), v3 = network("fbnetv3-b", 224);
    const EffNetLayer *expand = find_layer(c, EFFNET_ROLE_EXPAND, 0, 0);

    g_assert_cmpuint(expand->in_channels, ==, expand->out_channels);
    g_assert_true(v3->layers[v3->n_layers - 2].unbiased);
    g_assert_cmpint(find_layer(v3, EFFNET_ROLE_SE_REDUCE, 2, 0)->act, ==, EFFNET_ACT_HARD_SWISH);
    g_assert_cmpuint(find_layer(v3, EFFNET_ROLE_SE_REDUCE, 2, 0)->out_channels, ==, 8); /* 24 / 4 */
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/fbnet/rows", test_rows);
    g_test_add_func("/fbnet/blocks", test_blocks);
    return g_test_run();
}
