/* SPDX-License-Identifier: BSD-2-Clause */
/* lukemelas/EfficientNet-PyTorch, and efficientnet-lite-pytorch, which derives from it. */
#include "../naming.h"

static const EffNetNamingRow rows[] = {
    {EFFNET_ROLE_STEM, "_conv_stem", "_bn0"},
    {EFFNET_ROLE_EXPAND, "_blocks.$n._expand_conv", "_blocks.$n._bn0"},
    {EFFNET_ROLE_DEPTHWISE, "_blocks.$n._depthwise_conv", "_blocks.$n._bn1"},
    {EFFNET_ROLE_SE_REDUCE, "_blocks.$n._se_reduce", NULL},
    {EFFNET_ROLE_SE_EXPAND, "_blocks.$n._se_expand", NULL},
    {EFFNET_ROLE_PROJECT, "_blocks.$n._project_conv", "_blocks.$n._bn2"},
    {EFFNET_ROLE_HEAD, "_conv_head", "_bn1"},
    {EFFNET_ROLE_CLASSIFIER, "_fc", NULL},
};

static const EffNetPractice practices[] = {
    {NULL, NULL, NULL, {EFFNET_SAYS_SAME}},
    {NULL, NULL, "adv", {EFFNET_SAYS_INCEPTION}},
};

const EffNetNaming effnet_naming_lukemelas = {
    .name = "lukemelas",
    .rows = rows,
    .n_rows = G_N_ELEMENTS(rows),
    .practices = practices,
    .n_practices = G_N_ELEMENTS(practices),
};
