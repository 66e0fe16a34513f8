/* SPDX-License-Identifier: BSD-2-Clause */
/* EfficientNet B0-B8 and L2 (Tan and Le 2019; L2: Xie et al. 2020), and EfficientNet-Lite0-4 (the
 * TPU repository's efficientnet/lite: ReLU6, no squeeze-excite, stem and head not scaled); and B1
 * to B3 without the channels that knapsack pruning took (Aflalo et al. 2020). */
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

/* BOTH: whether timm has the networks twice, trained with either padding. */
#define EFFICIENTNET(both)                                                                         \
    {                                                                                              \
        .stages = with_se, .n_stages = G_N_ELEMENTS(with_se), .stem = 32, .head = 1280,            \
        .ported = (both), .act = EFFNET_ACT_SILU, .round_percent = 90                              \
    }

static const EffNetFamily efficientnet = EFFICIENTNET(TRUE), pruned = EFFICIENTNET(FALSE);

static const EffNetPruned b1_pruned[] = {
    {0, 8, 16},     {0, 4, 16},      {48, 4, 12},     {62, 6, 12},    {48, 6, 12},
    {70, 6, 35},    {61, 10, 35},    {51, 10, 35},    {175, 10, 74},  {188, 20, 74},
    {137, 20, 74},  {164, 20, 74},   {399, 20, 67},   {201, 28, 67},  {160, 28, 67},
    {213, 28, 67},  {637, 27, 192},  {806, 48, 192},  {798, 48, 192}, {891, 48, 192},
    {990, 48, 192}, {1152, 48, 320}, {1912, 80, 320},
};

static const EffNetPruned b2_pruned[] = {
    {0, 8, 16},      {0, 4, 16},      {54, 4, 17},     {69, 6, 17},     {61, 6, 17},
    {86, 6, 42},     {72, 12, 42},    {98, 12, 42},    {245, 12, 85},   {274, 22, 85},
    {254, 22, 85},   {292, 22, 85},   {502, 22, 116},  {315, 30, 116},  {354, 30, 116},
    {443, 30, 116},  {719, 30, 208},  {1148, 52, 208}, {1160, 52, 208}, {1182, 52, 208},
    {1228, 52, 208}, {1248, 52, 352}, {2112, 88, 352},
};

static const EffNetPruned b3_pruned[] = {
    {0, 10, 24},     {0, 6, 24},      {27, 6, 12},     {49, 8, 12},     {48, 8, 12},
    {83, 8, 40},     {90, 12, 40},    {85, 12, 40},    {215, 12, 93},   {261, 24, 93},
    {219, 24, 93},   {254, 24, 93},   {236, 24, 93},   {480, 24, 120},  {235, 34, 120},
    {217, 34, 120},  {226, 33, 120},  {340, 34, 120},  {802, 34, 232},  {1030, 58, 232},
    {924, 58, 232},  {1016, 58, 232}, {1130, 58, 232}, {1266, 58, 232}, {1392, 58, 384},
    {2301, 96, 384},
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
#define IMAGENET(crop)  TRAINING(EFFNET_INPUT_IMAGENET, crop)
#define INCEPTION(crop) TRAINING(EFFNET_INPUT_INCEPTION, crop)
#define TFLITE(crop)    TRAINING(INPUT_TFLITE, crop)
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
    {"b1-pruned", &pruned, 1.0, 1.1, 240, INCEPTION(0.882f), b1_pruned},
    {"b2-pruned", &pruned, 1.1, 1.2, 260, INCEPTION(0.890f), b2_pruned},
    {"b3-pruned", &pruned, 1.2, 1.4, 300, INCEPTION(0.904f), b3_pruned},
};

const guint effnet_efficientnet_n_variants = G_N_ELEMENTS(effnet_efficientnet_variants);

const EffNetAlias effnet_efficientnet_aliases[] = {
    {"efficientnet_", ""},
    {"efficientnet-", ""},
    {"efficientnet_b2a", "b2"}, /* timm's first names, for evaluation at more pixels */
    {"efficientnet_b3a", "b3"},
    {"efficientnet_b1_pruned", "b1-pruned"},
    {"efficientnet_b2_pruned", "b2-pruned"},
    {"efficientnet_b3_pruned", "b3-pruned"},
    {NULL, NULL},
};
