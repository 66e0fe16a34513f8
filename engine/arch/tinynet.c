/* SPDX-License-Identifier: BSD-2-Clause */
/* TinyNet A to E (Han et al. 2020, "Model Rubik's Cube"): EfficientNet-B0 scaled down. Its stem and
 * its head do not get narrower, and repeats round to the nearest. */
#include "arch.h"

static const EffNetStage stages[] = {
    /* kind repeats kernel stride expand channels squeeze-excite */
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 0, 16, 4},  {EFFNET_BLOCK_MBCONV, 2, 3, 2, 6, 24, 4},
    {EFFNET_BLOCK_MBCONV, 2, 5, 2, 6, 40, 4},  {EFFNET_BLOCK_MBCONV, 3, 3, 2, 6, 80, 4},
    {EFFNET_BLOCK_MBCONV, 3, 5, 1, 6, 112, 4}, {EFFNET_BLOCK_MBCONV, 4, 5, 2, 6, 192, 4},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 6, 320, 4},
};

static const EffNetFamily tinynet = {
    .stages = stages,
    .n_stages = G_N_ELEMENTS(stages),
    .stem = 32,
    .head = 1280,
    .least_stem = TRUE,
    .least_head = TRUE,
    .nearest_repeats = TRUE,
    .act = EFFNET_ACT_SILU,
    .round_percent = 90,
};

static const EffNetTraining training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

const EffNetVariant effnet_tinynet_variants[] = {
    /* name family width depth resolution training */
    {"tinynet-e", &tinynet, 0.51, 0.6, 106, &training},
    {"tinynet-d", &tinynet, 0.54, 0.695, 152, &training},
    {"tinynet-c", &tinynet, 0.54, 0.85, 184, &training},
    {"tinynet-b", &tinynet, 0.75, 1.1, 188, &training},
    {"tinynet-a", &tinynet, 1.0, 1.2, 192, &training},
};

const guint effnet_tinynet_n_variants = G_N_ELEMENTS(effnet_tinynet_variants);

const EffNetAlias effnet_tinynet_aliases[] = {
    {"tinynet_", "tinynet-"},
    {NULL, NULL},
};
