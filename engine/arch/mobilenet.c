/* SPDX-License-Identifier: BSD-2-Clause */
/* MobileNetV1 (Howard et al. 2017) and MobileNetV2 (Sandler et al. 2018), which the EfficientNet
 * paper scales to show its rule, with the width multipliers that they are published with. */
#include "arch.h"

static const EffNetStage v1_stages[] = {
    /* kind repeats kernel stride expand channels */
    {EFFNET_BLOCK_SEPARABLE, 1, 3, 1, 0, 64},   {EFFNET_BLOCK_SEPARABLE, 2, 3, 2, 0, 128},
    {EFFNET_BLOCK_SEPARABLE, 2, 3, 2, 0, 256},  {EFFNET_BLOCK_SEPARABLE, 6, 3, 2, 0, 512},
    {EFFNET_BLOCK_SEPARABLE, 2, 3, 2, 0, 1024},
};

static const EffNetStage v2_stages[] = {
    /* kind repeats kernel stride expand channels */
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 0, 16},  {EFFNET_BLOCK_MBCONV, 2, 3, 2, 6, 24},
    {EFFNET_BLOCK_MBCONV, 3, 3, 2, 6, 32},  {EFFNET_BLOCK_MBCONV, 4, 3, 2, 6, 64},
    {EFFNET_BLOCK_MBCONV, 3, 3, 1, 6, 96},  {EFFNET_BLOCK_MBCONV, 3, 3, 2, 6, 160},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 6, 320},
};

static const EffNetFamily v1 = {
    .stages = v1_stages,
    .n_stages = G_N_ELEMENTS(v1_stages),
    .stem = 32,
    .act = EFFNET_ACT_RELU6,
    .round_percent = 90,
};

static const EffNetFamily v2 = {
    .stages = v2_stages,
    .n_stages = G_N_ELEMENTS(v2_stages),
    .stem = 32,
    .head = 1280,
    .least_head = TRUE,
    .act = EFFNET_ACT_RELU6,
    .round_percent = 90,
};

/* timm's deeper versions. */
static const EffNetFamily v2_fixed = {
    .stages = v2_stages,
    .n_stages = G_N_ELEMENTS(v2_stages),
    .stem = 32,
    .head = 1280,
    .fixed_ends = TRUE,
    .act = EFFNET_ACT_RELU6,
    .round_percent = 90,
};

static const EffNetTraining inception = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_INCEPTION,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

static const EffNetTraining imagenet = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

const EffNetVariant effnet_mobilenet_variants[] = {
    /* name family width depth resolution training */
    {"mobilenet-v1-025", &v1, 0.25, 1.0, 224, &inception},
    {"mobilenet-v1-050", &v1, 0.5, 1.0, 224, &inception},
    {"mobilenet-v1-075", &v1, 0.75, 1.0, 224, &inception},
    {"mobilenet-v1", &v1, 1.0, 1.0, 224, &inception},
    {"mobilenet-v1-125", &v1, 1.25, 1.0, 224, &inception},
    {"mobilenet-v2-035", &v2, 0.35, 1.0, 224, &imagenet},
    {"mobilenet-v2-050", &v2, 0.5, 1.0, 224, &imagenet},
    {"mobilenet-v2-075", &v2, 0.75, 1.0, 224, &imagenet},
    {"mobilenet-v2", &v2, 1.0, 1.0, 224, &imagenet},
    {"mobilenet-v2-110d", &v2_fixed, 1.1, 1.2, 224, &imagenet},
    {"mobilenet-v2-120d", &v2_fixed, 1.2, 1.4, 224, &imagenet},
    {"mobilenet-v2-140", &v2, 1.4, 1.0, 224, &imagenet},
};

const guint effnet_mobilenet_n_variants = G_N_ELEMENTS(effnet_mobilenet_variants);

const EffNetAlias effnet_mobilenet_aliases[] = {
    {"mobilenetv1_", "mobilenet-v1-"}, {"mobilenetv1_100", "mobilenet-v1"},
    {"mobilenetv2_", "mobilenet-v2-"}, {"mobilenetv2_100", "mobilenet-v2"},
    {"mobilenet_v2", "mobilenet-v2"},  {NULL, NULL},
};
