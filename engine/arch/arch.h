/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables whose rows are the networks. A new variant is a row of a family's variants; a new
 * family is one file and one row in meson.build. */
#ifndef EFFNET_ARCH_INTERNAL_H
#define EFFNET_ARCH_INTERNAL_H

#include "arch/family_list.h"
#include "network.h"

/* A stage of repeated blocks (the paper's table 1). */
typedef struct {
    EffNetBlockKind kind;
    guint repeats;
    guint kernel;
    guint stride;
    guint expand; /* width inside the block over width before it (MBCONV 1: no EXPAND layer);
                   * BOTTLENECK: width behind it over width inside */
    guint channels;
    guint se_divisor;    /* block's input channels over squeeze-excite's bottleneck; 0: none */
    guint expanded_from; /* channels that EXPAND counts as the input's; 0: the input's own */
    gboolean no_residual;
} EffNetStage;

typedef struct {
    const EffNetStage *stages;
    guint n_stages;
    guint stem, head;    /* channels; head 0: none */
    guint stem_kernel;   /* 0: 3 */
    gboolean stem_pool;  /* a max pooling of 3x3 and stride 2 behind the stem */
    gboolean fixed_ends; /* stem, head and the repeats of the first and last stage do not scale */
    gboolean least_head; /* the head is never narrower than in the table */
    EffNetAct act;
    guint round_percent; /* channels round to multiples of 8, never below this share */
} EffNetFamily;

typedef struct {
    const char *name;
    const EffNetFamily *family;
    double width, depth;
    guint resolution;
    EffNetTraining training;
} EffNetVariant;

struct _EffNetArch {
    gatomicrefcount refs;
    char *name;
    const EffNetVariant *base;
    double width, depth;
    guint resolution;
};

/* The variant that we, timm or torchvision call NAME; NULL: none. */
const EffNetVariant *effnet_arch_find(const char *name);

#define FAMILY(name)                                                                               \
    extern const EffNetVariant effnet_##name##_variants[];                                         \
    extern const guint effnet_##name##_n_variants;
EFFNET_FAMILY_LIST
#undef FAMILY

/* How a family's inputs were normalised, for initialisers of EffNetTraining. */
#define EFFNET_INPUT_IMAGENET  .mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}
#define EFFNET_INPUT_INCEPTION .mean = {0.5f, 0.5f, 0.5f}, .std = {0.5f, 0.5f, 0.5f}

#endif
