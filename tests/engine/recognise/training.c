/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognise/training.h"
#include "../support.h"

static void
test_padding(void)
{
    static const struct {
        const char *naming, *arch, *name;
        EffNetPadding padding;
        double epsilon;
    } cases[] = {
        {"lukemelas", "b0", "whatever", EFFNET_PADDING_SAME, 1e-3},
        {"torchvision", "b0", "efficientnet_b0", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"torchvision", "b5", NULL, EFFNET_PADDING_SYMMETRIC, 1e-3},
        {"timm", "b0", "tf_efficientnet_b0_aa-827b6e33", EFFNET_PADDING_SAME, 1e-3},
        {"timm", "b0", "tf_efficientnet_b0.ns_jft_in1k", EFFNET_PADDING_SAME, 1e-3},
        {"timm", "b0", "efficientnet_b0", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"timm", "b0", "efficientnet_b1", EFFNET_PADDING_AUTO, 0},
        {"timm", "b0", "efficientnet_best", EFFNET_PADDING_AUTO, 0},
        {"timm", "b0", "efficientnet_b0x", EFFNET_PADDING_AUTO, 0},
        {"timm", "b0", "model", EFFNET_PADDING_AUTO, 0},
        {"timm", "b0", NULL, EFFNET_PADDING_AUTO, 0},
        {"none", "b0", NULL, EFFNET_PADDING_AUTO, 0},
        {"timm", "es", "tf_efficientnet_es-ca1afbfe", EFFNET_PADDING_SAME, 1e-3},
        {"timm", "es", "efficientnet_es_ra-f111e99c", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"timm", "v2-b0", "tf_efficientnetv2_b0-c7cc451f", EFFNET_PADDING_SAME, 1e-3},
        {"timm", "v2-s", "efficientnetv2_s", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"timm", "v2-s", "model", EFFNET_PADDING_AUTO, 0},
        {"timm", "mobilenet-v2-140", "model", EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"torchvision", "v2-s", NULL, EFFNET_PADDING_SYMMETRIC, 1e-3},
        {"torchvision", "mobilenet-v2", NULL, EFFNET_PADDING_SYMMETRIC, 1e-5},
        {"torchvision", "resnet50", "resnet50-0676ba61", EFFNET_PADDING_SYMMETRIC, 1e-5},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        EffNetPractice practice = effnet_practice_of(cases[i].naming, cases[i].arch, cases[i].name);

        g_assert_cmpint(practice.padding, ==, cases[i].padding);
        g_assert_cmpfloat(practice.epsilon, ==, cases[i].epsilon);
    }
}

static void
test_pictures(void)
{
    EffNetPractice practice;

    practice = effnet_practice_of("timm", "b1", "tf_efficientnet_b1_ap-44ef0a3d");
    g_assert_cmpfloat(practice.mean[0], ==, 0.5f);
    g_assert_cmpfloat(practice.std[2], ==, 0.5f);
    practice = effnet_practice_of("timm", "b1", "tf_efficientnet_b1_aa-ea7a6ee0");
    g_assert_null(practice.mean);
    practice = effnet_practice_of("timm", "lite0", "efficientnet_lite0_ra-37913777");
    g_assert_cmpfloat(practice.mean[0], ==, 0.485f);
    practice = effnet_practice_of("timm", "lite3", "tf_efficientnet_lite3-b733e338");
    g_assert_cmpuint(practice.resolution, ==, 300);
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
    practice = effnet_practice_of("timm", "b3", "efficientnet_b3_ra2-cf984f9c");
    g_assert_cmpuint(practice.resolution, ==, 288);
    g_assert_cmpfloat(practice.crop_fraction, ==, 0.875f);
    practice = effnet_practice_of("lukemelas", "b0", "adv-efficientnet-b0-b64d5a18");
    g_assert_cmpfloat(practice.mean[0], ==, 0.5f);
    practice = effnet_practice_of("torchvision", "b1", "efficientnet_b1-c27df63c");
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BILINEAR);
    practice = effnet_practice_of("torchvision", "b1", "efficientnet_b1_rwightman-bac287d4");
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    g_assert_cmpfloat(practice.crop_fraction, ==, 0.9375f);
    practice = effnet_practice_of("torchvision", "v2-l", NULL);
    g_assert_cmpuint(practice.resolution, ==, 480);
    g_assert_cmpfloat(practice.mean[0], ==, 0.5f);
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    practice = effnet_practice_of("torchvision", "v2-s", NULL);
    g_assert_cmpuint(practice.resolution, ==, 384);
    g_assert_cmpfloat(practice.mean[0], ==, 0.485f);
    practice = effnet_practice_of("torchvision", "resnet50", "resnet50-11ad3fa6");
    g_assert_cmpfloat(practice.crop_fraction, ==, 224.f / 232);
    practice = effnet_practice_of("torchvision", "resnet18", "resnet18.a3_in1k");
    g_assert_cmpuint(practice.resolution, ==, 160);
    g_assert_cmpfloat(practice.crop_fraction, ==, 0.95f);
    g_assert_cmpint(practice.interpolation, ==, EFFNET_INTERPOLATION_BICUBIC);
    practice = effnet_practice_of("torchvision", "resnet50", "resnet50_a1h2_176-001a1197");
    g_assert_cmpuint(practice.resolution, ==, 0);
    practice = effnet_practice_of("torchvision", "resnet34", "resnet34.ra4_e3600_r224_in1k");
    g_assert_cmpfloat(practice.mean[0], ==, 0.5f);
    practice = effnet_practice_of("torchvision", "b2", NULL);
    g_assert_cmpuint(practice.resolution, ==, 288);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/training/padding", test_padding);
    g_test_add_func("/model/training/pictures", test_pictures);
    return g_test_run();
}
