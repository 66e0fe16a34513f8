/* SPDX-License-Identifier: BSD-2-Clause */
/* EfficientNetV2 (Tan and Le 2021; the AutoML repository's efficientnetv2): B0-B3, scaled like the
 * first version, and S, M, L and XL, each with a table of its own. */
#include "arch.h"

static const EffNetStage base_stages[] = {
    /* kind repeats kernel stride expand channels squeeze-excite */
    {EFFNET_BLOCK_CONV, 1, 3, 1, 1, 16},       {EFFNET_BLOCK_FUSED, 2, 3, 2, 4, 32},
    {EFFNET_BLOCK_FUSED, 2, 3, 2, 4, 48},      {EFFNET_BLOCK_MBCONV, 3, 3, 2, 4, 96, 4},
    {EFFNET_BLOCK_MBCONV, 5, 3, 1, 6, 112, 4}, {EFFNET_BLOCK_MBCONV, 8, 3, 2, 6, 192, 4},
};

static const EffNetStage s_stages[] = {
    /* kind repeats kernel stride expand channels squeeze-excite */
    {EFFNET_BLOCK_CONV, 2, 3, 1, 1, 24},       {EFFNET_BLOCK_FUSED, 4, 3, 2, 4, 48},
    {EFFNET_BLOCK_FUSED, 4, 3, 2, 4, 64},      {EFFNET_BLOCK_MBCONV, 6, 3, 2, 4, 128, 4},
    {EFFNET_BLOCK_MBCONV, 9, 3, 1, 6, 160, 4}, {EFFNET_BLOCK_MBCONV, 15, 3, 2, 6, 256, 4},
};

static const EffNetStage m_stages[] = {
    /* kind repeats kernel stride expand channels squeeze-excite */
    {EFFNET_BLOCK_CONV, 3, 3, 1, 1, 24},        {EFFNET_BLOCK_FUSED, 5, 3, 2, 4, 48},
    {EFFNET_BLOCK_FUSED, 5, 3, 2, 4, 80},       {EFFNET_BLOCK_MBCONV, 7, 3, 2, 4, 160, 4},
    {EFFNET_BLOCK_MBCONV, 14, 3, 1, 6, 176, 4}, {EFFNET_BLOCK_MBCONV, 18, 3, 2, 6, 304, 4},
    {EFFNET_BLOCK_MBCONV, 5, 3, 1, 6, 512, 4},
};

static const EffNetStage l_stages[] = {
    /* kind repeats kernel stride expand channels squeeze-excite */
    {EFFNET_BLOCK_CONV, 4, 3, 1, 1, 32},        {EFFNET_BLOCK_FUSED, 7, 3, 2, 4, 64},
    {EFFNET_BLOCK_FUSED, 7, 3, 2, 4, 96},       {EFFNET_BLOCK_MBCONV, 10, 3, 2, 4, 192, 4},
    {EFFNET_BLOCK_MBCONV, 19, 3, 1, 6, 224, 4}, {EFFNET_BLOCK_MBCONV, 25, 3, 2, 6, 384, 4},
    {EFFNET_BLOCK_MBCONV, 7, 3, 1, 6, 640, 4},
};

static const EffNetStage xl_stages[] = {
    /* kind repeats kernel stride expand channels squeeze-excite */
    {EFFNET_BLOCK_CONV, 4, 3, 1, 1, 32},        {EFFNET_BLOCK_FUSED, 8, 3, 2, 4, 64},
    {EFFNET_BLOCK_FUSED, 8, 3, 2, 4, 96},       {EFFNET_BLOCK_MBCONV, 16, 3, 2, 4, 192, 4},
    {EFFNET_BLOCK_MBCONV, 24, 3, 1, 6, 256, 4}, {EFFNET_BLOCK_MBCONV, 32, 3, 2, 6, 512, 4},
    {EFFNET_BLOCK_MBCONV, 8, 3, 1, 6, 640, 4},
};

/* timm's own versions, from before the paper's code was published. */
#define RW_STAGES(a, b, c, d, e, f)                                                                \
    {EFFNET_BLOCK_FUSED, a, 3, 1, 1, 24}, {EFFNET_BLOCK_FUSED, b, 3, 2, 4, 48},                    \
        {EFFNET_BLOCK_FUSED, c, 3, 2, 4, 64}, {EFFNET_BLOCK_MBCONV, d, 3, 2, 4, 128, 4},           \
        {EFFNET_BLOCK_MBCONV, e, 3, 1, 6, 160, 4},                                                 \
    {                                                                                              \
        EFFNET_BLOCK_MBCONV, f, 3, 2, 6, 272, 4                                                    \
    }

static const EffNetStage rw_s_stages[] = {RW_STAGES(2, 4, 4, 6, 9, 15)},
                         rw_m_stages[] = {RW_STAGES(3, 5, 5, 8, 15, 24)};

#define FAMILY(table, stem_channels, percent, head_channels)                                       \
    {                                                                                              \
        .stages = (table), .n_stages = G_N_ELEMENTS(table), .stem = (stem_channels),               \
        .head = (head_channels), .ported = TRUE, .act = EFFNET_ACT_SILU,                           \
        .round_percent = (percent)                                                                 \
    }

static const EffNetFamily base = FAMILY(base_stages, 32, 0, 1280),
                          s = FAMILY(s_stages, 24, 90, 1280), m = FAMILY(m_stages, 24, 90, 1280),
                          l = FAMILY(l_stages, 32, 90, 1280), xl = FAMILY(xl_stages, 32, 90, 1280),
                          rw_s = FAMILY(rw_s_stages, 24, 90, 1792),
                          rw_m = FAMILY(rw_m_stages, 24, 90, 1792);

static const EffNetTraining rw_training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 1,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

#define TRAINING(crop)                                                                             \
    &(const EffNetTraining)                                                                        \
    {                                                                                              \
        .padding = EFFNET_PADDING_SAME, .epsilon = 1e-3, EFFNET_INPUT_IMAGENET,                    \
        .crop_fraction = (crop), .interpolation = EFFNET_INTERPOLATION_BICUBIC                     \
    }

static const EffNetTraining inception = {
    .padding = EFFNET_PADDING_SAME,
    .epsilon = 1e-3,
    EFFNET_INPUT_INCEPTION,
    .crop_fraction = 1,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

/* The resolutions are those of training; the accuracies in the V2 paper are at higher ones. */
const EffNetVariant effnet_efficientnetv2_variants[] = {
    /* name family width depth resolution training */
    {"v2-b0", &base, 1.0, 1.0, 192, TRAINING(0.875f)},
    {"v2-b1", &base, 1.0, 1.1, 192, TRAINING(0.882f)},
    {"v2-b2", &base, 1.1, 1.2, 208, TRAINING(0.890f)},
    {"v2-b3", &base, 1.2, 1.4, 240, TRAINING(0.904f)},
    {"v2-s", &s, 1.0, 1.0, 300, &inception},
    {"v2-m", &m, 1.0, 1.0, 384, &inception},
    {"v2-l", &l, 1.0, 1.0, 384, &inception},
    {"v2-xl", &xl, 1.0, 1.0, 384, &inception},
    {"v2-rw-t", &s, 0.8, 0.9, 224, &rw_training},
    {"v2-rw-s", &rw_s, 1.0, 1.0, 288, &rw_training},
    {"v2-rw-m", &rw_m, 1.2, 1.0, 320, &rw_training},
};

const guint effnet_efficientnetv2_n_variants = G_N_ELEMENTS(effnet_efficientnetv2_variants);

const EffNetAlias effnet_efficientnetv2_aliases[] = {
    {"efficientnetv2_rw_", "v2-rw-"},
    {"efficientnetv2_", "v2-"},
    {"efficientnet_v2_", "v2-"},
    {NULL, NULL},
};
