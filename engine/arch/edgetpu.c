/* SPDX-License-Identifier: BSD-2-Clause */
/* EfficientNet-EdgeTPU S, M and L (the TPU repository's efficientnet/edgetpu): dense convolutions
 * where they cost little on an Edge TPU, ReLU, no squeeze-excite. */
#include "arch.h"

static const EffNetStage stages[] = {
    /* kind repeats kernel stride expand channels */
    {EFFNET_BLOCK_FUSED, 1, 3, 1, 4, 24, .expanded_from = 24, .no_residual = TRUE},
    {EFFNET_BLOCK_FUSED, 2, 3, 2, 8, 32},
    {EFFNET_BLOCK_FUSED, 4, 3, 2, 8, 48},
    {EFFNET_BLOCK_MBCONV, 5, 5, 2, 8, 96},
    {EFFNET_BLOCK_MBCONV, 4, 5, 1, 8, 144},
    {EFFNET_BLOCK_MBCONV, 2, 5, 2, 8, 192},
};

static const EffNetFamily edgetpu = {
    .stages = stages,
    .n_stages = G_N_ELEMENTS(stages),
    .stem = 32,
    .head = 1280,
    .ported = TRUE,
    .act = EFFNET_ACT_RELU,
    .round_percent = 90,
};

/* MobileNet-EdgeTPU (the TensorFlow Model Garden's official/projects/edgetpu). */
static const EffNetStage mobilenet_stages[] = {
    {EFFNET_BLOCK_CONV, 1, 1, 1, 0, 16, .no_residual = TRUE},
    {EFFNET_BLOCK_FUSED, 1, 3, 2, 8, 32},
    {EFFNET_BLOCK_FUSED, 3, 3, 1, 4, 32, .same_stage = TRUE},
    {EFFNET_BLOCK_FUSED, 1, 3, 2, 8, 48},
    {EFFNET_BLOCK_FUSED, 3, 3, 1, 4, 48, .same_stage = TRUE},
    {EFFNET_BLOCK_MBCONV, 1, 3, 2, 8, 96},
    {EFFNET_BLOCK_MBCONV, 3, 3, 1, 4, 96, .same_stage = TRUE},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 8, 96, .no_residual = TRUE},
    {EFFNET_BLOCK_MBCONV, 3, 3, 1, 4, 96, .same_stage = TRUE},
    {EFFNET_BLOCK_MBCONV, 1, 5, 2, 8, 160},
    {EFFNET_BLOCK_MBCONV, 3, 5, 1, 4, 160, .same_stage = TRUE},
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 8, 192},
};

static const EffNetFamily mobilenet = {
    .stages = mobilenet_stages,
    .n_stages = G_N_ELEMENTS(mobilenet_stages),
    .stem = 32,
    .head = 1280,
    .fixed_head = TRUE,
    .act = EFFNET_ACT_RELU,
    .round_percent = 90,
};

/* The second version, in which some filters read 16 or 32 of the channels. GROUP: how many. */
#define V2_STAGES(group_size, a, b, c, d, e, f, g)                                                 \
    {EFFNET_BLOCK_CONV, 1, 1, 1, 0, a, .no_residual = TRUE}, {EFFNET_BLOCK_FUSED, 1, 3, 2, 8, b},  \
        {EFFNET_BLOCK_FUSED, 1, 3, 1, 4, b, .same_stage = TRUE, .group = (group_size)},            \
        {EFFNET_BLOCK_FUSED, 1, 3, 2, 8, c},                                                       \
        {EFFNET_BLOCK_FUSED, 1, 3, 1, 4, c, .same_stage = TRUE, .group = (group_size)},            \
        {EFFNET_BLOCK_FUSED, 1, 3, 1, 4, c, .same_stage = TRUE},                                   \
        {EFFNET_BLOCK_FUSED, 1, 3, 1, 4, c, .same_stage = TRUE, .group = (group_size)},            \
        {EFFNET_BLOCK_FUSED, 1, 3, 2, 8, d},                                                       \
        {EFFNET_BLOCK_MBCONV, 3, 3, 1, 4, d, .same_stage = TRUE},                                  \
        {EFFNET_BLOCK_MBCONV, 1, 3, 1, 8, e},                                                      \
        {EFFNET_BLOCK_MBCONV, 3, 3, 1, 4, e, .same_stage = TRUE},                                  \
        {EFFNET_BLOCK_MBCONV, 1, 3, 2, 8, f},                                                      \
        {EFFNET_BLOCK_MBCONV, 3, 3, 1, 4, f, .same_stage = TRUE},                                  \
    {                                                                                              \
        EFFNET_BLOCK_MBCONV, 1, 3, 1, 8, g                                                         \
    }

static const EffNetStage v2_xs_stages[] = {V2_STAGES(16, 16, 32, 48, 96, 144, 160, 192)},
                         v2_s_stages[] = {V2_STAGES(16, 24, 48, 64, 128, 160, 192, 256)},
                         v2_m_stages[] = {V2_STAGES(16, 32, 64, 80, 160, 192, 240, 320)},
                         v2_l_stages[] = {V2_STAGES(32, 32, 64, 96, 192, 240, 256, 384)};

#define V2(table, stem_channels, stem_width, head_channels)                                        \
    {                                                                                              \
        .stages = (table), .n_stages = G_N_ELEMENTS(table), .stem = (stem_channels),               \
        .stem_kernel = (stem_width), .head = (head_channels), .fixed_head = TRUE,                  \
        .act = EFFNET_ACT_RELU, .round_percent = 90                                                \
    }

static const EffNetFamily v2_xs = V2(v2_xs_stages, 32, 3, 1280),
                          v2_s = V2(v2_s_stages, 64, 5, 1280), v2_m = V2(v2_m_stages, 64, 5, 1344),
                          v2_l = V2(v2_l_stages, 64, 7, 1408);

static const EffNetTraining mobilenet_training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_IMAGENET,
    .crop_fraction = 0.9f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

static const EffNetTraining v2_m_training = {
    .padding = EFFNET_PADDING_SYMMETRIC,
    .epsilon = 1e-5,
    EFFNET_INPUT_INCEPTION,
    .crop_fraction = 0.9f,
    .interpolation = EFFNET_INTERPOLATION_BICUBIC,
};

#define TRAINING(crop)                                                                             \
    &(const EffNetTraining)                                                                        \
    {                                                                                              \
        .padding = EFFNET_PADDING_SAME, .epsilon = 1e-3, EFFNET_INPUT_INCEPTION,                   \
        .crop_fraction = (crop), .interpolation = EFFNET_INTERPOLATION_BICUBIC                     \
    }

const EffNetVariant effnet_edgetpu_variants[] = {
    /* name family width depth resolution training */
    {"es", &edgetpu, 1.0, 1.0, 224, TRAINING(0.875f)},
    {"em", &edgetpu, 1.0, 1.1, 240, TRAINING(0.882f)},
    {"el", &edgetpu, 1.2, 1.4, 300, TRAINING(0.904f)},
    {"mobilenet-edgetpu", &mobilenet, 1.0, 1.0, 224, &mobilenet_training},
    {"mobilenet-edgetpu-v2-xs", &v2_xs, 1.0, 1.0, 224, &mobilenet_training},
    {"mobilenet-edgetpu-v2-s", &v2_s, 1.0, 1.0, 224, &mobilenet_training},
    {"mobilenet-edgetpu-v2-m", &v2_m, 1.0, 1.0, 224, &v2_m_training},
    {"mobilenet-edgetpu-v2-l", &v2_l, 1.0, 1.0, 224, &mobilenet_training},
};

const guint effnet_edgetpu_n_variants = G_N_ELEMENTS(effnet_edgetpu_variants);

const EffNetAlias effnet_edgetpu_aliases[] = {
    {"mobilenet_edgetpu_v2_", "mobilenet-edgetpu-v2-"},
    {"mobilenet_edgetpu_100", "mobilenet-edgetpu"},
    {"efficientnet_", ""},
    /* Pruned to zeros: the shapes are the same. */
    {"efficientnet_es_pruned", "es"},
    {"efficientnet_el_pruned", "el"},
    {NULL, NULL},
};
