/* SPDX-License-Identifier: BSD-2-Clause */
/* What a plan consists of: ops, which read and write numbered tensors. */
#ifndef EFFNET_OP_H
#define EFFNET_OP_H

#include "../arch/network.h"
#include "../kernels/kernels.h"
#include "../memory.h"

/* How a quantised tensor's integers stand for real numbers. */
typedef struct {
    float scale; /* the real value of one unit */
    float range; /* the largest absolute real value that was seen on sample images */
    guint8 zero; /* what 0 becomes where the tensor is quantised to 8 bits */
} EffNetQuantParams;

/* A feature map of one image, SIZE x SIZE x CHANNELS in the order NHWC, or a vector (size 1).
 * Channels are padded to EFFNET_LANES, except the network's input's. */
typedef struct {
    EffNetType type;
    guint size;       /* pixels of a row, including a border of zeros if there is one */
    guint channels;   /* channels in memory */
    gsize bytes;      /* bytes for one image */
    gboolean batched; /* all images of a batch have theirs at the same time */
    gsize offset; /* bytes from the start of the arena; if batched, times the images of the batch */
    guint first_op, end_op;         /* it lives in ops [first_op, end_op) */
    EffNetQuantParams quantisation; /* S16 and U8 */
    float factor;                   /* other types: what real values are multiplied by in memory */
} EffNetPlanTensor;

typedef enum {
    EFFNET_OP_CONV,           /* a dense convolution or linear layer, and what is fused into it */
    EFFNET_OP_DEPTHWISE,      /* and its rows' sums, for squeeze-excite */
    EFFNET_OP_CONV_DEPTHWISE, /* CONV, then DEPTHWISE: only a ring of rows, or one task's panels, of
                               * the feature map between them exists */
    EFFNET_OP_SQUEEZE_EXCITE, /* from row sums to gates */
    EFFNET_OP_MAX_POOL,
    EFFNET_OP_POOL,     /* maxima and means of all pixels */
    EFFNET_OP_WINOGRAD, /* a CONV of 3x3 by Winograd's method */
} EffNetOpKind;

typedef struct {
    gconstpointer weights; /* as the kernel's pack() wrote them */
    const float *bias;     /* padded to panels, like scale and start */
    /* For int8 layers only; see EffNetConv. */
    const EffNetQuant *quant;
    const float *scale;
    const gint32 *start;
} EffNetPacked;

#define EFFNET_NONE (-1)

/* An op's tensors are given by number, or as EFFNET_NONE. */
typedef struct {
    EffNetOpKind kind;
    EffNetType type;                  /* the type whose kernels compute it */
    EffNetType depthwise_type;        /* the type of the depthwise layer's input and output */
    const EffNetConvKernel *conv;     /* for layers that are not depthwise; or NULL */
    const EffNetDwconvKernel *dwconv; /* for the depthwise layer; or NULL */
    const EffNetLayer *layer;         /* the first of n_layers */
    guint n_layers;         /* 2 for CONV_DEPTHWISE and SQUEEZE_EXCITE (reduce, expand), else 1 */
    EffNetPacked packed[2]; /* each layer's */
    int in, out;
    int gate, residual; /* CONV; or EFFNET_NONE */
    int gated; /* SQUEEZE_EXCITE: the feature map that it multiplies by its gates, or EFFNET_NONE */
    int row_sums;  /* the sums of DEPTHWISE's output rows, if squeeze-excite needs them; or
                    * EFFNET_NONE */
    gboolean pool; /* CONV: writes only the mean over the pixels */

    /* A task's share: pixels of a 1x1 CONV, rows of tiles of WINOGRAD, rows of outputs of all
     * others. */
    guint block_pixels;
    guint block_panels;
    guint pixel_blocks, panel_blocks; /* their product is the most tasks per image */
    gboolean whole; /* CONV_DEPTHWISE: a task computes all rows between the layers at once */
    guint images;   /* images of a batch that a task computes at once */
    /* CONV of rows. BAND_ROWS: the output rows whose input, with its border, is copied to the
     * scratch at once (0: the input is read in place). CHUNK_PANELS: panels that go over the rows
     * together. */
    guint band_rows, chunk_panels;
} EffNetOp;

typedef struct {
    const EffNetKernels *kernels;
    EffNetType type; /* the feature maps' between layers */
    EffNetNetwork *network;
    guint n_ops;
    EffNetOp *ops;
    guint n_tensors;
    EffNetPlanTensor *tensors;
    int input, features, logits; /* tensors; logits may be EFFNET_NONE */
    /* The first op that a batch goes through together, since from there on weights are more than
     * feature maps. Before it, images go one after another, so that they stay in caches. */
    guint batch_op;
    gsize image_bytes;   /* arena for what only the image at hand needs */
    gsize batch_bytes;   /* arena for what each image of a batch needs */
    gsize scratch_bytes; /* of each thread */
    gsize weight_bytes;
    guint8 *weights; /* all that are packed, 64-byte aligned; NULL until then */
} EffNetPlan;

/* BYTES rounded up to where a part of the arena, the scratch or the weights can start. */
static inline gsize
effnet_align(gsize bytes)
{
    return (bytes + EFFNET_ALIGNMENT - 1) / EFFNET_ALIGNMENT * EFFNET_ALIGNMENT;
}

/* How many blocks of at most BLOCK make up N. */
static inline guint
effnet_blocks(guint n, guint block)
{
    return (n + block - 1) / block;
}

/* Elements of an input row, without padding of channels, plus its border of zeros: a row of a band
 * in the scratch. */
static inline gsize
effnet_layer_band_row(const EffNetLayer *layer)
{
    return ((gsize)layer->in_size + layer->pad_before + layer->pad_after) * layer->in_channels;
}

/* Input rows, border included, under ROWS output rows. */
static inline guint
effnet_layer_band_height(const EffNetLayer *layer, guint rows)
{
    return (rows - 1) * layer->stride + layer->kernel;
}

/* Pixels of a row of the ring between a convolution and DEPTHWISE, borders included. */
static inline guint
effnet_layer_ring_pixels(const EffNetLayer *depthwise)
{
    return depthwise->pad_before + depthwise->in_size + depthwise->pad_after;
}

/* The layer whose outputs OP writes. */
static inline const EffNetLayer *
effnet_op_last_layer(const EffNetOp *op)
{
    return op->layer + op->n_layers - 1;
}

/* How many of OP's layers have weights. */
static inline guint
effnet_op_n_packed(const EffNetOp *op)
{
    return effnet_layer_has_weights(op->layer) ? op->n_layers : 0;
}

/* Whether OP is cut into rows, not into pixels. */
static inline gboolean
effnet_op_has_rows(const EffNetOp *op)
{
    return op->kind == EFFNET_OP_DEPTHWISE || op->kind == EFFNET_OP_CONV_DEPTHWISE ||
           op->layer->kernel > 1 || op->layer->stride > 1;
}

/* How many pixels, or rows, OP's tasks share out. */
static inline guint
effnet_op_pixels(const EffNetOp *op)
{
    guint size = effnet_op_last_layer(op)->out_size;

    if (op->kind == EFFNET_OP_WINOGRAD)
        return effnet_winograd_tiles(size);
    return effnet_op_has_rows(op) ? size : size * size;
}

/* How many tasks an image is for THREADS threads. CONV_DEPTHWISE has no more bands than threads,
 * since each band also computes rows that belong to the next. */
static inline guint
effnet_op_tasks(const EffNetOp *op, guint threads)
{
    if (op->kind == EFFNET_OP_CONV_DEPTHWISE)
        return MIN(op->pixel_blocks, threads) * op->panel_blocks;
    return op->pixel_blocks * op->panel_blocks;
}

/* Elements of a span of LAYER's windows, as its kernel reads them. The input of an int8 network is
 * padded to four bytes per pixel. */
#define EFFNET_INPUT_BYTES 4

static inline gsize
effnet_layer_span(const EffNetLayer *layer, EffNetType type)
{
    guint channels = layer->in_channels;

    if (type == EFFNET_TYPE_S16 && layer->role == EFFNET_ROLE_STEM)
        channels = EFFNET_INPUT_BYTES;
    return (gsize)layer->kernel * channels;
}

#endif
