/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "../arch/arch.h"
#include "training.h"

static const float imagenet_mean[] = {0.485f, 0.456f, 0.406f};
static const float imagenet_std[] = {0.229f, 0.224f, 0.225f};
static const float half[] = {0.5f, 0.5f, 0.5f}; /* inception's, both mean and std */

#define IMAGENET  .mean = imagenet_mean, .std = imagenet_std
#define INCEPTION .mean = half, .std = half
#define SAME      .padding = EFFNET_PADDING_SAME, .epsilon = 1e-3
#define SYMMETRIC .padding = EFFNET_PADDING_SYMMETRIC, .epsilon = 1e-5
#define BILINEAR  .interpolation = EFFNET_INTERPOLATION_BILINEAR
#define BICUBIC   .interpolation = EFFNET_INTERPOLATION_BICUBIC

/* NULL: any. All rows that apply count, later ones on top. */
static const struct {
    const char *naming;
    const char *prefix; /* of the name, which is that network's */
    const char *arch;   /* or the beginning of several, up to a '-' */
    const char *tag;    /* a part of the name, between '.', '_' and '-' */
    EffNetPractice practice;
} rows[] = {
    {"lukemelas", NULL, NULL, NULL, {SAME}},
    {"lukemelas", NULL, NULL, "adv", {INCEPTION}},

    {"torchvision", NULL, NULL, NULL, {SYMMETRIC}},
    {"torchvision", NULL, "b1", NULL, {.crop_fraction = 240.f / 255, BILINEAR}},
    {"torchvision", NULL, "b1", "rwightman", {.crop_fraction = 240.f / 256, BICUBIC}},
    {"torchvision", NULL, "b2", NULL, {.resolution = 288, .crop_fraction = 1}},
    {"torchvision", NULL, "b3", NULL, {.crop_fraction = 300.f / 320}},
    {"torchvision", NULL, "b4", NULL, {.crop_fraction = 380.f / 384}},
    {"torchvision", NULL, "b5", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},
    {"torchvision", NULL, "b6", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},
    {"torchvision", NULL, "b7", NULL, {.epsilon = 1e-3, .crop_fraction = 1}},
    {"torchvision",
     NULL,
     "v2",
     NULL,
     {BILINEAR, IMAGENET, .resolution = 384, .epsilon = 1e-3, .crop_fraction = 1}},
    {"torchvision", NULL, "v2-m", NULL, {.resolution = 480}},
    {"torchvision", NULL, "v2-l", NULL, {INCEPTION, .resolution = 480, BICUBIC}},
    {"torchvision", NULL, "mobilenet", NULL, {BILINEAR}},
    /* Its second weights, by their checksums. */
    {"torchvision", NULL, "mobilenet-v2", "7ebf99e0", {.crop_fraction = 224.f / 232}},
    {"torchvision", NULL, "resnet50", "11ad3fa6", {.crop_fraction = 224.f / 232}},
    {"torchvision", NULL, "resnet101", "cd907fc2", {.crop_fraction = 224.f / 232}},
    {"torchvision", NULL, "resnet152", "f82ba261", {.crop_fraction = 224.f / 232}},

    /* timm's, whose tensor names are the same. */
    {"torchvision", "resnet", NULL, "a1", {BICUBIC, .crop_fraction = 0.95f}},
    {"torchvision", "resnet", NULL, "a2", {BICUBIC, .crop_fraction = 0.95f}},
    {"torchvision", "resnet", NULL, "a3", {BICUBIC, .crop_fraction = 0.95f, .resolution = 160}},
    {"torchvision", "resnet", NULL, "a1h", {BICUBIC, .crop_fraction = 0.95f}},
    {"torchvision", "resnet", "resnet50", "a1h", {.crop_fraction = 0.9f, .resolution = 176}},
    {"torchvision", "resnet", NULL, "b1k", {BICUBIC, .crop_fraction = 0.95f}},
    {"torchvision", "resnet", NULL, "b2k", {BICUBIC, .crop_fraction = 0.95f}},
    {"torchvision", "resnet", NULL, "c1", {BICUBIC, .crop_fraction = 0.95f}},
    {"torchvision", "resnet", NULL, "c2", {BICUBIC, .crop_fraction = 0.95f}},
    {"torchvision", "resnet", NULL, "d", {BICUBIC, .crop_fraction = 0.95f}},
    {"torchvision", "resnet", NULL, "am", {BICUBIC}},
    {"torchvision", "resnet", NULL, "bt", {BICUBIC}},
    {"torchvision", "resnet", NULL, "gluon", {BICUBIC}},
    {"torchvision", "resnet", NULL, "ra", {BICUBIC}},
    {"torchvision", "resnet", NULL, "ram", {BICUBIC}},
    {"torchvision", "resnet", NULL, "ra4", {BICUBIC, INCEPTION, .crop_fraction = 0.9f}},
    {"torchvision", "resnet", NULL, "bamboo", {BICUBIC, .crop_fraction = 1}},
    {"torchvision", "resnet", NULL, "tv2", {.resolution = 176}},

    /* Ported from TensorFlow. */
    {"timm", "tf_", NULL, NULL, {SAME}},
    {"timm", "tf_", NULL, "ap", {INCEPTION}},
    {"timm", "tf_", "v2-b3", "in21k", {INCEPTION}},
    {"timm", "tf_", "lite0", NULL, {INCEPTION}},
    {"timm", "tf_", "lite1", NULL, {INCEPTION}},
    {"timm", "tf_", "lite2", NULL, {INCEPTION}},
    {"timm",
     "tf_",
     "lite3",
     NULL,
     {INCEPTION, BILINEAR, .resolution = 300, .crop_fraction = 0.904f}},
    {"timm",
     "tf_",
     "lite4",
     NULL,
     {INCEPTION, BILINEAR, .resolution = 380, .crop_fraction = 0.92f}},

    /* Trained by timm, each as its first release. */
    {"timm", "efficientnet", NULL, NULL, {SYMMETRIC, IMAGENET, .crop_fraction = 0.875f}},
    {"timm", "efficientnet", "b1", NULL, {.resolution = 224}},
    {"timm", "efficientnet", "b2", NULL, {.resolution = 256}},
    {"timm", "efficientnet", "b3", NULL, {.resolution = 288}},
    {"timm", "efficientnet", "b4", NULL, {.resolution = 320}},
    {"timm", "efficientnet", "em", NULL, {.crop_fraction = 0.882f}},
    {"timm", "efficientnet", "el", NULL, {.crop_fraction = 0.904f}},
    {"timm", NULL, "mobilenet", NULL, {SYMMETRIC}}, /* it has no others */
    {"timm", "mobilenetv1", "mobilenet-v1-125", NULL, {.crop_fraction = 0.9f}},
};

static gboolean
has_tag(const char *name, const char *tag)
{
    g_auto(GStrv) parts = g_strsplit_set(name, "._-", -1);

    return g_strv_contains((const char *const *)parts, tag);
}

/* "efficientnet_b0_ra-3dd342df" is one of "efficientnet", and B0; what a user calls
 * "efficientnet_best" says nothing. */
static gboolean
begins_with(const char *name, const char *prefix, const char *arch)
{
    const EffNetVariant *variant = g_str_has_prefix(name, prefix) ? effnet_arch_find(name) : NULL;

    return variant && g_str_equal(variant->name, arch);
}

/* ARCH itself, or one of the networks that have it before a '-'. */
static gboolean
is_of(const char *arch, const char *group)
{
    gsize n = strlen(group);

    return strncmp(arch, group, n) == 0 && (arch[n] == '\0' || arch[n] == '-');
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
        if (rows[i].arch && !is_of(arch, rows[i].arch))
            continue;
        if (rows[i].prefix && (!name || !begins_with(name, rows[i].prefix, arch)))
            continue;
        if (rows[i].tag && (!name || !has_tag(name, rows[i].tag)))
            continue;
        lay_over(&practice, &rows[i].practice);
    }
    return practice;
}
