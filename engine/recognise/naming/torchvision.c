/* SPDX-License-Identifier: BSD-2-Clause */
/* torchvision, whose families are named differently; timm has ResNet's names as well, and ResNet-D,
 * whose blocks bear the same. */
#include "../naming.h"

static const EffNetNamingRow efficientnet[] = {
    {EFFNET_ROLE_STEM, "features.0.0", "features.0.1"},
    {EFFNET_ROLE_EXPAND, "features.$t.$b.block.0.0", "features.$t.$b.block.0.1"}, /* FUSED, too */
    {EFFNET_ROLE_DEPTHWISE, "features.$t.$b.block.$d.0", "features.$t.$b.block.$d.1"},
    {EFFNET_ROLE_SE_REDUCE, "features.$t.$b.block.$e.fc1", NULL},
    {EFFNET_ROLE_SE_EXPAND, "features.$t.$b.block.$e.fc2", NULL},
    {EFFNET_ROLE_PROJECT, "features.$t.$b.block.$p.0", "features.$t.$b.block.$p.1"},
    {EFFNET_ROLE_CONV1, "features.$t.$b.block.0.0", "features.$t.$b.block.0.1"},
    {EFFNET_ROLE_HEAD, "features.$t.0", "features.$t.1"},
    {EFFNET_ROLE_CLASSIFIER, "classifier.1", NULL},
};

static const EffNetNamingRow mobilenet[] = {
    {EFFNET_ROLE_STEM, "features.0.0", "features.0.1"},
    {EFFNET_ROLE_EXPAND, "features.$m.conv.0.0", "features.$m.conv.0.1"},
    {EFFNET_ROLE_DEPTHWISE, "features.$m.conv.1.0", "features.$m.conv.1.1", EFFNET_NAMED_EXPANDED},
    {EFFNET_ROLE_DEPTHWISE, "features.$m.conv.0.0", "features.$m.conv.0.1", EFFNET_NAMED_PLAIN},
    {EFFNET_ROLE_PROJECT, "features.$m.conv.2", "features.$m.conv.3", EFFNET_NAMED_EXPANDED},
    {EFFNET_ROLE_PROJECT, "features.$m.conv.1", "features.$m.conv.2", EFFNET_NAMED_PLAIN},
    {EFFNET_ROLE_HEAD, "features.$m.0", "features.$m.1"},
    {EFFNET_ROLE_CLASSIFIER, "classifier.1", NULL},
};

static const EffNetNamingRow mobilenetv3[] = {
    {EFFNET_ROLE_STEM, "features.0.0", "features.0.1"},
    {EFFNET_ROLE_EXPAND, "features.$m.block.0.0", "features.$m.block.0.1"},
    {EFFNET_ROLE_DEPTHWISE, "features.$m.block.$d.0", "features.$m.block.$d.1"},
    {EFFNET_ROLE_SE_REDUCE, "features.$m.block.$e.fc1", NULL},
    {EFFNET_ROLE_SE_EXPAND, "features.$m.block.$e.fc2", NULL},
    {EFFNET_ROLE_PROJECT, "features.$m.block.$p.0", "features.$m.block.$p.1"},
    {EFFNET_ROLE_CONV1, "features.$m.0", "features.$m.1"},
    {EFFNET_ROLE_HEAD, "classifier.0", NULL, EFFNET_NAMED_POOLED},
    {EFFNET_ROLE_CLASSIFIER, "classifier.3", NULL},
};

/* ResNet's rows are the first RESNET_ROWS, ResNet-D's those from RESNET_OWN on. */
static const EffNetNamingRow resnet[] = {
    {EFFNET_ROLE_STEM, "conv1", "bn1"},
    {EFFNET_ROLE_SHORTCUT, "layer$t.$b.downsample.0", "layer$t.$b.downsample.1"},
#define RESNET_OWN 2
    {EFFNET_ROLE_CONV1, "layer$t.$b.conv1", "layer$t.$b.bn1"},
    {EFFNET_ROLE_CONV2, "layer$t.$b.conv2", "layer$t.$b.bn2"},
    {EFFNET_ROLE_CONV3, "layer$t.$b.conv3", "layer$t.$b.bn3"},
    {EFFNET_ROLE_CLASSIFIER, "fc", NULL},
#define RESNET_ROWS 6
    {EFFNET_ROLE_STEM, "conv1.0", "conv1.1"},
    {EFFNET_ROLE_STEM2, "conv1.3", "conv1.4"},
    {EFFNET_ROLE_STEM3, "conv1.6", "bn1"},
    {EFFNET_ROLE_SHORTCUT, "layer$t.$b.downsample.1", "layer$t.$b.downsample.2"},
};

static const EffNetPractice practices[] = {
    {NULL, NULL, NULL, {EFFNET_SAYS_SYMMETRIC}},
    {NULL, "b1", NULL, {.crop_fraction = 240.f / 255, EFFNET_SAYS_BILINEAR}},
    {NULL, "b1", "rwightman", {.crop_fraction = 240.f / 256, EFFNET_SAYS_BICUBIC}},
    {NULL, "b2", NULL, {.resolution = 288, .crop_fraction = 1}},
    {NULL, "b3", NULL, {.crop_fraction = 300.f / 320}},
    {NULL, "b4", NULL, {.crop_fraction = 380.f / 384}},
    {NULL, "b5", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},
    {NULL, "b6", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},
    {NULL, "b7", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},
    {NULL,
     "v2",
     NULL,
     {EFFNET_SAYS_BILINEAR, EFFNET_SAYS_IMAGENET, .resolution = 384, .epsilon = 1e-3,
      .crop_fraction = 1}},
    {NULL, "v2-m", NULL, {.resolution = 480}},
    {NULL, "v2-l", NULL, {EFFNET_SAYS_INCEPTION, .resolution = 480, EFFNET_SAYS_BICUBIC}},
    {NULL, "mobilenet", NULL, {EFFNET_SAYS_BILINEAR}},
    {NULL, "mobilenet-v3", NULL, {.epsilon = 1e-3}},
    /* torchvision's second weights, by the checksums in their files' names. */
    {NULL, "mobilenet-v2", "7ebf99e0", {.crop_fraction = 224.f / 232}},
    {NULL, "mobilenet-v3-large", "5c1a4163", {.crop_fraction = 224.f / 232}},
    {NULL, "resnet50", "11ad3fa6", {.crop_fraction = 224.f / 232}},
    {NULL, "resnet101", "cd907fc2", {.crop_fraction = 224.f / 232}},
    {NULL, "resnet152", "f82ba261", {.crop_fraction = 224.f / 232}},
    /* timm's, which have the same tensor names. */
    {"resnet", NULL, "a1", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f}},
    {"resnet", NULL, "a2", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f}},
    {"resnet", NULL, "a3", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f, .resolution = 160}},
    {"resnet", NULL, "a1h", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f}},
    {"resnet", "resnet50", "a1h", {.crop_fraction = 0.9f, .resolution = 176}},
    {"resnet", NULL, "b1k", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f}},
    {"resnet", NULL, "b2k", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f}},
    {"resnet", NULL, "c1", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f}},
    {"resnet", NULL, "c2", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f}},
    {"resnet", NULL, "d", {EFFNET_SAYS_BICUBIC, .crop_fraction = 0.95f}},
    {"resnet", NULL, "am", {EFFNET_SAYS_BICUBIC}},
    {"resnet", NULL, "bt", {EFFNET_SAYS_BICUBIC}},
    {"resnet", NULL, "gluon", {EFFNET_SAYS_BICUBIC}},
    {"resnet", NULL, "ra", {EFFNET_SAYS_BICUBIC}},
    {"resnet", NULL, "ram", {EFFNET_SAYS_BICUBIC}},
    {"resnet", NULL, "ra4", {EFFNET_SAYS_BICUBIC, EFFNET_SAYS_INCEPTION, .crop_fraction = 0.9f}},
    {"resnet", NULL, "bamboo", {EFFNET_SAYS_BICUBIC, .crop_fraction = 1}},
    {"resnet", NULL, "tv2", {.resolution = 176}},
};

const EffNetNaming effnet_naming_torchvision = {
    .name = "torchvision",
    .rows = efficientnet,
    .n_rows = G_N_ELEMENTS(efficientnet),
    .mark = "features.1.0.block.0.0.weight",
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
};

const EffNetNaming effnet_naming_torchvision_mobilenet = {
    .name = "torchvision",
    .rows = mobilenet,
    .n_rows = G_N_ELEMENTS(mobilenet),
    .mark = "features.1.conv.0.0.weight",
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
};

const EffNetNaming effnet_naming_torchvision_mobilenetv3 = {
    .name = "torchvision",
    .rows = mobilenetv3,
    .n_rows = G_N_ELEMENTS(mobilenetv3),
    .mark = "features.1.block.0.0.weight",
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
};

const EffNetNaming effnet_naming_torchvision_resnet = {
    .name = "torchvision",
    .rows = resnet,
    .n_rows = RESNET_ROWS,
    .mark = "layer1.0.conv1.weight",
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
};

const EffNetNaming effnet_naming_timm_resnetd = {
    .name = "timm",
    .rows = resnet + RESNET_OWN,
    .n_rows = G_N_ELEMENTS(resnet) - RESNET_OWN,
    .mark = "layer1.0.conv1.weight",
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
};
