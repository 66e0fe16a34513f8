/* SPDX-License-Identifier: BSD-2-Clause */
/* A network, layer by layer: a row of a table, scaled and expanded. */
#ifndef EFFNET_NETWORK_H
#define EFFNET_NETWORK_H

#include <effnet/arch.h>
#include <effnet/model.h>

#include "activation.h"

/* What a layer does in its network. Role, stage and block identify a layer. */
typedef enum {
    EFFNET_ROLE_STEM,      /* the first convolution; this and the next three precede all blocks */
    EFFNET_ROLE_STEM2,     /* a deep stem's second convolution */
    EFFNET_ROLE_STEM3,     /* and its third */
    EFFNET_ROLE_MAX_POOL,  /* after the stem; no weights */
    EFFNET_ROLE_START,     /* one filter per channel, before the expansion */
    EFFNET_ROLE_EXPAND,    /* to the expanded channels: 1x1 in MBConv, k x k in Fused-MBConv */
    EFFNET_ROLE_DEPTHWISE, /* one filter per channel */
    EFFNET_ROLE_SE_REDUCE, /* squeeze-excite: from the pooled vector to the bottleneck */
    EFFNET_ROLE_SE_EXPAND, /* squeeze-excite: from the bottleneck to a gate per channel */
    EFFNET_ROLE_PROJECT,   /* 1x1, to the block's output channels */
    EFFNET_ROLE_SHORTCUT,  /* 1x1, of the block's input: its output is the residual */
    EFFNET_ROLE_CONV1,     /* the dense convolutions of a block, in order */
    EFFNET_ROLE_CONV2,
    EFFNET_ROLE_CONV3,
    EFFNET_ROLE_POOL,       /* each channel's maximum, then its mean; no weights */
    EFFNET_ROLE_HEAD,       /* the last convolution, 1x1, which may read the pooled vector */
    EFFNET_ROLE_HIDDEN,     /* linear, between the pooled vector and the classifier */
    EFFNET_ROLE_CLASSIFIER, /* linear */
} EffNetRole;

/* What is trained upon a network: linear layers before the classifier, which may read the maxima of
 * channels besides their means. */
#define EFFNET_MAX_HIDDEN 2

/* Where a hidden layer's batch norms are, as far as its name says so; they are folded into it. */
typedef enum {
    EFFNET_NORM_FIRST = 1 << 0,  /* before the linear layer */
    EFFNET_NORM_INSIDE = 1 << 1, /* between it and the activation */
    EFFNET_NORM_LAST = 1 << 2,   /* after the activation */
} EffNetNormPlaces;

typedef struct {
    gboolean max_pool;
    guint n_hidden;
    struct {
        guint units;
        EffNetAct act;
        guint norms; /* EffNetNormPlaces */
    } hidden[EFFNET_MAX_HIDDEN];
} EffNetHead;

/* What the blocks of a stage consist of. The first block has the stage's stride; the others, with
 * stride 1 and equal channels, add their input to their output. */
typedef enum {
    EFFNET_BLOCK_MBCONV,     /* EXPAND, DEPTHWISE, squeeze-excite, PROJECT (Sandler et al. 2018) */
    EFFNET_BLOCK_FUSED,      /* EXPAND of k x k, PROJECT (Tan and Le 2021, "EfficientNetV2") */
    EFFNET_BLOCK_UNIVERSAL,  /* START, EXPAND, DEPTHWISE, PROJECT (Qin et al. 2024, MobileNetV4) */
    EFFNET_BLOCK_CONV,       /* CONV1, activated before the residual is added */
    EFFNET_BLOCK_SEPARABLE,  /* DEPTHWISE, squeeze-excite, PROJECT, no residual; PROJECT is
                              * activated as well (MobileNetV1) */
    EFFNET_BLOCK_BASIC,      /* CONV1, CONV2, both k x k (He et al. 2015), SHORTCUT where needed */
    EFFNET_BLOCK_BOTTLENECK, /* CONV1, CONV2 (k x k, with the stride), CONV3; SHORTCUT likewise */
} EffNetBlockKind;

typedef struct {
    EffNetRole role;
    EffNetBlockKind kind;
    guint stage;         /* in the table, from 0; head: the number of stages */
    guint block;         /* in the stage, from 0 */
    guint sequence;      /* the block's number in the network, from 0; head: the number of blocks */
    gboolean first;      /* the first of its block, which reads the block's input */
    gboolean has_expand; /* the block starts with an EXPAND layer */
    gboolean has_se;     /* the block has squeeze-excite */

    guint kernel, stride;
    guint in_channels, out_channels; /* DEPTHWISE: equal */
    guint group; /* channels that a filter reads in checkpoints; 0: all. The filters that are read
                  * from them have zeros for the other channels. */
    guint in_size, out_size;     /* pixels of a row and of a column; linear layers: 1 */
    guint pad_before, pad_after; /* zeros left of and above the input, and right of and below it */
    EffNetAct act;
    gboolean averages;  /* SHORTCUT of stride 2: it reads means of 2x2 pixels; where pad_after is 1,
                         * those at the ends are of fewer */
    gboolean pooled;    /* HEAD: it reads the pooled vector */
    gboolean has_norm;  /* batch norm after the weights and no bias; otherwise a bias */
    gboolean unbiased;  /* neither batch norm nor a bias */
    gboolean residual;  /* the block's input, or its SHORTCUT, is added before the activation */
    gboolean act_first; /* the residual is added after the activation instead */
    gboolean pool;      /* its output is only the mean over the pixels (global average pooling) */
} EffNetLayer;

typedef struct {
    guint n_layers;
    EffNetLayer *layers; /* in the order of execution */
    guint n_features;    /* pooled channels */
} EffNetNetwork;

static inline gboolean
effnet_layer_has_weights(const EffNetLayer *layer)
{
    return layer->role != EFFNET_ROLE_MAX_POOL && layer->role != EFFNET_ROLE_POOL;
}

static inline gboolean
effnet_layer_is_depthwise(const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_DEPTHWISE || layer->role == EFFNET_ROLE_START;
}

static inline gboolean
effnet_layer_is_squeeze_excite(const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_SE_REDUCE || layer->role == EFFNET_ROLE_SE_EXPAND;
}

/* Whether LAYER is one of those that are trained upon a network. */
static inline gboolean
effnet_layer_is_of_head(const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_HIDDEN || layer->role == EFFNET_ROLE_CLASSIFIER;
}

/* Channels that one filter reads. */
static inline guint
effnet_layer_filter_channels(const EffNetLayer *layer)
{
    return effnet_layer_is_depthwise(layer) ? 1 : layer->in_channels;
}

/* The same in a checkpoint. */
static inline guint
effnet_layer_stored_channels(const EffNetLayer *layer)
{
    return layer->group ? layer->group : effnet_layer_filter_channels(layer);
}

/* Weights of one filter, as the plan has it. */
static inline gsize
effnet_layer_row_length(const EffNetLayer *layer)
{
    return (gsize)layer->kernel * layer->kernel * effnet_layer_filter_channels(layer);
}

/* The layer's name in reports: "stem", "blocks.2.1.expand", "head", "classifier". For g_free(). */
char *effnet_layer_name(const EffNetLayer *layer);

/* Weights as they are stored, plus batch norm's scale and shift or the bias. */
guint64 effnet_layer_params(const EffNetLayer *layer);
guint64 effnet_layer_macs(const EffNetLayer *layer);

/* Whether it is only a classifier upon means. */
static inline gboolean
effnet_head_is_plain(const EffNetHead *head)
{
    return head->n_hidden == 0 && !head->max_pool;
}

/* ARCH with HEAD's layers before its classifier, in place of its own; for effnet_arch_unref(). */
EffNetArch *effnet_arch_new_head(const EffNetArch *arch, const EffNetHead *head);

/* IN_CHANNELS: 1 or 3. N_CLASSES 0: no classifier. PADDING is not AUTO. For
 * effnet_network_free(). */
EffNetNetwork *effnet_network_new(const EffNetArch *arch, guint resolution, guint in_channels,
                                  guint n_classes, EffNetPadding padding);
void effnet_network_free(EffNetNetwork *network);

/* How the table says a network was trained. */
typedef struct {
    EffNetPadding padding; /* the original checkpoints' */
    double epsilon;
    float mean[3], std[3];
    float crop_fraction;
    EffNetInterpolation interpolation;
} EffNetTraining;

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetNetwork, effnet_network_free)

#endif
