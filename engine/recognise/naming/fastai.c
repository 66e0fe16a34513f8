/* SPDX-License-Identifier: BSD-2-Clause */
/* fastai's vision_learner() upon torchvision's ResNets, whose modules it numbers: 0 is the body, 1
 * the head. Upon timm's networks it keeps timm's names. */
#include "../naming.h"

static const EffNetNamingRow rows[] = {
    {EFFNET_ROLE_STEM, "0.0", "0.1"},
    {EFFNET_ROLE_SHORTCUT, "0.$f.$b.downsample.0", "0.$f.$b.downsample.1"},
    {EFFNET_ROLE_CONV1, "0.$f.$b.conv1", "0.$f.$b.bn1"},
    {EFFNET_ROLE_CONV2, "0.$f.$b.conv2", "0.$f.$b.bn2"},
    {EFFNET_ROLE_CONV3, "0.$f.$b.conv3", "0.$f.$b.bn3"},
    {EFFNET_ROLE_CLASSIFIER, "1.8", NULL},
};

static const EffNetPractice practices[] = {
    {NULL, NULL, NULL, {EFFNET_SAYS_SYMMETRIC, EFFNET_SAYS_IMAGENET}},
};

const EffNetNaming effnet_naming_fastai = {
    .name = "fastai",
    .rows = rows,
    .n_rows = G_N_ELEMENTS(rows),
    .mark = "0.4.0.conv1.weight",
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
};
