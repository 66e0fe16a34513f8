/* SPDX-License-Identifier: BSD-2-Clause */
#include "../naming.h"

#define TIMM (&effnet_naming_timm)

static void
test_names(void)
{
    EffNetLayer block = {.stage = 2, .block = 1, .sequence = 4, .has_expand = TRUE, .has_se = TRUE};
    EffNetLayer plain = {.has_se = TRUE};
    static const EffNetLayer head = {.role = EFFNET_ROLE_HEAD, .stage = 7, .sequence = 16};
    static const EffNetLayer classifier = {.role = EFFNET_ROLE_CLASSIFIER};

    block.role = EFFNET_ROLE_EXPAND;
    check_tensor(TIMM, &block, EFFNET_PART_WEIGHT, "blocks.2.1.conv_pw.weight");
    check_tensor(TIMM, &block, EFFNET_PART_NORM_MEAN, "blocks.2.1.bn1.running_mean");
    block.role = plain.role = EFFNET_ROLE_DEPTHWISE;
    check_tensor(TIMM, &block, EFFNET_PART_WEIGHT, "blocks.2.1.conv_dw.weight");
    check_tensor(TIMM, &plain, EFFNET_PART_NORM_VARIANCE, "blocks.0.0.bn1.running_var");
    block.role = plain.role = EFFNET_ROLE_SE_REDUCE;
    check_tensor(TIMM, &block, EFFNET_PART_BIAS, "blocks.2.1.se.conv_reduce.bias");
    block.role = plain.role = EFFNET_ROLE_PROJECT;
    check_tensor(TIMM, &block, EFFNET_PART_NORM_GAMMA, "blocks.2.1.bn3.weight");
    check_tensor(TIMM, &plain, EFFNET_PART_WEIGHT, "blocks.0.0.conv_pw.weight");
    check_tensor(TIMM, &head, EFFNET_PART_NORM_BETA, "bn2.bias");
    check_tensor(TIMM, &classifier, EFFNET_PART_BIAS, "classifier.bias");
    check_tensor(TIMM, &classifier, EFFNET_PART_NORM_MEAN, NULL);
}

static void
test_fused(void)
{
    EffNetLayer fused = {.kind = EFFNET_BLOCK_FUSED, .stage = 1, .block = 3, .sequence = 5};
    static const EffNetLayer single = {
        .kind = EFFNET_BLOCK_CONV, .role = EFFNET_ROLE_CONV1, .block = 1};

    fused.role = EFFNET_ROLE_EXPAND;
    check_tensor(TIMM, &fused, EFFNET_PART_WEIGHT, "blocks.1.3.conv_exp.weight");
    fused.role = EFFNET_ROLE_PROJECT;
    check_tensor(TIMM, &fused, EFFNET_PART_NORM_GAMMA, "blocks.1.3.bn2.weight");
    check_tensor(TIMM, &single, EFFNET_PART_WEIGHT, "blocks.0.1.conv.weight");
}

static void
test_padding(void)
{
    static const struct {
        const char *arch, *name;
        EffNetPadding padding;
        double epsilon;
    } cases[] = {
        {"b0", "tf_efficientnet_b0_aa-827b6e33", EFFNET_PADDING_SAME, 1e-3},
        {"b0", "tf_efficientnet_b0.ns_jft_in1k", EFFNET_PADDING_SAME, 1e-3},
        {"b0", "efficientnet_b0", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"b0", "best-efficientnet_b0-fold2", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"b0", "b0_of_tf_efficientnet_b0", EFFNET_PADDING_SAME, 1e-3},
        {"b0", "my_tf_efficientnet_b0_ns", EFFNET_PADDING_SAME, 1e-3},
        {"b2", "efficientnet_b2a", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"b2-pruned", "efficientnet_b2_pruned.in1k", EFFNET_PADDING_SAME, 1e-3},
        {"b0", "efficientnet_b1", EFFNET_PADDING_AUTO, 0},
        {"b0", "efficientnet_best", EFFNET_PADDING_AUTO, 0},
        {"b0", "efficientnet_b0x", EFFNET_PADDING_AUTO, 0},
        {"b0", "myefficientnet_b0", EFFNET_PADDING_AUTO, 0},
        {"b0", "model", EFFNET_PADDING_AUTO, 0},
        {"b0", NULL, EFFNET_PADDING_AUTO, 0},
        {"es", "tf_efficientnet_es-ca1afbfe", EFFNET_PADDING_SAME, 1e-3},
        {"es", "efficientnet_es_ra-f111e99c", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"v2-b0", "tf_efficientnetv2_b0-c7cc451f", EFFNET_PADDING_SAME, 1e-3},
        {"v2-s", "efficientnetv2_s", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"v2-s", "model", EFFNET_PADDING_AUTO, 0},
        {"v2-rw-t", "model", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"mobilenet-v2-140", "model", EFFNET_PADDING_SYMMETRIC, 1e-5},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        EffNetSettings practice = practice_of(TIMM, cases[i].arch, cases[i].name);

        g_assert_cmpint(practice.padding, ==, cases[i].padding);
        g_assert_cmpfloat(practice.epsilon, ==, cases[i].epsilon);
    }
}

/* As in timm 1.0's configurations. */
static void
test_pictures(void)
{
    static const struct {
        const char *arch, *name;
        float mean;
        guint resolution;
        float crop_fraction;
    } cases[] = {
        {"b1", "tf_efficientnet_b1_ap-44ef0a3d", 0.5f, 0, 0},
        {"b1", "tf_efficientnet_b1_aa-ea7a6ee0", 0, 0, 0},
        {"lite0", "efficientnet_lite0_ra-37913777", 0.485f, 0, 0},
        {"lite3", "tf_efficientnet_lite3-b733e338", 0.5f, 300, 0.904f},
        {"l2", "tf_efficientnet_l2.ns_jft_in1k_475", 0, 475, 0.936f},
        {"v2-b3", "tf_efficientnetv2_b3.in21k_ft_in1k", 0.5f, 0, 0.9f},
        {"v2-b3", "tf_efficientnetv2_b3.in21k", 0.5f, 0, 0},
        {"b3", "efficientnet_b3_ra2-cf984f9c", 0.485f, 288, 0.875f},
        {"b0", "efficientnet_b0.ra4_e3600_r224_in1k", 0.5f, 0, 0.9f},
        {"b1", "efficientnet_b1.ra4_e3600_r240_in1k", 0.5f, 240, 0.9f},
        {"b1", "efficientnet_b1.ft_in1k", 0.485f, 224, 0.875f},
        {"b1-pruned", "efficientnet_b1_pruned.in1k", 0.5f, 240, 0.882f},
        {"b3-pruned", "effnetb3-efficientnet_b3_pruned", 0.5f, 300, 0.904f},
        {"b5", "efficientnet_b5.sw_in12k_ft_in1k", 0.485f, 448, 1},
        {"b5", "efficientnet_b5.sw_in12k", 0.485f, 416, 0.95f},
        {"v2-rw-s", "efficientnetv2_rw_s.ra2_in1k", 0.485f, 0, 0},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        EffNetSettings practice = practice_of(TIMM, cases[i].arch, cases[i].name);

        g_assert_cmpfloat(practice.mean.of[0], ==, cases[i].mean);
        g_assert_cmpuint(practice.resolution, ==, cases[i].resolution);
        g_assert_cmpfloat(practice.crop_fraction, ==, cases[i].crop_fraction);
    }
    g_assert_cmpint(practice_of(TIMM, "lite3", "tf_efficientnet_lite3").interpolation, ==,
                    EFFNET_INTERPOLATION_BILINEAR);
    g_assert_cmpint(practice_of(TIMM, "b5", "efficientnet_b5").resize, ==, EFFNET_RESIZE_STRETCH);
    g_assert_cmpint(practice_of(TIMM, "b5", "efficientnet_b5.sw_in12k").resize, ==,
                    EFFNET_RESIZE_CENTER_CROP);
    g_assert_cmpint(practice_of(TIMM, "v2-l", "tf_efficientnetv2_l").resize, ==,
                    EFFNET_RESIZE_STRETCH);
}

/* MobileNetV4's blocks and head. */
static void
test_universal(void)
{
    EffNetLayer block = {
        .kind = EFFNET_BLOCK_UNIVERSAL, .stage = 2, .block = 1, .has_expand = TRUE};
    static const EffNetLayer head = {.role = EFFNET_ROLE_HEAD, .pooled = TRUE, .stage = 5};
    static const struct {
        EffNetRole role;
        const char *name;
    } cases[] = {
        {EFFNET_ROLE_START, "blocks.2.1.dw_start.conv.weight"},
        {EFFNET_ROLE_EXPAND, "blocks.2.1.pw_exp.conv.weight"},
        {EFFNET_ROLE_DEPTHWISE, "blocks.2.1.dw_mid.conv.weight"},
        {EFFNET_ROLE_PROJECT, "blocks.2.1.pw_proj.conv.weight"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        block.role = cases[i].role;
        check_tensor(&effnet_naming_timm, &block, EFFNET_PART_WEIGHT, cases[i].name);
    }
    check_tensor(&effnet_naming_timm, &head, EFFNET_PART_NORM_GAMMA, "norm_head.weight");
}

static void
test_practice_of_mobilenetv3(void)
{
    EffNetSettings practice =
        practice_of(&effnet_naming_timm, "mobilenet-v3-large", "mobilenetv3_large_100.ra_in1k");

    g_assert_cmpint(practice.padding, ==, EFFNET_PADDING_SYMMETRIC);
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    practice = practice_of(&effnet_naming_timm, "mobilenet-v3-large",
                           "mobilenetv3_large_100.miil_in21k_ft_in1k");
    g_assert_cmpfloat(practice.std.of[0], ==, 1);
    practice =
        practice_of(&effnet_naming_timm, "mobilenet-v3-small", "tf_mobilenetv3_small_100-37f49e2b");
    g_assert_cmpint(practice.padding, ==, EFFNET_PADDING_SAME);
    g_assert_cmpfloat(practice.mean.of[0], ==, 0.5f);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/naming/timm/names", test_names);
    g_test_add_func("/naming/timm/fused", test_fused);
    g_test_add_func("/naming/timm/padding", test_padding);
    g_test_add_func("/naming/timm/pictures", test_pictures);
    g_test_add_func("/naming/timm/universal", test_universal);
    g_test_add_func("/naming/timm/practice-of-mobilenetv3", test_practice_of_mobilenetv3);
    return g_test_run();
}
