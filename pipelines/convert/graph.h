/* SPDX-License-Identifier: BSD-2-Clause */
/* A network as other programs store it, a graph of operations, reduced to what our families of
 * networks consist of: convolutions and linear layers in order, with batch norm folded into them.
 * The readers of file formats add one operation after another, in the order of execution. */
#ifndef EFFNET_CONVERT_GRAPH_H
#define EFFNET_CONVERT_GRAPH_H

#include "constant.h"
#include "checkpoint/formats.h"
#include "recognise/weights.h"

typedef struct {
    char *name;       /* the file's, for errors */
    guint64 dims[4];  /* out, in (of one filter), height, width */
    float *weights;   /* of shape DIMS, row-major */
    float *bias;      /* dims[0] of them */
    gboolean grouped; /* one filter per channel */
    guint groups;     /* otherwise: of filters, each of which reads as many channels */
    gboolean linear;  /* its weights have two dimensions */
    guint stride;
    gboolean averages;     /* it reads means of 2x2 pixels, which counts as a stride of 2 */
    EffNetPadding padding; /* AUTO: unknown */
    guint reads;           /* a value; two layers may read the same one */
    gboolean added;        /* its outputs are added to something before any activation */
    gboolean activated;
    guint act; /* the first operation upon its outputs, if that is an EffNetAct, or CLAMP */
} EffNetGraphLayer;

/* ReLU or ReLU6, whichever the network has: quantised files may only show it by the range of the
 * numbers they store. */
#define EFFNET_GRAPH_ACT_CLAMP EFFNET_ACTS

typedef struct {
    char *path;
    GArray *values; /* by number; see graph.c */
    guint n_serials;
    gboolean is_packed; /* it is in an archive, so that nothing beside PATH belongs to it */
    GHashTable *files;  /* GBytes by name: those beside the file itself that were read */
    gsize n_file_bytes;
    GPtrArray *norms;      /* those that linear layers behind them are to take; see graph.c */
    gboolean is_norm_lost; /* something else reads what such a norm makes */
    GPtrArray *layers;     /* EffNetGraphLayer */
    guint64 n_weights;     /* of all layers */
    guint n_acts[EFFNET_GRAPH_ACT_CLAMP + 1]; /* how many times each is applied */
    guint n_sums;                             /* of two feature maps */
    double scale[3], offset[3];               /* what is done to the image first */
    gboolean is_normalised;                   /* whether anything is done to it */
    gboolean reads_bytes;        /* the image has pixels of 0..255, whatever SCALE is */
    gboolean is_uncropped;       /* the network sees all of the image */
    EffNetActivation activation; /* the outputs', if the file says it */
    guint resolution;            /* the image's; 0: any */
    gboolean is_quantised;       /* weights are quantised in the file */
} EffNetGraph;

EffNetGraph *effnet_graph_new(const char *path);
void effnet_graph_free(EffNetGraph *graph);

/* Sets an error that starts with the file's name; returns FALSE. */
gboolean effnet_graph_fail(const EffNetGraph *graph, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Values are numbered by the reader, from 0 up to this limit. */
#define EFFNET_GRAPH_MAX_VALUES (1u << 20)

void effnet_graph_set_input(EffNetGraph *graph, guint value);
void effnet_graph_set_constant(EffNetGraph *graph, guint value, const EffNetConstant *constant);
/* NULL if VALUE is not a constant. */
const EffNetConstant *effnet_graph_get_constant(const EffNetGraph *graph, guint value);
/* Whether VALUE depends on the image. */
gboolean effnet_graph_is_feature(const EffNetGraph *graph, guint value);

/* The order of a convolution's weights in memory. */
typedef enum {
    EFFNET_WEIGHTS_OIHW,
    EFFNET_WEIGHTS_OHWI,
    EFFNET_WEIGHTS_HWIO,
    EFFNET_WEIGHTS_HWOI, /* depthwise */
    EFFNET_WEIGHTS_1HWO, /* depthwise */
    EFFNET_WEIGHTS_IO,   /* linear, transposed */
} EffNetWeightsOrder;

typedef struct {
    const char *name;
    guint in, out;                        /* values */
    const EffNetConstant *weights, *bias; /* BIAS may be NULL */
    EffNetWeightsOrder order;
    guint groups; /* 0: one filter per channel */
    guint stride;
    EffNetPadding padding;
} EffNetGraphConv;

/* The most layers; sorting takes time proportional to the square of their number. */
#define EFFNET_GRAPH_MAX_LAYERS (1u << 14)
/* The most weights of all layers, many of which may share theirs in a file; L2 has half as many. */
#define EFFNET_GRAPH_MAX_WEIGHTS (1u << 30)

gboolean effnet_graph_add_conv(EffNetGraph *graph, const EffNetGraphConv *conv, GError **error);

/* gamma * (x - mean) / sqrt(variance + epsilon) + beta. */
typedef struct {
    guint in, out;
    const EffNetConstant *gamma, *beta, *mean, *variance; /* GAMMA, BETA may be NULL: 1, 0 */
    double epsilon;
} EffNetGraphNorm;

/* Folds NORM into the layer before it or, behind anything else, into the linear ones after it. */
gboolean effnet_graph_add_norm(EffNetGraph *graph, const EffNetGraphNorm *norm, GError **error);
/* Whether all norms are in layers, once all of the graph is added. */
gboolean effnet_graph_check_norms(const EffNetGraph *graph, GError **error);
void effnet_graph_add_act(EffNetGraph *graph, EffNetAct act, guint in, guint out);
/* '+', '-', '*' or '/' of two values: residuals, biases, swish, gates, scaling of the image, parts
 * of batch norms. */
gboolean effnet_graph_add_binary(EffNetGraph *graph, char op, guint a, guint b, guint out,
                                 GError **error);
/* OUT equals IN as far as layers are concerned (EXACT), or is computed from it. */
void effnet_graph_add_pass(EffNetGraph *graph, gboolean exact, guint in, guint out);
/* OUT is the means of 2x2 pixels of IN each, or of fewer at its ends. */
void effnet_graph_add_averages(EffNetGraph *graph, guint in, guint out);

/* Moves shortcuts before the block whose input they read, which is our order. */
void effnet_graph_sort(EffNetGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetGraph, effnet_graph_free)

#endif
