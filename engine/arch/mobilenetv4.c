/* SPDX-License-Identifier: BSD-2-Clause */
/* MobileNetV4's convolutional networks (Qin et al. 2024). */
#include "arch.h"

/* A universal inverted bottleneck, and one that continues its stage. */
#define UNIB(repeats, start, kernel, stride, expand, channels)                                     \
    {                                                                                              \
        EFFNET_BLOCK_UNIVERSAL, repeats, kernel, stride, expand, channels, 0, 0, start             \
    }
#define MORE(repeats, start, kernel, expand, channels)                                             \
    {                                                                                              \
        EFFNET_BLOCK_UNIVERSAL, repeats, kernel, 1, expand, channels, 0, 0, start, 0, FALSE, TRUE  \
    }
#define CONV(kernel, stride, channels, same_stage)                                                 \
    {                                                                                              \
        EFFNET_BLOCK_CONV, 1, kernel, stride, 0, channels, 0, 0, 0, 0, TRUE, same_stage            \
    }

static const EffNetStage small_stages[] = {
    CONV(3, 2, 32, FALSE),   CONV(1, 1, 32, TRUE),  CONV(3, 2, 96, FALSE), CONV(1, 1, 64, TRUE),
    UNIB(1, 5, 5, 2, 3, 96), MORE(4, 0, 3, 2, 96),  MORE(1, 3, 0, 4, 96),  UNIB(1, 3, 3, 2, 6, 128),
    MORE(1, 5, 5, 4, 128),   MORE(1, 0, 5, 4, 128), MORE(1, 0, 5, 3, 128), MORE(2, 0, 3, 4, 128),
    CONV(1, 1, 960, FALSE),
};

static const EffNetStage medium_stages[] = {
    {EFFNET_BLOCK_FUSED, 1, 3, 2, 4, 48},
    UNIB(1, 3, 5, 2, 4, 80),
    MORE(1, 3, 3, 2, 80),
    UNIB(1, 3, 5, 2, 6, 160),
    MORE(2, 3, 3, 4, 160),
    MORE(1, 3, 5, 4, 160),
    MORE(1, 3, 3, 4, 160),
    MORE(1, 3, 0, 4, 160),
    MORE(1, 0, 0, 2, 160),
    MORE(1, 3, 0, 4, 160),
    UNIB(1, 5, 5, 2, 6, 256),
    MORE(1, 5, 5, 4, 256),
    MORE(2, 3, 5, 4, 256),
    MORE(1, 0, 0, 4, 256),
    MORE(1, 3, 0, 4, 256),
    MORE(1, 3, 5, 2, 256),
    MORE(1, 5, 5, 4, 256),
    MORE(2, 0, 0, 4, 256),
    MORE(1, 5, 0, 2, 256),
    CONV(1, 1, 960, FALSE),
};

static const EffNetStage large_stages[] = {
    {EFFNET_BLOCK_FUSED, 1, 3, 2, 4, 48},
    UNIB(1, 3, 5, 2, 4, 96),
    MORE(1, 3, 3, 4, 96),
    UNIB(1, 3, 5, 2, 4, 192),
    MORE(3, 3, 3, 4, 192),
    MORE(1, 3, 5, 4, 192),
    MORE(5, 5, 3, 4, 192),
    MORE(1, 3, 0, 4, 192),
    UNIB(4, 5, 5, 2, 4, 512),
    MORE(1, 5, 0, 4, 512),
    MORE(1, 5, 3, 4, 512),
    MORE(2, 5, 0, 4, 512),
    MORE(1, 5, 3, 4, 512),
    MORE(1, 5, 5, 4, 512),
    MORE(3, 5, 0, 4, 512),
    CONV(1, 1, 960, FALSE),
};

#define FAMILY(table, channels)                                                                    \
    {                                                                                              \
        .stages = (table), .n_stages = G_N_ELEMENTS(table), .stem = (channels), .head = 1280,      \
        .least_stem = TRUE, .fixed_head = TRUE, .pooled_head = TRUE, .act = EFFNET_ACT_RELU,       \
        .round_percent = 90                                                                        \
    }

static const EffNetFamily small = FAMILY(small_stages, 32), medium = FAMILY(medium_stages, 32),
                          large = FAMILY(large_stages, 24);

static const EffNetTraining narrow_training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_INCEPTION,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

static const EffNetTraining small_training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

static const EffNetTraining training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.95f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

const EffNetVariant effnet_mobilenetv4_variants[] = {
    /* name family width depth resolution training */
    {"mobilenet-v4-small-035", &small, 0.35, 1.0, 224, &narrow_training},
    {"mobilenet-v4-small-050", &small, 0.5, 1.0, 224, &narrow_training},
    {"mobilenet-v4-small", &small, 1.0, 1.0, 224, &small_training},
    {"mobilenet-v4-medium", &medium, 1.0, 1.0, 256, &training},
    {"mobilenet-v4-large", &large, 1.0, 1.0, 384, &training},
};

const guint effnet_mobilenetv4_n_variants = G_N_ELEMENTS(effnet_mobilenetv4_variants);

const EffNetAlias effnet_mobilenetv4_aliases[] = {
    {"mobilenetv4_conv_small_0", "mobilenet-v4-small-0"},
    {"mobilenetv4_conv_", "mobilenet-v4-"},
    {NULL, NULL},
};
