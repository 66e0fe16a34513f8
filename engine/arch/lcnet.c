/* SPDX-License-Identifier: BSD-2-Clause */
/* PP-LCNet (Cui et al. 2021): MobileNetV1's blocks with MobileNetV3's activation and head. */
#include "arch.h"

static const EffNetStage stages[] = {
    /* kind repeats kernel stride expand channels squeeze-excite */
    {EFFNET_BLOCK_SEPARABLE, 1, 3, 1, 0, 32},
    {EFFNET_BLOCK_SEPARABLE, 2, 3, 2, 0, 64},
    {EFFNET_BLOCK_SEPARABLE, 2, 3, 2, 0, 128},
    {EFFNET_BLOCK_SEPARABLE, 1, 3, 2, 0, 256},
    {EFFNET_BLOCK_SEPARABLE, 1, 5, 1, 0, 256, .same_stage = TRUE},
    {EFFNET_BLOCK_SEPARABLE, 4, 5, 1, 0, 256},
    {EFFNET_BLOCK_SEPARABLE, 2, 5, 2, 0, 512, 4},
};

static const EffNetFamily lcnet = {
    .stages = stages,
    .n_stages = G_N_ELEMENTS(stages),
    .stem = 16,
    .head = 1280,
    .fixed_head = TRUE,
    .pooled_head = TRUE,
    .bare_head = TRUE,
    .act = EFFNET_ACT_HARD_SWISH,
    .se_act = EFFNET_ACT_RELU,
    .gate = EFFNET_ACT_HARD_SIGMOID,
    .round_percent = 90,
};

static const EffNetTraining training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

const EffNetVariant effnet_lcnet_variants[] = {
    /* name family width depth resolution training */
    {"lcnet-035", &lcnet, 0.35, 1.0, 224, &training},
    {"lcnet-050", &lcnet, 0.5, 1.0, 224, &training},
    {"lcnet-075", &lcnet, 0.75, 1.0, 224, &training},
    {"lcnet", &lcnet, 1.0, 1.0, 224, &training},
    {"lcnet-150", &lcnet, 1.5, 1.0, 224, &training},
};

const guint effnet_lcnet_n_variants = G_N_ELEMENTS(effnet_lcnet_variants);

const EffNetAlias effnet_lcnet_aliases[] = {
    {"lcnet_", "lcnet-"},
    {"lcnet_100", "lcnet"},
    {NULL, NULL},
};
