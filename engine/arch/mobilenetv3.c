/* SPDX-License-Identifier: BSD-2-Clause */
/* MobileNetV3 (Howard et al. 2019), large and small, and its descendants: hard-swish, hard gates,
 * and a head that reads the pooled vector. */
#include "arch.h"

/* The "minimal" networks differ in K, a kernel, SE, squeeze-excite, and the activation. */
#define LARGE(k, se, relu)                                                                         \
    /* kind repeats kernel stride expand channels squeeze-excite activation */                     \
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 0, 16, 0, relu},                                                \
        {EFFNET_BLOCK_MBCONV, 1, 3, 2, 4, 24, 0, relu},                                            \
        {EFFNET_BLOCK_MBCONV, 1, 3, 1, 3, 24, 0, relu, .same_stage = TRUE},                        \
        {EFFNET_BLOCK_MBCONV, 3, k, 2, 3, 40, se, relu}, {EFFNET_BLOCK_MBCONV, 1, 3, 2, 6, 80},    \
        {EFFNET_BLOCK_MBCONV, 1, 3, 1, 2.5f, 80, .same_stage = TRUE},                              \
        {EFFNET_BLOCK_MBCONV, 2, 3, 1, 2.3f, 80, .same_stage = TRUE},                              \
        {EFFNET_BLOCK_MBCONV, 2, 3, 1, 6, 112, se}, {EFFNET_BLOCK_MBCONV, 3, k, 2, 6, 160, se},    \
    {                                                                                              \
        EFFNET_BLOCK_CONV, 1, 1, 1, 0, 960, .no_residual = TRUE                                    \
    }
#define SMALL(k, se, relu)                                                                         \
    {EFFNET_BLOCK_MBCONV, 1, 3, 2, 0, 16, se, relu},                                               \
        {EFFNET_BLOCK_MBCONV, 1, 3, 2, 4.5f, 24, 0, relu},                                         \
        {EFFNET_BLOCK_MBCONV, 1, 3, 1, 3.67f, 24, 0, relu, .same_stage = TRUE},                    \
        {EFFNET_BLOCK_MBCONV, 1, k, 2, 4, 40, se},                                                 \
        {EFFNET_BLOCK_MBCONV, 2, k, 1, 6, 40, se, .same_stage = TRUE},                             \
        {EFFNET_BLOCK_MBCONV, 2, k, 1, 3, 48, se}, {EFFNET_BLOCK_MBCONV, 3, k, 2, 6, 96, se},      \
    {                                                                                              \
        EFFNET_BLOCK_CONV, 1, 1, 1, 0, 576, .no_residual = TRUE                                    \
    }

static const EffNetStage large_stages[] = {LARGE(5, 4, EFFNET_ACT_RELU)},
                         small_stages[] = {SMALL(5, 4, EFFNET_ACT_RELU)},
                         minimal_large_stages[] = {LARGE(3, 0, EFFNET_ACT_RELU)},
                         minimal_small_stages[] = {SMALL(3, 0, EFFNET_ACT_RELU)};

#define FAMILY(table, activation, features)                                                        \
    {                                                                                              \
        .stages = (table), .n_stages = G_N_ELEMENTS(table), .stem = 16, .head = (features),        \
        .least_stem = TRUE, .fixed_head = TRUE, .pooled_head = TRUE, .bare_head = TRUE,            \
        .act = (activation), .se_act = EFFNET_ACT_RELU, .gate = EFFNET_ACT_HARD_SIGMOID,           \
        .se_from_expanded = TRUE, .se_round_percent = 90, .round_percent = 90, .ported = TRUE      \
    }

static const EffNetFamily large = FAMILY(large_stages, EFFNET_ACT_HARD_SWISH, 1280),
                          small = FAMILY(small_stages, EFFNET_ACT_HARD_SWISH, 1024),
                          minimal_large = FAMILY(minimal_large_stages, EFFNET_ACT_RELU, 1280),
                          minimal_small = FAMILY(minimal_small_stages, EFFNET_ACT_RELU, 1024);

static const EffNetTraining training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.875f,
    .interpolation = EFFNET_INTERPOLATION_BILINEAR,
};

const EffNetVariant effnet_mobilenetv3_variants[] = {
    /* name family width depth resolution training */
    {"mobilenet-v3-small-050", &small, 0.5, 1.0, 224, &training},
    {"mobilenet-v3-small-075", &small, 0.75, 1.0, 224, &training},
    {"mobilenet-v3-small", &small, 1.0, 1.0, 224, &training},
    {"mobilenet-v3-small-minimal", &minimal_small, 1.0, 1.0, 224, &training},
    {"mobilenet-v3-large-075", &large, 0.75, 1.0, 224, &training},
    {"mobilenet-v3-large", &large, 1.0, 1.0, 224, &training},
    {"mobilenet-v3-large-minimal", &minimal_large, 1.0, 1.0, 224, &training},
    {"mobilenet-v3-large-150d", &large, 1.5, 1.2, 256, &training},
};

const guint effnet_mobilenetv3_n_variants = G_N_ELEMENTS(effnet_mobilenetv3_variants);

const EffNetAlias effnet_mobilenetv3_aliases[] = {
    {"mobilenetv3_large_minimal_100", "mobilenet-v3-large-minimal"},
    {"mobilenetv3_small_minimal_100", "mobilenet-v3-small-minimal"},
    {"mobilenetv3_large_", "mobilenet-v3-large-"},
    {"mobilenetv3_small_", "mobilenet-v3-small-"},
    {"mobilenetv3_large_100", "mobilenet-v3-large"},
    {"mobilenetv3_small_100", "mobilenet-v3-small"},
    {"mobilenet_v3_", "mobilenet-v3-"},
    {NULL, NULL},
};
