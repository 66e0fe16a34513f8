/* SPDX-License-Identifier: BSD-2-Clause */
/* MnasNet (Tan et al. 2018): B1, A1 with squeeze-excite, and small; and the Single-Path NAS network
 * (Stamoulis et al. 2019), of the same blocks. */
#include "arch.h"

static const EffNetStage b1_stages[] = {
    /* kind repeats kernel stride expand channels squeeze-excite */
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 0, 16, .no_residual = TRUE},
    {EFFNET_BLOCK_MBCONV, 3, 3, 2, 3, 24},
    {EFFNET_BLOCK_MBCONV, 3, 5, 2, 3, 40},
    {EFFNET_BLOCK_MBCONV, 3, 5, 2, 6, 80},
    {EFFNET_BLOCK_MBCONV, 2, 3, 1, 6, 96},
    {EFFNET_BLOCK_MBCONV, 4, 5, 2, 6, 192},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 6, 320, .no_residual = TRUE},
};

static const EffNetStage a1_stages[] = {
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 0, 16, .no_residual = TRUE},
    {EFFNET_BLOCK_MBCONV, 2, 3, 2, 6, 24},
    {EFFNET_BLOCK_MBCONV, 3, 5, 2, 3, 40, 4},
    {EFFNET_BLOCK_MBCONV, 4, 3, 2, 6, 80},
    {EFFNET_BLOCK_MBCONV, 2, 3, 1, 6, 112, 4},
    {EFFNET_BLOCK_MBCONV, 3, 5, 2, 6, 160, 4},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 6, 320},
};

static const EffNetStage small_stages[] = {
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 0, 8},     {EFFNET_BLOCK_MBCONV, 1, 3, 2, 3, 16},
    {EFFNET_BLOCK_MBCONV, 2, 3, 2, 6, 16},    {EFFNET_BLOCK_MBCONV, 4, 5, 2, 6, 32, 4},
    {EFFNET_BLOCK_MBCONV, 3, 3, 1, 6, 32, 4}, {EFFNET_BLOCK_MBCONV, 3, 5, 2, 6, 88, 4},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 6, 144},
};

static const EffNetStage spnasnet_stages[] = {
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 0, 16, .no_residual = TRUE},
    {EFFNET_BLOCK_MBCONV, 3, 3, 2, 3, 24},
    {EFFNET_BLOCK_MBCONV, 1, 5, 2, 6, 40},
    {EFFNET_BLOCK_MBCONV, 3, 3, 1, 3, 40, .same_stage = TRUE},
    {EFFNET_BLOCK_MBCONV, 1, 5, 2, 6, 80},
    {EFFNET_BLOCK_MBCONV, 3, 3, 1, 3, 80, .same_stage = TRUE},
    {EFFNET_BLOCK_MBCONV, 1, 5, 1, 6, 96},
    {EFFNET_BLOCK_MBCONV, 3, 5, 1, 3, 96, .same_stage = TRUE},
    {EFFNET_BLOCK_MBCONV, 4, 5, 2, 6, 192},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 6, 320, .no_residual = TRUE},
};

#define FAMILY(table, channels)                                                                    \
    {                                                                                              \
        .stages = (table), .n_stages = G_N_ELEMENTS(table), .stem = (channels), .head = 1280,      \
        .fixed_head = TRUE, .act = EFFNET_ACT_RELU, .round_percent = 90                            \
    }

static const EffNetFamily b1 = FAMILY(b1_stages, 32), a1 = FAMILY(a1_stages, 32),
                          small = FAMILY(small_stages, 8), spnasnet = FAMILY(spnasnet_stages, 32);

static const EffNetTraining bicubic = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

static const EffNetTraining bilinear = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BILINEAR,
};

const EffNetVariant effnet_mnasnet_variants[] = {
    /* name family width depth resolution training */
    {"mnasnet-small", &small, 1.0, 1.0, 224, &bicubic},
    {"mnasnet-050", &b1, 0.5, 1.0, 224, &bicubic},
    {"mnasnet-075", &b1, 0.75, 1.0, 224, &bicubic},
    {"mnasnet", &b1, 1.0, 1.0, 224, &bicubic},
    {"mnasnet-140", &b1, 1.4, 1.0, 224, &bicubic},
    {"semnasnet-050", &a1, 0.5, 1.0, 224, &bicubic},
    {"semnasnet-075", &a1, 0.75, 1.0, 224, &bicubic},
    {"semnasnet", &a1, 1.0, 1.0, 224, &bicubic},
    {"semnasnet-140", &a1, 1.4, 1.0, 224, &bicubic},
    {"spnasnet", &spnasnet, 1.0, 1.0, 224, &bilinear},
};

const guint effnet_mnasnet_n_variants = G_N_ELEMENTS(effnet_mnasnet_variants);

const EffNetAlias effnet_mnasnet_aliases[] = {
    {"mnasnet_", "mnasnet-"},
    {"mnasnet_100", "mnasnet"},
    {"mnasnet_b1", "mnasnet"}, /* timm's first names of its files */
    {"mnasnet_a1", "semnasnet"},
    {"semnasnet_", "semnasnet-"},
    {"semnasnet_100", "semnasnet"},
    {"spnasnet_100", "spnasnet"},
    {NULL, NULL},
};
