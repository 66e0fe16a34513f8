/* SPDX-License-Identifier: BSD-2-Clause */
/* ResNet (He et al. 2015); the EfficientNet paper scales ResNet-50. A bottleneck's stride is in its
 * 3x3 convolution, as in all published checkpoints. ResNet-D (He et al. 2018, "Bag of Tricks"),
 * with timm's narrower stems ("t"). */
#include "arch.h"

#define BASIC(a, b, c, d)                                                                          \
    /* kind repeats kernel stride expand channels */                                               \
    {EFFNET_BLOCK_BASIC, a, 3, 1, 1, 64}, {EFFNET_BLOCK_BASIC, b, 3, 2, 1, 128},                   \
        {EFFNET_BLOCK_BASIC, c, 3, 2, 1, 256},                                                     \
    {                                                                                              \
        EFFNET_BLOCK_BASIC, d, 3, 2, 1, 512                                                        \
    }
#define BOTTLENECK(a, b, c, d)                                                                     \
    {EFFNET_BLOCK_BOTTLENECK, a, 3, 1, 4, 256}, {EFFNET_BLOCK_BOTTLENECK, b, 3, 2, 4, 512},        \
        {EFFNET_BLOCK_BOTTLENECK, c, 3, 2, 4, 1024},                                               \
    {                                                                                              \
        EFFNET_BLOCK_BOTTLENECK, d, 3, 2, 4, 2048                                                  \
    }

static const EffNetStage stages_18[] = {BASIC(2, 2, 2, 2)}, stages_34[] = {BASIC(3, 4, 6, 3)},
                         stages_26[] = {BOTTLENECK(2, 2, 2, 2)},
                         stages_50[] = {BOTTLENECK(3, 4, 6, 3)},
                         stages_101[] = {BOTTLENECK(3, 4, 23, 3)},
                         stages_152[] = {BOTTLENECK(3, 8, 36, 3)};

#define FAMILY(table)                                                                              \
    {                                                                                              \
        .stages = (table), .n_stages = G_N_ELEMENTS(table), .stem = 64, .stem_kernel = 7,          \
        .stem_pool = TRUE, .act = EFFNET_ACT_RELU, .round_percent = 90                             \
    }

static const EffNetFamily resnet18 = FAMILY(stages_18), resnet34 = FAMILY(stages_34),
                          resnet26 = FAMILY(stages_26), resnet50 = FAMILY(stages_50),
                          resnet101 = FAMILY(stages_101), resnet152 = FAMILY(stages_152);

#define FAMILY_D(table, first)                                                                     \
    {                                                                                              \
        .stages = (table), .n_stages = G_N_ELEMENTS(table), .stem = 64, .deep_stem = (first),      \
        .stem_pool = TRUE, .mean_shortcut = TRUE, .act = EFFNET_ACT_RELU, .round_percent = 90      \
    }

static const EffNetFamily resnet10t = FAMILY_D(stages_18, 24), resnet18d = FAMILY_D(stages_18, 32),
                          resnet34d = FAMILY_D(stages_34, 32), resnet26t = FAMILY_D(stages_26, 24),
                          resnet26d = FAMILY_D(stages_26, 32), resnet50t = FAMILY_D(stages_50, 24),
                          resnet50d = FAMILY_D(stages_50, 32),
                          resnet101d = FAMILY_D(stages_101, 32),
                          resnet152d = FAMILY_D(stages_152, 32);

#define TRAINING(method, crop)                                                                     \
    {                                                                                              \
        .padding = EFFNET_PADDING_SYMMETRIC, .epsilon = 1e-5, EFFNET_INPUT_IMAGENET,               \
        .crop_fraction = (crop), .interpolation = EFFNET_INTERPOLATION_##method                    \
    }

/* For torchvision's first weights; others have a config. Only timm has ResNet-D. */
static const EffNetTraining training = TRAINING(BILINEAR, 0.875f),
                            training_d = TRAINING(BICUBIC, 0.875f),
                            training_26t = TRAINING(BICUBIC, 0.94f),
                            training_256 = TRAINING(BICUBIC, 0.95f);

const EffNetVariant effnet_resnet_variants[] = {
    /* name family width depth resolution training */
    {"resnet18", &resnet18, 1.0, 1.0, 224, &training},
    {"resnet26", &resnet26, 1.0, 1.0, 224, &training},
    {"resnet34", &resnet34, 1.0, 1.0, 224, &training},
    {"resnet50", &resnet50, 1.0, 1.0, 224, &training},
    {"resnet101", &resnet101, 1.0, 1.0, 224, &training},
    {"resnet152", &resnet152, 1.0, 1.0, 224, &training},
    {"resnet10t", &resnet10t, 1.0, 0.5, 176, &training_d},
    {"resnet14t", &resnet26t, 1.0, 0.5, 176, &training_d},
    {"resnet18d", &resnet18d, 1.0, 1.0, 224, &training_d},
    {"resnet26t", &resnet26t, 1.0, 1.0, 256, &training_26t},
    {"resnet26d", &resnet26d, 1.0, 1.0, 224, &training_d},
    {"resnet34d", &resnet34d, 1.0, 1.0, 224, &training_d},
    {"resnet50t", &resnet50t, 1.0, 1.0, 224, &training_d},
    {"resnet50d", &resnet50d, 1.0, 1.0, 224, &training_d},
    {"resnet101d", &resnet101d, 1.0, 1.0, 256, &training_256},
    {"resnet152d", &resnet152d, 1.0, 1.0, 256, &training_256},
};

const guint effnet_resnet_n_variants = G_N_ELEMENTS(effnet_resnet_variants);

const EffNetAlias effnet_resnet_aliases[] = {
    {NULL, NULL},
};
