/* SPDX-License-Identifier: BSD-2-Clause */
/* timm: the most common naming, and the one that effnet convert writes. */
#include "../naming.h"

static const EffNetNamingRow rows[] = {
    {EFFNET_ROLE_STEM, "conv_stem", "bn1"},
    {EFFNET_ROLE_START, "blocks.$s.$b.dw_start.conv", "blocks.$s.$b.dw_start.bn"},
    {EFFNET_ROLE_EXPAND, "blocks.$s.$b.pw_exp.conv", "blocks.$s.$b.pw_exp.bn",
     EFFNET_NAMED_UNIVERSAL},
    {EFFNET_ROLE_DEPTHWISE, "blocks.$s.$b.dw_mid.conv", "blocks.$s.$b.dw_mid.bn",
     EFFNET_NAMED_UNIVERSAL},
    {EFFNET_ROLE_PROJECT, "blocks.$s.$b.pw_proj.conv", "blocks.$s.$b.pw_proj.bn",
     EFFNET_NAMED_UNIVERSAL},
    {EFFNET_ROLE_EXPAND, "blocks.$s.$b.conv_pw", "blocks.$s.$b.bn1", EFFNET_NAMED_EXPANDED},
    {EFFNET_ROLE_EXPAND, "blocks.$s.$b.conv_exp", "blocks.$s.$b.bn1", EFFNET_NAMED_FUSED},
    {EFFNET_ROLE_DEPTHWISE, "blocks.$s.$b.conv_dw", "blocks.$s.$b.bn2", EFFNET_NAMED_EXPANDED},
    {EFFNET_ROLE_DEPTHWISE, "blocks.$s.$b.conv_dw", "blocks.$s.$b.bn1", EFFNET_NAMED_PLAIN},
    {EFFNET_ROLE_SE_REDUCE, "blocks.$s.$b.se.conv_reduce", NULL},
    {EFFNET_ROLE_SE_EXPAND, "blocks.$s.$b.se.conv_expand", NULL},
    {EFFNET_ROLE_PROJECT, "blocks.$s.$b.conv_pwl", "blocks.$s.$b.bn3", EFFNET_NAMED_EXPANDED},
    {EFFNET_ROLE_PROJECT, "blocks.$s.$b.conv_pw", "blocks.$s.$b.bn2", EFFNET_NAMED_PLAIN},
    {EFFNET_ROLE_PROJECT, "blocks.$s.$b.conv_pwl", "blocks.$s.$b.bn2", EFFNET_NAMED_FUSED},
    {EFFNET_ROLE_CONV1, "blocks.$s.$b.conv", "blocks.$s.$b.bn1"},
    {EFFNET_ROLE_HEAD, "conv_head", "norm_head", EFFNET_NAMED_POOLED},
    {EFFNET_ROLE_HEAD, "conv_head", "bn2"},
    {EFFNET_ROLE_CLASSIFIER, "classifier", NULL},
};

#define PRUNED EFFNET_SAYS_SAME, EFFNET_SAYS_INCEPTION

/* Where timm's configurations differ from the architecture's table. */
static const EffNetPractice practices[] = {
    /* Ported from TensorFlow. */
    {"tf_", NULL, NULL, {EFFNET_SAYS_SAME}},
    {"tf_", NULL, "ap", {EFFNET_SAYS_INCEPTION}},
    {"tf_", "l2", "475", {.resolution = 475, .crop_fraction = 0.936f}},
    {"tf_", "v2-b3", "in21k", {EFFNET_SAYS_INCEPTION}},
    {"tf_", "v2-b3", "ft", {EFFNET_SAYS_STRETCH, .crop_fraction = 0.9f}},
    {"tf_", "v2-m", NULL, {EFFNET_SAYS_STRETCH}},
    {"tf_", "v2-l", NULL, {EFFNET_SAYS_STRETCH}},
    {"tf_", "v2-xl", NULL, {EFFNET_SAYS_STRETCH}},
    {"tf_", "lite0", NULL, {EFFNET_SAYS_INCEPTION}},
    {"tf_", "lite1", NULL, {EFFNET_SAYS_INCEPTION}},
    {"tf_", "lite2", NULL, {EFFNET_SAYS_INCEPTION}},
    {"tf_",
     "lite3",
     NULL,
     {EFFNET_SAYS_INCEPTION, EFFNET_SAYS_BILINEAR, .resolution = 300, .crop_fraction = 0.904f}},
    {"tf_",
     "lite4",
     NULL,
     {EFFNET_SAYS_INCEPTION, EFFNET_SAYS_BILINEAR, .resolution = 380, .crop_fraction = 0.92f}},
    /* Trained by timm; each as in its first release. */
    {"efficientnet", NULL, NULL, {EFFNET_SAYS_SYMMETRIC, EFFNET_SAYS_IMAGENET}},
    {"efficientnet", "b1", NULL, {.resolution = 224, .crop_fraction = 0.875f}},
    {"efficientnet", "b2", NULL, {.resolution = 256, .crop_fraction = 0.875f}},
    {"efficientnet", "b3", NULL, {.resolution = 288, .crop_fraction = 0.875f}},
    {"efficientnet", "b4", NULL, {.resolution = 320, .crop_fraction = 0.875f}},
    {"efficientnet", "b5", NULL, {EFFNET_SAYS_STRETCH, .resolution = 448, .crop_fraction = 1}},
    {"efficientnet",
     "b5",
     "sw",
     {.resize = EFFNET_RESIZE_CENTER_CROP, .resolution = 416, .crop_fraction = 0.95f}},
    {"efficientnet", "b5", "ft", {EFFNET_SAYS_STRETCH, .resolution = 448, .crop_fraction = 1}},
    {"efficientnet", "l2", NULL, {.crop_fraction = 0.961f}},
    {"efficientnet", "lite3", NULL, {.resolution = 300, .crop_fraction = 0.904f}},
    {"efficientnet", "lite4", NULL, {.resolution = 380, .crop_fraction = 0.922f}},
    {"efficientnet", "v2-s", NULL, {.resolution = 288}},
    {"efficientnet", "v2-m", NULL, {.resolution = 320}},
    {"efficientnet", NULL, "ra4", {EFFNET_SAYS_INCEPTION, .crop_fraction = 0.9f}},
    {"efficientnet", "b1", "ra4", {.resolution = 240}},
    /* These are called like the others, but were trained elsewhere. */
    {"efficientnet", "b1-pruned", NULL, {PRUNED, .resolution = 240, .crop_fraction = 0.882f}},
    {"efficientnet", "b2-pruned", NULL, {PRUNED, .resolution = 260, .crop_fraction = 0.890f}},
    {"efficientnet", "b3-pruned", NULL, {PRUNED, .resolution = 300, .crop_fraction = 0.904f}},
    {"tf_", "mobilenet-v3", NULL, {EFFNET_SAYS_INCEPTION}},
    {"mobilenetv3", NULL, NULL, {EFFNET_SAYS_SYMMETRIC, EFFNET_SAYS_BICUBIC}},
    {"mobilenetv3", NULL, "ra4", {EFFNET_SAYS_INCEPTION, .crop_fraction = 0.95f}},
    {"mobilenetv3", "mobilenet-v3-large-150d", NULL, {EFFNET_SAYS_BILINEAR}},
    {"mobilenetv3", NULL, "miil", {EFFNET_SAYS_BILINEAR, EFFNET_SAYS_UNIT}},
    /* Only timm has these. */
    {NULL, "v2-rw", NULL, {EFFNET_SAYS_SYMMETRIC}},
    {NULL, "mobilenet-v1", NULL, {EFFNET_SAYS_SYMMETRIC}},
    {NULL, "mobilenet-v2", NULL, {EFFNET_SAYS_SYMMETRIC}},
    {"mobilenetv1", "mobilenet-v1-125", NULL, {.crop_fraction = 0.9f}},
};

const EffNetNaming effnet_naming_timm = {
    .name = "timm",
    .rows = rows,
    .n_rows = G_N_ELEMENTS(rows),
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
};
