/* SPDX-License-Identifier: BSD-2-Clause */
/* EfficientNet B0-B8 and L2 (Tan and Le 2019; L2: Xie et al. 2020), and EfficientNet-Lite0-4 (the
 * TPU repository's efficientnet/lite: ReLU6, no squeeze-excite, stem and head not scaled). */
#include "arch.h"

/* Table 1 of the paper, stages 2 to 8. */
#define BASELINE(se)                                                                               \
    /* kind repeats kernel stride expand channels */                                               \
    {EFFNET_BLOCK_MBCONV, 1, 3, 1, 0, 16, se}, {EFFNET_BLOCK_MBCONV, 2, 3, 2, 6, 24, se},          \
        {EFFNET_BLOCK_MBCONV, 2, 5, 2, 6, 40, se}, {EFFNET_BLOCK_MBCONV, 3, 3, 2, 6, 80, se},      \
        {EFFNET_BLOCK_MBCONV, 3, 5, 1, 6, 112, se}, {EFFNET_BLOCK_MBCONV, 4, 5, 2, 6, 192, se},    \
    {                                                                                              \
        EFFNET_BLOCK_MBCONV, 1, 3, 1, 6, 320, se                                                   \
    }

static const EffNetStage with_se[] = {BASELINE(4)}, without_se[] = {BASELINE(0)};

static const EffNetFamily efficientnet = {
    .stages = with_se,
    .n_stages = G_N_ELEMENTS(with_se),
    .stem = 32,
    .head = 1280,
    .ported = TRUE,
    .act = EFFNET_ACT_SILU,
    .round_percent = 90,
};

static const EffNetFamily lite = {
    .stages = without_se,
    .n_stages = G_N_ELEMENTS(without_se),
    .stem = 32,
    .head = 1280,
    .fixed_ends = TRUE,
    .ported = TRUE,
    .act = EFFNET_ACT_RELU6,
    .round_percent = 90,
};

/* The first weights were trained on TPUs: "same" padding and a batch-norm epsilon of 1e-3.
 * Retrained checkpoints that differ say so by their naming or their config. */
#define TRAINING(input, crop)                                                                      \
    &(const EffNetTraining)                                                                        \
    {                                                                                              \
        .padding = EFFNET_PADDING_SAME, .epsilon = 1e-3, input, .crop_fraction = (crop),           \
        .interpolation = EFFNET_INTERPOLATION_BICUBIC                                              \
    }
#define IMAGENET(crop) TRAINING(EFFNET_INPUT_IMAGENET, crop)
#define TFLITE(crop)   TRAINING(INPUT_TFLITE, crop)
#define INPUT_TFLITE                                                                               \
    .mean = {127.f / 255, 127.f / 255, 127.f / 255}, .std = {128.f / 255, 128.f / 255, 128.f / 255}

const EffNetVariant effnet_efficientnet_variants[] = {
    /* name  family     width depth resolution training */
    {"lite0", &lite, 1.0, 1.0, 224, TFLITE(0.875f)},
    {"lite1", &lite, 1.0, 1.1, 240, TFLITE(0.882f)},
    {"lite2", &lite, 1.1, 1.2, 260, TFLITE(0.890f)},
    {"lite3", &lite, 1.2, 1.4, 280, TFLITE(0.897f)},
    {"lite4", &lite, 1.4, 1.8, 300, TFLITE(0.904f)},
    {"b0", &efficientnet, 1.0, 1.0, 224, IMAGENET(0.875f)},
    {"b1", &efficientnet, 1.0, 1.1, 240, IMAGENET(0.882f)},
    {"b2", &efficientnet, 1.1, 1.2, 260, IMAGENET(0.890f)},
    {"b3", &efficientnet, 1.2, 1.4, 300, IMAGENET(0.904f)},
    {"b4", &efficientnet, 1.4, 1.8, 380, IMAGENET(0.922f)},
    {"b5", &efficientnet, 1.6, 2.2, 456, IMAGENET(0.934f)},
    {"b6", &efficientnet, 1.8, 2.6, 528, IMAGENET(0.942f)},
    {"b7", &efficientnet, 2.0, 3.1, 600, IMAGENET(0.949f)},
    {"b8", &efficientnet, 2.2, 3.6, 672, IMAGENET(0.954f)},
    {"l2", &efficientnet, 4.3, 5.3, 800, IMAGENET(0.960f)},
};

const guint effnet_efficientnet_n_variants = G_N_ELEMENTS(effnet_efficientnet_variants);

const EffNetAlias effnet_efficientnet_aliases[] = {
    {"efficientnet_", ""},      {"efficientnet-", ""},
    {"efficientnet_b2a", "b2"}, /* timm's first names, for evaluation at more pixels */
    {"efficientnet_b3a", "b3"}, {NULL, NULL},
};
