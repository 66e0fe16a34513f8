/* SPDX-License-Identifier: BSD-2-Clause */
/* FBNet-C (Wu et al. 2018), whose blocks all have an expansion, and FBNetV3 (Dai et al. 2020), of
 * MobileNetV3's blocks. */
#include "arch.h"

/* Two parts of a stage that differ in kernel and expansion. */
#define STAGE(kernel, stride, expand, more, more_kernel, more_expand, channels, se)                \
    {EFFNET_BLOCK_MBCONV, 1, kernel, stride, expand, channels, se},                                \
    {                                                                                              \
        EFFNET_BLOCK_MBCONV, more, more_kernel, 1, more_expand, channels, se, .same_stage = TRUE   \
    }
#define MORE(repeats, kernel, expand, channels, se)                                                \
    {                                                                                              \
        EFFNET_BLOCK_MBCONV, repeats, kernel, 1, expand, channels, se, .same_stage = TRUE          \
    }

static const EffNetStage c_stages[] = {
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 1, 16},
    STAGE(3, 2, 6, 2, 3, 1, 24, 0),
    STAGE(5, 2, 6, 1, 5, 3, 32, 0),
    MORE(1, 5, 6, 32, 0),
    MORE(1, 3, 6, 32, 0),
    STAGE(5, 2, 6, 1, 5, 3, 64, 0),
    MORE(2, 5, 6, 64, 0),
    {EFFNET_BLOCK_MBCONV, 3, 5, 1, 6, 112},
    MORE(1, 5, 3, 112, 0),
    {EFFNET_BLOCK_MBCONV, 4, 5, 2, 6, 184},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 6, 352},
};

static const EffNetStage v3_b_stages[] = {
    {EFFNET_BLOCK_MBCONV, 2, 3, 1, 0, 16},
    STAGE(5, 2, 4, 3, 5, 2, 24, 0),
    STAGE(5, 2, 5, 4, 5, 3, 40, 4),
    STAGE(5, 2, 5, 4, 3, 3, 72, 0),
    STAGE(3, 1, 5, 5, 5, 3, 120, 4),
    STAGE(3, 2, 6, 5, 5, 4, 184, 4),
    MORE(1, 5, 6, 224, 4),
    {EFFNET_BLOCK_CONV, 1, 1, 1, 0, 1344, .no_residual = TRUE},
};

static const EffNetStage v3_d_stages[] = {
    {EFFNET_BLOCK_MBCONV, 2, 3, 1, 0, 16},
    STAGE(3, 2, 5, 5, 3, 2, 24, 0),
    STAGE(5, 2, 4, 4, 3, 3, 40, 4),
    STAGE(3, 2, 5, 4, 3, 3, 72, 0),
    STAGE(3, 1, 5, 6, 5, 3, 128, 4),
    STAGE(3, 2, 6, 5, 5, 5, 208, 4),
    MORE(1, 5, 6, 240, 4),
    {EFFNET_BLOCK_CONV, 1, 1, 1, 0, 1440, .no_residual = TRUE},
};

static const EffNetStage v3_g_stages[] = {
    {EFFNET_BLOCK_MBCONV, 3, 3, 1, 0, 24},
    STAGE(5, 2, 4, 4, 5, 2, 40, 0),
    STAGE(5, 2, 4, 4, 5, 3, 56, 4),
    STAGE(5, 2, 5, 4, 3, 3, 104, 0),
    STAGE(3, 1, 5, 8, 5, 3, 160, 4),
    STAGE(3, 2, 6, 6, 5, 5, 264, 4),
    MORE(2, 5, 6, 288, 4),
    {EFFNET_BLOCK_CONV, 1, 1, 1, 0, 1728, .no_residual = TRUE},
};

static const EffNetFamily c = {
    .stages = c_stages,
    .n_stages = G_N_ELEMENTS(c_stages),
    .stem = 16,
    .head = 1984,
    .fixed_head = TRUE,
    .act = EFFNET_ACT_RELU,
    .round_percent = 90,
};

#define FAMILY(table, channels)                                                                    \
    {                                                                                              \
        .stages = (table), .n_stages = G_N_ELEMENTS(table), .stem = (channels), .head = 1984,      \
        .fixed_head = TRUE, .pooled_head = TRUE, .bare_head = TRUE, .unbiased_head = TRUE,         \
        .act = EFFNET_ACT_HARD_SWISH, .gate = EFFNET_ACT_HARD_SIGMOID, .se_round_percent = 95,     \
        .round_percent = 95                                                                        \
    }

static const EffNetFamily v3_b = FAMILY(v3_b_stages, 16), v3_d = FAMILY(v3_d_stages, 24),
                          v3_g = FAMILY(v3_g_stages, 32);

static const EffNetTraining c_training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BILINEAR,
};

static const EffNetTraining v3_training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.95f,
    .interpolation = EFFNET_INTERPOLATION_BILINEAR,
};

const EffNetVariant effnet_fbnet_variants[] = {
    /* name family width depth resolution training */
    {"fbnetc", &c, 1.0, 1.0, 224, &c_training},
    {"fbnetv3-b", &v3_b, 1.0, 1.0, 224, &v3_training},
    {"fbnetv3-d", &v3_d, 1.0, 1.0, 224, &v3_training},
    {"fbnetv3-g", &v3_g, 1.0, 1.0, 240, &v3_training},
};

const guint effnet_fbnet_n_variants = G_N_ELEMENTS(effnet_fbnet_variants);

const EffNetAlias effnet_fbnet_aliases[] = {
    {"fbnetc_100", "fbnetc"},
    {"fbnetv3_", "fbnetv3-"},
    {NULL, NULL},
};
