/* SPDX-License-Identifier: BSD-2-Clause */
#include "recognise/names.h"
#include "../support.h"

/* A checkpoint that has but one tensor, NAME. */
static EffNetCheckpoint *
only(const char *name)
{
    g_autofree char *header =
        g_strdup_printf("{\"%s\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", name);
    g_autoptr(GByteArray) bytes = support_safetensors(header, "0123", 4);

    return effnet_checkpoint_open(support_hold(bytes->data, bytes->len), NULL);
}

static void
check(const char *stem, const char *naming, const EffNetLayer *layer, EffNetPart part,
      const char *expected)
{
    g_autoptr(EffNetCheckpoint) checkpoint = only(stem);
    const EffNetNaming *found = effnet_naming_find(checkpoint, NULL);
    g_autofree char *name = NULL;

    g_assert_cmpstr(effnet_naming_get_name(found), ==, naming);
    name = effnet_naming_tensor(found, layer, part);
    g_assert_cmpstr(name, ==, expected);
}

static void
test_names(void)
{
    EffNetLayer block = {.stage = 2, .block = 1, .sequence = 4, .has_expand = TRUE, .has_se = TRUE};
    EffNetLayer plain = {.has_se = TRUE};
    static const EffNetLayer head = {.role = EFFNET_ROLE_HEAD, .stage = 7, .sequence = 16};
    static const EffNetLayer classifier = {.role = EFFNET_ROLE_CLASSIFIER};
    static const struct {
        EffNetRole role;
        EffNetPart part;
        const char *timm, *torchvision, *lukemelas; /* of the block, then of the plain one */
        const char *plain_timm, *plain_torchvision, *plain_lukemelas;
    } cases[] = {
        {EFFNET_ROLE_EXPAND, EFFNET_PART_WEIGHT, "blocks.2.1.conv_pw.weight",
         "features.3.1.block.0.0.weight", "_blocks.4._expand_conv.weight"},
        {EFFNET_ROLE_EXPAND, EFFNET_PART_NORM_MEAN, "blocks.2.1.bn1.running_mean",
         "features.3.1.block.0.1.running_mean", "_blocks.4._bn0.running_mean"},
        {EFFNET_ROLE_DEPTHWISE, EFFNET_PART_WEIGHT, "blocks.2.1.conv_dw.weight",
         "features.3.1.block.1.0.weight", "_blocks.4._depthwise_conv.weight",
         "blocks.0.0.conv_dw.weight", "features.1.0.block.0.0.weight",
         "_blocks.0._depthwise_conv.weight"},
        {EFFNET_ROLE_DEPTHWISE, EFFNET_PART_NORM_VARIANCE, "blocks.2.1.bn2.running_var",
         "features.3.1.block.1.1.running_var", "_blocks.4._bn1.running_var",
         "blocks.0.0.bn1.running_var", "features.1.0.block.0.1.running_var",
         "_blocks.0._bn1.running_var"},
        {EFFNET_ROLE_SE_REDUCE, EFFNET_PART_BIAS, "blocks.2.1.se.conv_reduce.bias",
         "features.3.1.block.2.fc1.bias", "_blocks.4._se_reduce.bias",
         "blocks.0.0.se.conv_reduce.bias", "features.1.0.block.1.fc1.bias",
         "_blocks.0._se_reduce.bias"},
        {EFFNET_ROLE_SE_EXPAND, EFFNET_PART_WEIGHT, "blocks.2.1.se.conv_expand.weight",
         "features.3.1.block.2.fc2.weight", "_blocks.4._se_expand.weight",
         "blocks.0.0.se.conv_expand.weight", "features.1.0.block.1.fc2.weight",
         "_blocks.0._se_expand.weight"},
        {EFFNET_ROLE_PROJECT, EFFNET_PART_WEIGHT, "blocks.2.1.conv_pwl.weight",
         "features.3.1.block.3.0.weight", "_blocks.4._project_conv.weight",
         "blocks.0.0.conv_pw.weight", "features.1.0.block.2.0.weight",
         "_blocks.0._project_conv.weight"},
        {EFFNET_ROLE_PROJECT, EFFNET_PART_NORM_GAMMA, "blocks.2.1.bn3.weight",
         "features.3.1.block.3.1.weight", "_blocks.4._bn2.weight", "blocks.0.0.bn2.weight",
         "features.1.0.block.2.1.weight", "_blocks.0._bn2.weight"},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        block.role = plain.role = cases[i].role;
        check("conv_stem.weight", "timm", &block, cases[i].part, cases[i].timm);
        check("features.0.0.weight", "torchvision", &block, cases[i].part, cases[i].torchvision);
        check("_conv_stem.weight", "lukemelas", &block, cases[i].part, cases[i].lukemelas);
        if (!cases[i].plain_timm)
            continue;
        check("conv_stem.weight", "timm", &plain, cases[i].part, cases[i].plain_timm);
        check("features.0.0.weight", "torchvision", &plain, cases[i].part,
              cases[i].plain_torchvision);
        check("_conv_stem.weight", "lukemelas", &plain, cases[i].part, cases[i].plain_lukemelas);
    }
    check("conv_stem.weight", "timm", &head, EFFNET_PART_NORM_BETA, "bn2.bias");
    check("features.0.0.weight", "torchvision", &head, EFFNET_PART_WEIGHT, "features.8.0.weight");
    check("_conv_stem.weight", "lukemelas", &classifier, EFFNET_PART_BIAS, "_fc.bias");
    check("conv_stem.weight", "timm", &classifier, EFFNET_PART_NORM_MEAN, NULL);
}

static void
test_fused(void)
{
    EffNetLayer fused = {.kind = EFFNET_BLOCK_FUSED, .stage = 1, .block = 3, .sequence = 5};
    EffNetLayer single = {.kind = EFFNET_BLOCK_CONV, .role = EFFNET_ROLE_CONV1, .block = 1};
    static const EffNetLayer head = {.role = EFFNET_ROLE_HEAD, .stage = 6};

    fused.role = EFFNET_ROLE_EXPAND;
    check("conv_stem.weight", "timm", &fused, EFFNET_PART_WEIGHT, "blocks.1.3.conv_exp.weight");
    check("features.0.0.weight", "torchvision", &fused, EFFNET_PART_NORM_BETA,
          "features.2.3.block.0.1.bias");
    fused.role = EFFNET_ROLE_PROJECT;
    check("conv_stem.weight", "timm", &fused, EFFNET_PART_NORM_GAMMA, "blocks.1.3.bn2.weight");
    check("features.0.0.weight", "torchvision", &fused, EFFNET_PART_WEIGHT,
          "features.2.3.block.1.0.weight");
    check("conv_stem.weight", "timm", &single, EFFNET_PART_WEIGHT, "blocks.0.1.conv.weight");
    check("features.0.0.weight", "torchvision", &single, EFFNET_PART_WEIGHT,
          "features.1.1.block.0.0.weight");
    check("features.0.0.weight", "torchvision", &head, EFFNET_PART_WEIGHT, "features.7.0.weight");
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
        check("conv1.weight", "torchvision", &block, cases[i].part, cases[i].name);
    }
    check("conv1.weight", "torchvision", &classifier, EFFNET_PART_BIAS, "fc.bias");
}

static void
test_unknown(void)
{
    g_autoptr(EffNetCheckpoint) checkpoint = only("conv9.weight");
    GError *error = NULL;

    g_assert_null(effnet_naming_find(checkpoint, &error));
    support_check_error(
        &error, EFFNET_ERROR_MODEL,
        "is no network of the family: its 1 tensors, the first of them conv9.weight, "
        "include none of conv_stem.weight (timm)");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/names/names", test_names);
    g_test_add_func("/model/names/fused", test_fused);
    g_test_add_func("/model/names/resnet", test_resnet);
    g_test_add_func("/model/names/unknown", test_unknown);
    return g_test_run();
}
