/* SPDX-License-Identifier: BSD-2-Clause */
#include "rows.h"

static void
test_rows(void)
{
    static const Row rows[] = {
        {"es", "efficientnet_es.ra_in1k", 224, 5438392, 1.789},
        {"em", "tf_efficientnet_em", 240, 6899496, 0},
        {"el", "efficientnet_el", 300, 10589712, 0},
        {"mobilenet-edgetpu", "mobilenet_edgetpu_100", 224, 4091432, 0.9907},
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

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/edgetpu/rows", test_rows);
    g_test_add_func("/edgetpu/first-stage", test_first_stage);
    return g_test_run();
}
