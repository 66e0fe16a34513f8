/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"tinynet-a", "tinynet_a.in1k", 192, 6187972, 0.3369},
        {"tinynet-b", "tinynet_b", 188, 3730562, 0.2007},
        {"tinynet-c", "tinynet_c", 184, 2457234, 0.0995},
        {"tinynet-d", "tinynet_d", 152, 2338446, 0.0516},
        {"tinynet-e", "tinynet_e", 106, 2042972, 0.0244},
    };

    check_rows(rows, G_N_ELEMENTS(rows));
}

/* Repeats round to the nearest: of A's depth of 1.2, 4 become 5 and 1 stays. */
static void
test_repeats(void)
{
    g_autoptr(EffNetNetwork) net = network("tinynet-a", 192), narrow = network("tinynet-e", 106);

    g_assert_nonnull(find_layer(net, EFFNET_ROLE_PROJECT, 5, 4));
    g_assert_null(find_layer(net, EFFNET_ROLE_PROJECT, 6, 1));
    g_assert_cmpuint(narrow->layers[0].out_channels, ==, 32);
    g_assert_cmpuint(narrow->n_features, ==, 1280);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tinynet/rows", test_rows);
    g_test_add_func("/tinynet/repeats", test_repeats);
    return g_test_run();
}
