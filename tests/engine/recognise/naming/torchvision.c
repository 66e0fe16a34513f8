/* SPDX-License-Identifier: BSD-2-Clause */
#include "../naming.h"

#define EFFICIENTNET (&effnet_naming_torchvision)
#define MOBILENET    (&effnet_naming_torchvision_mobilenet)
#define MOBILENETV3  (&effnet_naming_torchvision_mobilenetv3)
#define RESNET       (&effnet_naming_torchvision_resnet)
#define RESNETD      (&effnet_naming_timm_resnetd)

static void
test_efficientnet(void)
{
    EffNetLayer block = {.stage = 2, .block = 1, .sequence = 4, .has_expand = TRUE, .has_se = TRUE};
    EffNetLayer plain = {.has_se = TRUE};
    EffNetLayer fused = {.kind = EFFNET_BLOCK_FUSED, .stage = 1, .block = 3, .sequence = 5};
    static const EffNetLayer single = {
        .kind = EFFNET_BLOCK_CONV, .role = EFFNET_ROLE_CONV1, .block = 1};
    static const EffNetLayer head = {.role = EFFNET_ROLE_HEAD, .stage = 7, .sequence = 16};

    block.role = EFFNET_ROLE_EXPAND;
    check_tensor(EFFICIENTNET, &block, EFFNET_PART_WEIGHT, "features.3.1.block.0.0.weight");
    block.role = plain.role = EFFNET_ROLE_DEPTHWISE;
    check_tensor(EFFICIENTNET, &block, EFFNET_PART_NORM_MEAN,
                 "features.3.1.block.1.1.running_mean");
    check_tensor(EFFICIENTNET, &plain, EFFNET_PART_WEIGHT, "features.1.0.block.0.0.weight");
    block.role = plain.role = EFFNET_ROLE_SE_REDUCE;
    check_tensor(EFFICIENTNET, &block, EFFNET_PART_BIAS, "features.3.1.block.2.fc1.bias");
    check_tensor(EFFICIENTNET, &plain, EFFNET_PART_BIAS, "features.1.0.block.1.fc1.bias");
    block.role = plain.role = EFFNET_ROLE_PROJECT;
    check_tensor(EFFICIENTNET, &block, EFFNET_PART_NORM_GAMMA, "features.3.1.block.3.1.weight");
    check_tensor(EFFICIENTNET, &plain, EFFNET_PART_WEIGHT, "features.1.0.block.2.0.weight");
    fused.role = EFFNET_ROLE_EXPAND;
    check_tensor(EFFICIENTNET, &fused, EFFNET_PART_NORM_BETA, "features.2.3.block.0.1.bias");
    fused.role = EFFNET_ROLE_PROJECT;
    check_tensor(EFFICIENTNET, &fused, EFFNET_PART_WEIGHT, "features.2.3.block.1.0.weight");
    check_tensor(EFFICIENTNET, &single, EFFNET_PART_WEIGHT, "features.1.1.block.0.0.weight");
    check_tensor(EFFICIENTNET, &head, EFFNET_PART_WEIGHT, "features.8.0.weight");
}

static void
test_mobilenet(void)
{
    EffNetLayer block = {.stage = 2, .block = 1, .sequence = 4, .has_expand = TRUE};

    block.role = EFFNET_ROLE_PROJECT;
    check_tensor(MOBILENET, &block, EFFNET_PART_WEIGHT, "features.5.conv.2.weight");
    check_tensor(MOBILENET, &block, EFFNET_PART_NORM_MEAN, "features.5.conv.3.running_mean");
}

static void
test_mobilenetv3(void)
{
    EffNetLayer block = {.stage = 2, .block = 1, .sequence = 4, .has_expand = TRUE, .has_se = TRUE};
    EffNetLayer plain = {.sequence = 0};
    static const EffNetLayer last = {
        .kind = EFFNET_BLOCK_CONV, .role = EFFNET_ROLE_CONV1, .sequence = 15};
    static const EffNetLayer head = {.role = EFFNET_ROLE_HEAD, .pooled = TRUE};

    block.role = EFFNET_ROLE_SE_EXPAND;
    check_tensor(MOBILENETV3, &block, EFFNET_PART_BIAS, "features.5.block.2.fc2.bias");
    block.role = plain.role = EFFNET_ROLE_PROJECT;
    check_tensor(MOBILENETV3, &block, EFFNET_PART_WEIGHT, "features.5.block.3.0.weight");
    check_tensor(MOBILENETV3, &plain, EFFNET_PART_NORM_MEAN, "features.1.block.1.1.running_mean");
    check_tensor(MOBILENETV3, &last, EFFNET_PART_WEIGHT, "features.16.0.weight");
    check_tensor(MOBILENETV3, &head, EFFNET_PART_BIAS, "classifier.0.bias");
    g_assert_cmpfloat(practice_of(MOBILENETV3, "mobilenet-v3-small", NULL).epsilon, ==, 1e-3);
}

static void
test_resnet(void)
{
    EffNetLayer block = {.kind = EFFNET_BLOCK_BOTTLENECK, .stage = 2, .block = 0};
    static const EffNetLayer classifier = {.role = EFFNET_ROLE_CLASSIFIER};
    static const struct {
        EffNetRole role;
        EffNetPart part;
        const char *name;
    } cases[] = {
        {EFFNET_ROLE_CONV1, EFFNET_PART_WEIGHT, "layer3.0.conv1.weight"},
        {EFFNET_ROLE_CONV2, EFFNET_PART_NORM_MEAN, "layer3.0.bn2.running_mean"},
        {EFFNET_ROLE_CONV3, EFFNET_PART_NORM_GAMMA, "layer3.0.bn3.weight"},
        {EFFNET_ROLE_SHORTCUT, EFFNET_PART_WEIGHT, "layer3.0.downsample.0.weight"},
        {EFFNET_ROLE_SHORTCUT, EFFNET_PART_NORM_BETA, "layer3.0.downsample.1.bias"},
        {EFFNET_ROLE_MAX_POOL, EFFNET_PART_WEIGHT, NULL},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        block.role = cases[i].role;
        check_tensor(RESNET, &block, cases[i].part, cases[i].name);
    }
    check_tensor(RESNET, &classifier, EFFNET_PART_BIAS, "fc.bias");
}

/* The layers of ResNet-D that ResNet does not have, and those of its blocks. */
static void
test_resnetd(void)
{
    static const struct {
        EffNetRole role;
        EffNetPart part;
        const char *name;
    } cases[] = {
        {EFFNET_ROLE_STEM, EFFNET_PART_WEIGHT, "conv1.0.weight"},
        {EFFNET_ROLE_STEM, EFFNET_PART_NORM_BETA, "conv1.1.bias"},
        {EFFNET_ROLE_STEM2, EFFNET_PART_WEIGHT, "conv1.3.weight"},
        {EFFNET_ROLE_STEM2, EFFNET_PART_NORM_MEAN, "conv1.4.running_mean"},
        {EFFNET_ROLE_STEM3, EFFNET_PART_WEIGHT, "conv1.6.weight"},
        {EFFNET_ROLE_STEM3, EFFNET_PART_NORM_GAMMA, "bn1.weight"},
        {EFFNET_ROLE_SHORTCUT, EFFNET_PART_WEIGHT, "layer4.0.downsample.1.weight"},
        {EFFNET_ROLE_SHORTCUT, EFFNET_PART_NORM_VARIANCE, "layer4.0.downsample.2.running_var"},
        {EFFNET_ROLE_CONV1, EFFNET_PART_WEIGHT, "layer4.0.conv1.weight"},
        {EFFNET_ROLE_CONV3, EFFNET_PART_NORM_GAMMA, "layer4.0.bn3.weight"},
        {EFFNET_ROLE_CLASSIFIER, EFFNET_PART_BIAS, "fc.bias"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        const EffNetLayer layer = {.role = cases[i].role, .stage = 3};

        check_tensor(RESNETD, &layer, cases[i].part, cases[i].name);
        if (cases[i].role == EFFNET_ROLE_STEM2 || cases[i].role == EFFNET_ROLE_STEM3)
            check_tensor(RESNET, &layer, cases[i].part, NULL);
    }
    g_assert_cmpuint(practice_of(RESNETD, "resnet50d", "resnet50d.a3_in1k").resolution, ==, 160);
}

static void
test_practice(void)
{
    EffNetSettings practice = practice_of(EFFICIENTNET, "b0", "efficientnet_b0");

    g_assert_cmpint(practice.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(practice.epsilon, ==, 1e-5);
    g_assert_cmpfloat(practice_of(EFFICIENTNET, "b5", NULL).epsilon, ==, 1e-3);
    practice = practice_of(EFFICIENTNET, "b1", "efficientnet_b1-c27df63c");
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
    practice = practice_of(EFFICIENTNET, "b1", "efficientnet_b1_rwightman-bac287d4");
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    g_assert_cmpfloat(practice.crop_fraction, ==, 0.9375f);
    practice = practice_of(EFFICIENTNET, "v2-l", NULL);
    g_assert_cmpuint(practice.resolution, ==, 480);
    g_assert_cmpfloat(practice.mean.of[0], ==, 0.5f);
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    practice = practice_of(EFFICIENTNET, "v2-s", NULL);
    g_assert_cmpuint(practice.resolution, ==, 384);
    g_assert_cmpfloat(practice.mean.of[0], ==, 0.485f);
    g_assert_cmpfloat(practice.epsilon, ==, 1e-3);
    g_assert_cmpuint(practice_of(EFFICIENTNET, "b2", NULL).resolution, ==, 288);
    g_assert_cmpfloat(practice_of(MOBILENET, "mobilenet-v2", NULL).epsilon, ==, 1e-5);
}

/* timm's, some of them with another name before theirs. */
static void
test_practice_of_resnet(void)
{
    EffNetSettings practice = practice_of(RESNET, "resnet50", "resnet50-11ad3fa6");

    g_assert_cmpint(practice.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpfloat(practice.crop_fraction, ==, 224.f / 232);
    practice = practice_of(RESNET, "resnet18", "resnet18.a3_in1k");
    g_assert_cmpuint(practice.resolution, ==, 160);
    g_assert_cmpfloat(practice.crop_fraction, ==, 0.95f);
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    g_assert_cmpuint(practice_of(RESNET, "resnet18", "best_resnet18.a3_in1k").resolution, ==, 160);
    practice = practice_of(RESNET, "resnet50", "resnet50_a1h2_176-001a1197");
    g_assert_cmpuint(practice.resolution, ==, 0);
    practice = practice_of(RESNET, "resnet34", "resnet34.ra4_e3600_r224_in1k");
    g_assert_cmpfloat(practice.mean.of[0], ==, 0.5f);
    practice = practice_of(RESNET, "resnet50", "gluon_resnet50_v1b-0ebe02e2");
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/naming/torchvision/efficientnet", test_efficientnet);
    g_test_add_func("/naming/torchvision/mobilenet", test_mobilenet);
    g_test_add_func("/naming/torchvision/mobilenetv3", test_mobilenetv3);
    g_test_add_func("/naming/torchvision/resnet", test_resnet);
    g_test_add_func("/naming/torchvision/resnetd", test_resnetd);
    g_test_add_func("/naming/torchvision/practice", test_practice);
    g_test_add_func("/naming/torchvision/practice-of-resnet", test_practice_of_resnet);
    return g_test_run();
}
