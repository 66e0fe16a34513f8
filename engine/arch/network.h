/* SPDX-License-Identifier: BSD-2-Clause */
/* A network, layer by layer: what a row of a table becomes when it is scaled. */
#ifndef EFFNET_NETWORK_H
#define EFFNET_NETWORK_H

#include <effnet/arch.h>
#include <effnet/model.h>

#include "activation.h"

/* What a layer does in its network. With stage and block, this names it. */
typedef enum {
    EFFNET_ROLE_STEM,      /* the first convolution */
    EFFNET_ROLE_MAX_POOL,  /* behind the stem; no weights */
    EFFNET_ROLE_EXPAND,    /* to the expanded width: MBConv 1x1, Fused-MBConv k x k */
    EFFNET_ROLE_DEPTHWISE, /* one filter a channel */
    EFFNET_ROLE_SE_REDUCE, /* squeeze-excite: pooled vector to its bottleneck */
    EFFNET_ROLE_SE_EXPAND, /* squeeze-excite: bottleneck to a gate for each channel */
    EFFNET_ROLE_PROJECT,   /* 1x1, to the narrow width */
    EFFNET_ROLE_SHORTCUT,  /* 1x1, of the block's input; its output is what the residual adds */
    EFFNET_ROLE_CONV1,     /* dense convolutions of a block, by number */
    EFFNET_ROLE_CONV2,
    EFFNET_ROLE_CONV3,
    EFFNET_ROLE_HEAD,       /* the last convolution, 1x1 */
    EFFNET_ROLE_CLASSIFIER, /* linear */
} EffNetRole;

/* What the blocks of a stage are made of. The first block has the stage's stride; those behind it,
 * stride 1 and equal widths, add their input to their output. */
typedef enum {
    EFFNET_BLOCK_MBCONV,     /* EXPAND, DEPTHWISE, squeeze-excite, PROJECT (Sandler et al. 2018) */
    EFFNET_BLOCK_FUSED,      /* EXPAND of k x k, PROJECT (Tan and Le 2021, "EfficientNetV2") */
    EFFNET_BLOCK_CONV,       /* CONV1, activated before the residual is added */
    EFFNET_BLOCK_SEPARABLE,  /* DEPTHWISE, PROJECT, both activated, no residual (MobileNetV1) */
    EFFNET_BLOCK_BASIC,      /* CONV1, CONV2, of k x k (He et al. 2015); a SHORTCUT where needed */
    EFFNET_BLOCK_BOTTLENECK, /* CONV1, CONV2 of k x k with the stride, CONV3; the same */
} EffNetBlockKind;

typedef struct {
    EffNetRole role;
    EffNetBlockKind kind;
    guint stage;         /* of the table, from 0; head: how many there are */
    guint block;         /* within the stage, from 0 */
    guint sequence;      /* of the block in the network, from 0; head: how many there are */
    gboolean first;      /* of its block: it reads the block's input */
    gboolean has_expand; /* the block begins with an EXPAND layer */
    gboolean has_se;     /* the block has squeeze-excite */

    guint kernel, stride;
    guint in_channels, out_channels; /* DEPTHWISE: equal, one filter each */
    guint in_size, out_size;         /* pixels, square; linear layers: 1 */
    guint pad_before, pad_after;     /* zeros around the input, left and top, right and bottom */
    EffNetAct act;
    gboolean has_norm;  /* batch norm behind the weights, and no bias; else a bias */
    gboolean residual;  /* the block's input, or its SHORTCUT, is added before the activation */
    gboolean act_first; /* the residual is added after the activation instead */
    gboolean pool;      /* only the mean over the pixels counts (global average pooling) */
} EffNetLayer;

typedef struct {
    guint n_layers;
    EffNetLayer *layers; /* in the order of execution */
    guint n_features;    /* channels that are pooled */
} EffNetNetwork;

static inline gboolean
effnet_layer_has_weights(const EffNetLayer *layer)
{
    return layer->role != EFFNET_ROLE_MAX_POOL;
}

static inline gboolean
effnet_layer_is_squeeze_excite(const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_SE_REDUCE || layer->role == EFFNET_ROLE_SE_EXPAND;
}

/* Channels that one filter reads. */
static inline guint
effnet_layer_filter_channels(const EffNetLayer *layer)
{
    return layer->role == EFFNET_ROLE_DEPTHWISE ? 1 : layer->in_channels;
}

/* Weights of one filter. */
static inline gsize
effnet_layer_row_length(const EffNetLayer *layer)
{
    return (gsize)layer->kernel * layer->kernel * effnet_layer_filter_channels(layer);
}

/* The layer's name in reports: "stem", "blocks.2.1.expand", "head", "classifier". */
char *effnet_layer_name(const EffNetLayer *layer);

/* Weights with what belongs to them: batch norm's scale and shift, or the bias. */
guint64 effnet_layer_params(const EffNetLayer *layer);
guint64 effnet_layer_macs(const EffNetLayer *layer);

/* IN_CHANNELS 1 or 3; N_CLASSES 0: no classifier; PADDING not AUTO. */
EffNetNetwork *effnet_network_new(const EffNetArch *arch, guint resolution, guint in_channels,
                                  guint n_classes, EffNetPadding padding);
void effnet_network_free(EffNetNetwork *network);

/* How a named network was trained, by the table. */
typedef struct {
    EffNetPadding padding; /* of the original checkpoints */
    double epsilon;
    float mean[3], std[3];
    float crop_fraction;
    EffNetInterpolation interpolation;
} EffNetTraining;

const EffNetTraining *effnet_arch_get_training(const EffNetArch *arch);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetNetwork, effnet_network_free)

#endif
