/* SPDX-License-Identifier: BSD-2-Clause */
#include "../naming.h"

#define FASTAI (&effnet_naming_fastai)

static void
test_names(void)
{
    EffNetLayer block = {.kind = EFFNET_BLOCK_BOTTLENECK, .stage = 2, .block = 1, .sequence = 8};
    static const EffNetLayer stem = {.role = EFFNET_ROLE_STEM},
                             classifier = {.role = EFFNET_ROLE_CLASSIFIER};

    check_tensor(FASTAI, &stem, EFFNET_PART_WEIGHT, "0.0.weight");
    check_tensor(FASTAI, &stem, EFFNET_PART_NORM_MEAN, "0.1.running_mean");
    block.role = EFFNET_ROLE_CONV1;
    check_tensor(FASTAI, &block, EFFNET_PART_WEIGHT, "0.6.1.conv1.weight");
    block.role = EFFNET_ROLE_CONV3;
    check_tensor(FASTAI, &block, EFFNET_PART_NORM_VARIANCE, "0.6.1.bn3.running_var");
    block.role = EFFNET_ROLE_SHORTCUT;
    check_tensor(FASTAI, &block, EFFNET_PART_NORM_BETA, "0.6.1.downsample.1.bias");
    check_tensor(FASTAI, &classifier, EFFNET_PART_WEIGHT, "1.8.weight");
}

static void
test_practice(void)
{
    EffNetSettings practice = practice_of(FASTAI, "resnet18", "export");

    g_assert_cmpint(practice.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(practice.mean.of[0], ==, 0.485f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/naming/fastai/names", test_names);
    g_test_add_func("/naming/fastai/practice", test_practice);
    return g_test_run();
}
