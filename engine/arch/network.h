/* SPDX-License-Identifier: BSD-2-Clause */
/* A network laid out layer by layer: what a table row and a scaling become. */
#ifndef EFFNET_NETWORK_H
#define EFFNET_NETWORK_H

#include <effnet/arch.h>
#include <effnet/model.h>

/* What a layer is to its network; with stage and block it is the layer's name. */
typedef enum {
    EFFNET_ROLE_STEM,       /* the first convolution */
    EFFNET_ROLE_EXPAND,     /* MBConv: 1x1, to the expanded width */
    EFFNET_ROLE_DEPTHWISE,  /* MBConv: one filter a channel */
    EFFNET_ROLE_SE_REDUCE,  /* squeeze-excite: pooled vector to its bottleneck */
    EFFNET_ROLE_SE_EXPAND,  /* squeeze-excite: bottleneck to a gate for each channel */
    EFFNET_ROLE_PROJECT,    /* MBConv: 1x1, to the narrow width, no activation */
    EFFNET_ROLE_HEAD,       /* the last convolution, 1x1, global average pooling behind it */
    EFFNET_ROLE_CLASSIFIER, /* linear */
} EffNetRole;

typedef enum {
    EFFNET_ACT_NONE,
    EFFNET_ACT_RELU,
    EFFNET_ACT_RELU6,
    EFFNET_ACT_SILU,
    EFFNET_ACT_SIGMOID,
} EffNetAct;

typedef struct {
    EffNetRole role;
    guint stage;         /* of the table, from 0; stem, head, classifier: 0 */
    guint block;         /* within the stage, from 0 */
    guint sequence;      /* of the block in the network, from 0 */
    gboolean has_expand; /* the block begins with an EXPAND layer */
    gboolean has_se;     /* the block has squeeze-excite */

    guint kernel, stride;
    guint in_channels, out_channels; /* DEPTHWISE: equal, one filter each */
    guint in_size, out_size;         /* pixels, square; linear layers: 1 */
    guint pad_before, pad_after;     /* zeros around the input, left and top, right and bottom */
    EffNetAct act;
    gboolean has_norm; /* batch norm behind the weights, and no bias; else a bias */
    gboolean residual; /* the block's input is added to the output */
} EffNetLayer;

typedef struct {
    guint n_layers;
    EffNetLayer *layers; /* in the order of execution */
    guint n_features;    /* channels behind the head */
} EffNetNetwork;

/* How the layers' names read in reports: "stem", "blocks.2.1.expand", "head", "classifier". */
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
