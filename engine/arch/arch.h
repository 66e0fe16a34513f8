/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of networks. A new variant is a row of its family's variants; a new family is a file
 * and a row in meson.build. */
#ifndef EFFNET_ARCH_INTERNAL_H
#define EFFNET_ARCH_INTERNAL_H

#include "arch/family_list.h"
#include "network.h"

/* A stage: blocks that repeat (table 1 of the paper). */
typedef struct {
    EffNetBlockKind kind;
    guint repeats;
    guint kernel;
    guint stride;
    guint expand; /* channels inside the block per channel before it (MBCONV 1: no EXPAND layer);
                   * BOTTLENECK: channels after it per channel inside */
    guint channels;
    guint se_divisor; /* the block's input channels per channel of squeeze-excite's bottleneck; 0:
                       * no squeeze-excite */
    guint expanded_from; /* channels that EXPAND multiplies; 0: the input's */
    gboolean no_residual;
} EffNetStage;

typedef struct {
    const EffNetStage *stages;
    guint n_stages;
    guint stem, head;    /* channels; head 0: none */
    guint stem_kernel;   /* 0: 3 */
    gboolean stem_pool;  /* a max pooling of 3x3, stride 2, follows the stem */
    gboolean fixed_ends; /* the stem, the head, and the repeats of the first and last stage do not
                          * scale */
    gboolean least_head; /* the head is never narrower than in the table */
    EffNetAct act;
    guint round_percent; /* channels round to multiples of 8, never below this percentage */
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

/* The variant that we, timm, torchvision or lukemelas call NAME; NULL if there is none. */
const EffNetVariant *effnet_arch_find(const char *name);

#define FAMILY(name)                                                                               \
    extern const EffNetVariant effnet_##name##_variants[];                                         \
    extern const guint effnet_##name##_n_variants;
EFFNET_FAMILY_LIST
#undef FAMILY

/* Initialisers of EffNetTraining: how a family's inputs were normalised. */
#define EFFNET_INPUT_IMAGENET  .mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}
#define EFFNET_INPUT_INCEPTION .mean = {0.5f, 0.5f, 0.5f}, .std = {0.5f, 0.5f, 0.5f}

#endif
