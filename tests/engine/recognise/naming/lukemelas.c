/* SPDX-License-Identifier: BSD-2-Clause */
#include "../naming.h"

#define LUKEMELAS (&effnet_naming_lukemelas)

static void
test_names(void)
{
    EffNetLayer block = {.stage = 2, .block = 1, .sequence = 4, .has_expand = TRUE, .has_se = TRUE};
    static const EffNetLayer classifier = {.role = EFFNET_ROLE_CLASSIFIER};

    block.role = EFFNET_ROLE_EXPAND;
    check_tensor(LUKEMELAS, &block, EFFNET_PART_NORM_MEAN, "_blocks.4._bn0.running_mean");
    block.role = EFFNET_ROLE_DEPTHWISE;
    check_tensor(LUKEMELAS, &block, EFFNET_PART_WEIGHT, "_blocks.4._depthwise_conv.weight");
    check_tensor(LUKEMELAS, &block, EFFNET_PART_NORM_VARIANCE, "_blocks.4._bn1.running_var");
    block.role = EFFNET_ROLE_SE_EXPAND;
    check_tensor(LUKEMELAS, &block, EFFNET_PART_BIAS, "_blocks.4._se_expand.bias");
    block.role = EFFNET_ROLE_PROJECT;
    check_tensor(LUKEMELAS, &block, EFFNET_PART_NORM_GAMMA, "_blocks.4._bn2.weight");
    check_tensor(LUKEMELAS, &classifier, EFFNET_PART_BIAS, "_fc.bias");
}

static void
test_practice(void)
{
    EffNetSettings practice = practice_of(LUKEMELAS, "b0", "whatever");

    g_assert_cmpint(practice.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(practice.epsilon, ==, 1e-3);
    g_assert_false(practice.mean.said);
    practice = practice_of(LUKEMELAS, "b0", "adv-efficientnet-b0-b64d5a18");
    g_assert_cmpfloat(practice.mean.of[0], ==, 0.5f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/naming/lukemelas/names", test_names);
    g_test_add_func("/naming/lukemelas/practice", test_practice);
    return g_test_run();
}
