/* SPDX-License-Identifier: BSD-2-Clause */
/* A network as other programs store it, a graph of operations, reduced to what a network of the
 * family is made of: convolutions and linear layers in their order, batch norm folded into them.
 * The readers of file formats tell it one operation after another, in the order of execution. */
#ifndef EFFNET_CONVERT_GRAPH_H
#define EFFNET_CONVERT_GRAPH_H

#include "constant.h"
#include "checkpoint/formats.h"
#include "recognise/weights.h"

typedef struct {
    char *name;       /* the file's, for errors */
    guint64 dims[4];  /* out, in (of one filter), height, width */
    float *weights;   /* by DIMS, row-major */
    float *bias;      /* dims[0] */
    gboolean grouped; /* a filter for each channel */
    guint stride;
    EffNetPadding padding; /* AUTO: it cannot be told */
    guint reads;           /* which value; two layers may read the same */
    gboolean added;        /* its outputs go into a sum before any activation */
    gboolean activated;
} EffNetGraphLayer;

/* ReLU or ReLU6, whichever the network has: quantised ones may leave it to where the numbers end
 * that they store. */
#define EFFNET_GRAPH_ACT_CLAMP EFFNET_ACTS

typedef struct {
    char *path;
    GArray *values; /* by their numbers; see graph.c */
    guint n_serials;
    GHashTable *files; /* GBytes by name: what constants are in beside the file itself */
    gsize n_file_bytes;
    GPtrArray *layers;                        /* EffNetGraphLayer */
    guint64 n_weights;                        /* of all of them */
    guint n_acts[EFFNET_GRAPH_ACT_CLAMP + 1]; /* how often each is computed */
    guint n_sums;                             /* of two activations */
    double scale[3], offset[3];               /* what is done to the picture first */
    gboolean is_normalised;                   /* and whether anything is */
    gboolean reads_bytes;                     /* the picture is of 0..255, whatever SCALE is */
    EffNetActivation activation;              /* of the outputs, where the file says it */
    guint resolution;                         /* of the picture; 0: any */
    gboolean is_quantised;                    /* weights are, in the file */
} EffNetGraph;

EffNetGraph *effnet_graph_new(const char *path);
void effnet_graph_free(EffNetGraph *graph);

/* FALSE, with an error that begins with the file's name. */
gboolean effnet_graph_fail(const EffNetGraph *graph, GError **error, const char *format, ...)
    G_GNUC_PRINTF(3, 4);

/* Values are numbered by the reader, from 0; more are not kept. */
#define EFFNET_GRAPH_MAX_VALUES (1u << 20)

void effnet_graph_set_input(EffNetGraph *graph, guint value);
void effnet_graph_set_constant(EffNetGraph *graph, guint value, const EffNetConstant *constant);
/* NULL where VALUE is none. */
const EffNetConstant *effnet_graph_get_constant(const EffNetGraph *graph, guint value);
/* Whether VALUE depends on the picture. */
gboolean effnet_graph_is_feature(const EffNetGraph *graph, guint value);

/* How the weights of a convolution lie. */
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
    guint groups; /* 0: a filter for each channel */
    guint stride;
    EffNetPadding padding;
} EffNetGraphConv;

/* Layers; putting them in order takes the square of their number. */
#define EFFNET_GRAPH_MAX_LAYERS (1u << 14)
/* Of all layers, many of which can have the same in a file; L2 has half as many. */
#define EFFNET_GRAPH_MAX_WEIGHTS (1u << 30)

gboolean effnet_graph_add_conv(EffNetGraph *graph, const EffNetGraphConv *conv, GError **error);

/* gamma (x - mean) / sqrt(variance + epsilon) + beta */
typedef struct {
    guint in, out;
    const EffNetConstant *gamma, *beta, *mean, *variance; /* GAMMA, BETA may be NULL: 1, 0 */
    double epsilon;
} EffNetGraphNorm;

gboolean effnet_graph_add_norm(EffNetGraph *graph, const EffNetGraphNorm *norm, GError **error);
void effnet_graph_add_act(EffNetGraph *graph, EffNetAct act, guint in, guint out);
/* '+', '-', '*' or '/' of two values: residuals, biases, swish, gates, the picture's scaling. */
gboolean effnet_graph_add_binary(EffNetGraph *graph, char op, guint a, guint b, guint out,
                                 GError **error);
/* OUT is what IN is, as far as layers care (EXACT), or something made of it. */
void effnet_graph_add_pass(EffNetGraph *graph, gboolean exact, guint in, guint out);

/* Puts shortcuts before the block whose input they read, as networks of the family have them. */
void effnet_graph_sort(EffNetGraph *graph);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetGraph, effnet_graph_free)

#endif
