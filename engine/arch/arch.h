/* SPDX-License-Identifier: BSD-2-Clause */
/* The tables of networks. A new variant is a row of its family's variants; a new family is a file
 * and a row in meson.build. */
#ifndef EFFNET_ARCH_INTERNAL_H
#define EFFNET_ARCH_INTERNAL_H

#include "arch/family_list.h"
#include "network.h"

/* Blocks that repeat: a stage (table 1 of the paper), or a part of one. */
typedef struct {
    guint8 kind; /* EffNetBlockKind */
    guint8 repeats;
    guint8 kernel; /* UNIVERSAL: DEPTHWISE's, 0: no such layer */
    guint8 stride;
    float expand; /* channels inside the block per channel before it, 0: no EXPAND layer;
                   * BOTTLENECK: channels after it per channel inside */
    guint16 channels;
    guint8 se_divisor;    /* channels per channel of squeeze-excite's bottleneck; 0: no
                           * squeeze-excite */
    guint8 act;           /* EffNetAct; NONE: the family's */
    guint8 start;         /* UNIVERSAL: START's kernel, 0: no such layer */
    guint8 expanded_from; /* channels that EXPAND multiplies; 0: the input's */
    guint8 no_residual : 1;
    guint8 same_stage : 1; /* these blocks continue the stage of the row before */
    guint8 group;          /* FUSED: channels that a filter of EXPAND reads; 0: all */
} EffNetStage;

typedef struct {
    const EffNetStage *stages;
    guint8 n_stages;             /* rows of the table */
    guint16 stem, head;          /* channels; head 0: none */
    guint8 stem_kernel;          /* 0: 3 */
    guint8 deep_stem;            /* channels of the first of three convolutions, of which the second
                                  * has half of STEM's; 0: the stem is one convolution */
    guint8 act;                  /* EffNetAct, as are the next two */
    guint8 se_act;               /* of squeeze-excite's bottleneck; NONE: the block's */
    guint8 gate;                 /* NONE: the sigmoid */
    guint8 se_round_percent;     /* as round_percent, of squeeze-excite's bottleneck; 0: no
                                  * rounding */
    guint8 round_percent;        /* channels round to multiples of 8, never below this percentage */
    guint8 stem_pool : 1;        /* a max pooling of 3x3, stride 2, follows the stem */
    guint8 mean_shortcut : 1;    /* shortcuts take means of pixels, instead of skipping pixels */
    guint8 fixed_ends : 1;       /* the stem, the head, and the repeats of the first and last stage
                                  * do not scale */
    guint8 least_stem : 1;       /* the stem is never narrower than in the table */
    guint8 least_head : 1;       /* the head is never narrower than in the table */
    guint8 fixed_head : 1;       /* the head does not scale */
    guint8 pooled_head : 1;      /* the head reads the pooled vector */
    guint8 bare_head : 1;        /* the head has no batch norm */
    guint8 unbiased_head : 1;    /* nor a bias */
    guint8 nearest_repeats : 1;  /* repeats round to the nearest, not up */
    guint8 ported : 1;           /* timm has the networks twice, trained with either padding */
    guint8 se_from_expanded : 1; /* se_divisor divides the channels inside the block, not before
                                  * it */
} EffNetFamily;

/* Channels of a pruned block: inside it, of squeeze-excite's bottleneck, and of its output. */
typedef struct {
    guint16 expanded, reduced, out;
} EffNetPruned;

typedef struct {
    const char *name;
    const EffNetFamily *family;
    double width, depth;
    guint resolution;
    const EffNetTraining *training;
    const EffNetPruned *pruned; /* by the block's number; NULL: no block is. With it, the network
                                 * does not scale */
} EffNetVariant;

/* What others call networks. A name that begins with THEIRS becomes ours with OURS in its place,
 * and ends before the next '.', '_' or '-'. Of the rows of all families, the one with the longest
 * THEIRS counts. The other way round, timm's name comes from the first row of the network's family
 * whose OURS fits. */
typedef struct {
    const char *theirs, *ours;
} EffNetAlias;

struct _EffNetArch {
    gatomicrefcount refs;
    char *name;
    const EffNetVariant *base;
    double width, depth;
    guint resolution;
    EffNetHead head;
};

const EffNetTraining *effnet_arch_get_training(const EffNetArch *arch);

/* The variant that we, timm, torchvision or lukemelas call NAME; NULL if there is none. */
const EffNetVariant *effnet_arch_find(const char *name);

/* What timm calls VARIANT, "efficientnet_b0". For g_free(). */
char *effnet_variant_timm_name(const EffNetVariant *variant);

#define FAMILY(name)                                                                               \
    extern const EffNetVariant effnet_##name##_variants[];                                         \
    extern const guint effnet_##name##_n_variants;                                                 \
    extern const EffNetAlias effnet_##name##_aliases[]; /* ends with one without names */
EFFNET_FAMILY_LIST
#undef FAMILY

/* Initialisers of EffNetTraining: how a family's inputs were normalised. */
#define EFFNET_INPUT_IMAGENET  .mean = {0.485f, 0.456f, 0.406f}, .std = {0.229f, 0.224f, 0.225f}
#define EFFNET_INPUT_INCEPTION .mean = {0.5f, 0.5f, 0.5f}, .std = {0.5f, 0.5f, 0.5f}

#endif
