/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "training.h"

static const float imagenet_mean[] = {0.485f, 0.456f, 0.406f};
static const float imagenet_std[] = {0.229f, 0.224f, 0.225f};
static const float half[] = {0.5f, 0.5f, 0.5f}; /* inception's, both mean and std */

#define IMAGENET  .mean = imagenet_mean, .std = imagenet_std
#define INCEPTION .mean = half, .std = half
#define SAME      .padding = EFFNET_PADDING_SAME, .epsilon = 1e-3
#define SYMMETRIC .padding = EFFNET_PADDING_SYMMETRIC, .epsilon = 1e-5
#define BILINEAR  .interpolation = EFFNET_INTERPOLATION_BILINEAR

/* NULL: any. All rows that apply count, later ones on top. */
static const struct {
    const char *naming;
    const char *prefix; /* of the name, the network's own behind it */
    const char *arch;
    const char *tag; /* a part of the name, between '.', '_' and '-' */
    EffNetPractice practice;
} rows[] = {
    {"lukemelas", NULL, NULL, NULL, {SAME}},
    {"lukemelas", NULL, NULL, "adv", {INCEPTION}},

    {"torchvision", NULL, NULL, NULL, {SYMMETRIC}},
    {"torchvision", NULL, "b1", NULL, {.crop_fraction = 240.f / 255, BILINEAR}},
    {"torchvision",
     NULL,
     "b1",
     "rwightman",
     {.crop_fraction = 240.f / 256, .interpolation = EFFNET_INTERPOLATION_BICUBIC}},
    {"torchvision", NULL, "b2", NULL, {.resolution = 288, .crop_fraction = 1}},
    {"torchvision", NULL, "b3", NULL, {.crop_fraction = 300.f / 320}},
    {"torchvision", NULL, "b4", NULL, {.crop_fraction = 380.f / 384}},
    {"torchvision", NULL, "b5", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},
    {"torchvision", NULL, "b6", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},
    {"torchvision", NULL, "b7", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},

    /* Ported from TensorFlow. */
    {"timm", "tf_efficientnet_", NULL, NULL, {SAME}},
    {"timm", "tf_efficientnet_", NULL, "ap", {INCEPTION}},
    {"timm", "tf_efficientnet_", "lite0", NULL, {INCEPTION}},
    {"timm", "tf_efficientnet_", "lite1", NULL, {INCEPTION}},
    {"timm", "tf_efficientnet_", "lite2", NULL, {INCEPTION}},
    {"timm",
     "tf_efficientnet_",
     "lite3",
     NULL,
     {INCEPTION, BILINEAR, .resolution = 300, .crop_fraction = 0.904f}},
    {"timm",
     "tf_efficientnet_",
     "lite4",
     NULL,
     {INCEPTION, BILINEAR, .resolution = 380, .crop_fraction = 0.92f}},

    /* Trained by timm, each as its first release. */
    {"timm", "efficientnet_", NULL, NULL, {SYMMETRIC, IMAGENET, .crop_fraction = 0.875f}},
    {"timm", "efficientnet_", "b1", NULL, {.resolution = 224}},
    {"timm", "efficientnet_", "b2", NULL, {.resolution = 256}},
    {"timm", "efficientnet_", "b3", NULL, {.resolution = 288}},
    {"timm", "efficientnet_", "b4", NULL, {.resolution = 320}},
};

static gboolean
has_tag(const char *name, const char *tag)
{
    g_auto(GStrv) parts = g_strsplit_set(name, "._-", -1);

    return g_strv_contains((const char *const *)parts, tag);
}

/* "efficientnet_b0_ra-3dd342df" is PREFIX "efficientnet_" and ARCH "b0"; what a user calls
 * "efficientnet_best" says nothing. */
static gboolean
begins_with(const char *name, const char *prefix, const char *arch)
{
    if (!g_str_has_prefix(name, prefix) || !g_str_has_prefix(name + strlen(prefix), arch))
        return FALSE;
    return strchr("._-", name[strlen(prefix) + strlen(arch)]) != NULL; /* or the end */
}

static void
lay_over(EffNetPractice *practice, const EffNetPractice *top)
{
    if (top->padding)
        practice->padding = top->padding;
    if (top->epsilon != 0)
        practice->epsilon = top->epsilon;
    if (top->resolution)
        practice->resolution = top->resolution;
    if (top->crop_fraction != 0)
        practice->crop_fraction = top->crop_fraction;
    if (top->interpolation)
        practice->interpolation = top->interpolation;
    if (top->mean) {
        practice->mean = top->mean;
        practice->std = top->std;
    }
}

EffNetPractice
effnet_practice_of(const char *naming, const char *arch, const char *name)
{
    EffNetPractice practice = {0};

    for (gsize i = 0; i < G_N_ELEMENTS(rows); i++) {
        if (!g_str_equal(rows[i].naming, naming))
            continue;
        if (rows[i].arch && !g_str_equal(rows[i].arch, arch))
            continue;
        if (rows[i].prefix && (!name || !begins_with(name, rows[i].prefix, arch)))
            continue;
        if (rows[i].tag && (!name || !has_tag(name, rows[i].tag)))
            continue;
        lay_over(&practice, &rows[i].practice);
    }
    return practice;
}
