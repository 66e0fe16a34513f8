/* SPDX-License-Identifier: BSD-2-Clause */
/* What a plan is made of: ops, which read and write numbered tensors. */
#ifndef EFFNET_OP_H
#define EFFNET_OP_H

#include "../arch/network.h"
#include "../kernels/kernels.h"
#include "../memory.h"

/* How whole numbers stand for real ones. */
typedef struct {
    float scale; /* real value of one unit */
    float range; /* how far from 0 real values were seen */
    guint8 zero; /* what 0 becomes where numbers are quantised to 8 bits */
} EffNetQuantParams;

/* A feature map of one image, or a vector: NHWC, square, channels padded to EFFNET_LANES (the
 * input's are not). */
typedef struct {
    EffNetType type;
    guint size;                     /* pixels of a row; a border of zeros included */
    guint channels;                 /* in memory */
    gsize bytes;                    /* of one image's */
    gboolean batched;               /* each image of a batch has its own at the same time */
    gsize offset;                   /* in one image's arena, or, times the batch, the batch's */
    guint first_op, end_op;         /* it lives in ops [first_op, end_op) */
    EffNetQuantParams quantisation; /* of S16 and U8 */
    float factor;                   /* of the others: real numbers are multiplied with it */
} EffNetPlanTensor;

typedef enum {
    EFFNET_OP_CONV,           /* convolution or linear layer, with all that is fused into it */
    EFFNET_OP_DEPTHWISE,      /* and the sums of its rows for squeeze-excite */
    EFFNET_OP_CONV_DEPTHWISE, /* both: only a ring of rows, or one task's panels, of the feature
                               * map between them exists */
    EFFNET_OP_SQUEEZE_EXCITE, /* row sums to gates */
    EFFNET_OP_MAX_POOL,
    EFFNET_OP_WINOGRAD, /* CONV of 3x3 by Winograd's method */
} EffNetOpKind;

typedef struct {
    gconstpointer weights; /* packed */
    const float *bias;     /* padded to panels, as are the next two */
    /* Of int8 layers alone; see EffNetConv. */
    const EffNetQuant *quant;
    const float *scale;
    const gint32 *start;
} EffNetPacked;

#define EFFNET_NONE (-1)

/* Tensors are given by number. */
typedef struct {
    EffNetOpKind kind;
    EffNetType type;                  /* whose kernels do it */
    EffNetType depthwise_type;        /* of a depthwise layer's input and output */
    const EffNetConvKernel *conv;     /* of the layers that are not depthwise; or NULL */
    const EffNetDwconvKernel *dwconv; /* of the depthwise layer; or NULL */
    const EffNetLayer *layer;         /* the first of n_layers */
    guint n_layers;                   /* 2: CONV_DEPTHWISE, SQUEEZE_EXCITE (reduce, expand) */
    EffNetPacked packed[2];           /* of each layer */
    int in, out;
    int gate, residual; /* CONV; or EFFNET_NONE */
    int gated;     /* SQUEEZE_EXCITE: the feature map that it multiplies with its gates, or NONE */
    int row_sums;  /* of DEPTHWISE's outputs, where squeeze-excite wants them; or EFFNET_NONE */
    gboolean pool; /* CONV: only the mean over the pixels goes out */

    /* A task's share: pixels of a 1x1 CONV, rows of the others, rows of tiles of WINOGRAD. */
    guint block_pixels;
    guint block_panels;
    guint pixel_blocks, panel_blocks; /* their product: tasks of an image, at most */
    gboolean whole; /* CONV_DEPTHWISE: a task makes all rows between the layers at once */
    guint images;   /* of a batch that a task does at once */
    /* CONV of rows: rows of outputs whose input, with its border, is in the scratch at once (0: the
     * input has that border itself), and panels of weights that pass by together. */
    guint band_rows, chunk_panels;
} EffNetOp;

typedef struct {
    const EffNetKernels *kernels;
    EffNetType type; /* of the feature maps between the layers */
    EffNetNetwork *network;
    guint n_ops;
    EffNetOp *ops;
    guint n_tensors;
    EffNetPlanTensor *tensors;
    int input, features, logits; /* tensors; logits may be EFFNET_NONE */
    /* Images of a batch go through the ops before it one after the other, so that caches hold them,
     * and together from it on, where weights are more. */
    guint batch_op;
    gsize image_bytes;   /* of what only the image at hand needs */
    gsize batch_bytes;   /* of what each image of a batch needs */
    gsize scratch_bytes; /* of one thread */
    gsize weight_bytes;
    guint8 *weights; /* all packed ones, 64-byte aligned; NULL before they are packed */
} EffNetPlan;

/* Where parts of the arena, the scratch and the weights begin. */
static inline gsize
effnet_align(gsize bytes)
{
    return (bytes + EFFNET_ALIGNMENT - 1) / EFFNET_ALIGNMENT * EFFNET_ALIGNMENT;
}

/* How many blocks of BLOCK, the last one perhaps smaller, N make. */
static inline guint
effnet_blocks(guint n, guint block)
{
    return (n + block - 1) / block;
}

/* Elements of a row of the input with its border of zeros, as a band in the scratch holds it. */
static inline gsize
effnet_layer_band_row(const EffNetLayer *layer)
{
    return ((gsize)layer->in_size + layer->pad_before + layer->pad_after) * layer->in_channels;
}

/* Rows of the input under ROWS rows of outputs. */
static inline guint
effnet_layer_band_height(const EffNetLayer *layer, guint rows)
{
    return (rows - 1) * layer->stride + layer->kernel;
}

/* Pixels of a row of the ring between a convolution and DEPTHWISE. */
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

/* Whether OP's tasks are rows of outputs, not pixels. */
static inline gboolean
effnet_op_has_rows(const EffNetOp *op)
{
    return op->kind == EFFNET_OP_DEPTHWISE || op->kind == EFFNET_OP_CONV_DEPTHWISE ||
           op->layer->kernel > 1 || op->layer->stride > 1;
}

/* How many pixels, or rows, OP's tasks share. */
static inline guint
effnet_op_pixels(const EffNetOp *op)
{
    guint size = effnet_op_last_layer(op)->out_size;

    if (op->kind == EFFNET_OP_WINOGRAD)
        return effnet_winograd_tiles(size);
    return effnet_op_has_rows(op) ? size : size * size;
}

/* Into how many tasks THREADS share an image. There are no more bands of a CONV_DEPTHWISE than
 * threads, since each computes rows of the next one as well. */
static inline guint
effnet_op_tasks(const EffNetOp *op, guint threads)
{
    if (op->kind == EFFNET_OP_CONV_DEPTHWISE)
        return MIN(op->pixel_blocks, threads) * op->panel_blocks;
    return op->pixel_blocks * op->panel_blocks;
}

/* Elements of each of a window's runs, as LAYER's kernel reads them: pixels of the input of an int8
 * network, of four bytes each, are filled up. */
#define EFFNET_INPUT_BYTES 4

static inline gsize
effnet_layer_run(const EffNetLayer *layer, EffNetType type)
{
    guint channels = layer->in_channels;

    if (type == EFFNET_TYPE_S16 && layer->role == EFFNET_ROLE_STEM)
        channels = EFFNET_INPUT_BYTES;
    return (gsize)layer->kernel * channels;
}

#endif
