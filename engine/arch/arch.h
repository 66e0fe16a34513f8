/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables that networks are rows of. A new variant is a row of a family's variants; a new
 * family is one file and one line in arch.c. */
#ifndef EFFNET_ARCH_INTERNAL_H
#define EFFNET_ARCH_INTERNAL_H

#include "network.h"

/* A stage of repeated MBConv blocks (Sandler et al. 2018; the paper's table 1). The first block
 * has the stride; those behind it, stride 1 and equal widths, add their input to their output. */
typedef struct {
    guint repeats;
    guint kernel;
    guint stride;
    guint expand; /* width inside the block over width before it; 1: no EXPAND layer */
    guint channels;
} EffNetStage;

typedef struct {
    const EffNetStage *stages;
    guint n_stages;
    guint stem, head;    /* channels */
    gboolean fixed_ends; /* stem, head and the repeats of the first and last stage do not scale */
    guint se_divisor;    /* block's input channels over squeeze-excite's bottleneck; 0: none */
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

extern const EffNetVariant effnet_efficientnet_variants[];
extern const guint effnet_efficientnet_n_variants;

/* Compound scaling's two roundings (the reference implementation's round_filters, round_repeats).
 */
guint effnet_scale_channels(const EffNetFamily *family, guint channels, double width);
guint effnet_scale_repeats(guint repeats, double depth);

#endif
