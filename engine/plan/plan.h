/* SPDX-License-Identifier: BSD-2-Clause */
/* What is done for one picture, decided once: a flat list of steps over numbered activations, with
 * weights folded, fused and packed. The runtime only walks it. */
#ifndef EFFNET_PLAN_H
#define EFFNET_PLAN_H

#include "../kernels/act.h"
#include "../kernels/kernels.h"
#include "../memory.h"
#include "../recognise/weights.h"

/* What the numbers of an S16 activation are. */
typedef struct {
    float step;  /* a real number */
    float range; /* how far from 0 values were seen, a real number */
    guint8 zero; /* what 0 becomes where they are quantised to 8 bits */
} EffNetScale;

/* An activation of one picture: NHWC, channels padded to EFFNET_LANES (the input's are not). */
typedef struct {
    EffNetType type;
    guint size;                 /* pixels, square; a border of zeros included */
    guint channels;             /* in memory */
    gsize bytes;                /* of one picture */
    gboolean batched;           /* of each picture of a batch there is one at the same time */
    gsize offset;               /* in the arena of one picture, or, times the batch, of the batch */
    guint first_step, end_step; /* lives from the one's begin to the other's begin */
    EffNetScale scale;          /* S16 */
    float factor;               /* of the others: what real numbers are multiplied with */
} EffNetTensorPlan;

typedef enum {
    EFFNET_STEP_CONV,           /* convolution or linear, all that is fused into it */
    EFFNET_STEP_DEPTHWISE,      /* and the sums of its rows for squeeze-excite */
    EFFNET_STEP_CONV_DEPTHWISE, /* both; of the picture between only rows or panels exist */
    EFFNET_STEP_SQUEEZE_EXCITE, /* row sums to gates */
    EFFNET_STEP_MAX_POOL,
    EFFNET_STEP_WINOGRAD, /* CONV of 3x3 by Winograd's method */
} EffNetStepKind;

typedef struct {
    gconstpointer weights; /* packed */
    const float *bias;     /* padded to panels, as are the next two */
    /* Of int8 layers alone; see EffNetConv. */
    const EffNetQuant *quant;
    const float *scale;
    const gint32 *start;
} EffNetPacked;

#define EFFNET_NONE (-1)

/* Activations by number. */
typedef struct {
    EffNetStepKind kind;
    EffNetType type;           /* whose kernels do it */
    EffNetType depthwise_type; /* of a depthwise layer's input and output, whose kernels do that */
    const EffNetConvKernel *conv;     /* of the layers that are no depthwise ones; or NULL */
    const EffNetDwconvKernel *dwconv; /* of the depthwise layer; or NULL */
    const EffNetLayer *layer;         /* the first of n_layers */
    guint n_layers;                   /* 2: CONV_DEPTHWISE, SQUEEZE_EXCITE (reduce, expand) */
    EffNetPacked packed[2];           /* of each layer */
    int in, out;
    int gate, residual; /* CONV; or EFFNET_NONE */
    int gated; /* SQUEEZE_EXCITE: the picture that it multiplies with its gates; or EFFNET_NONE */
    int row_sums;  /* of DEPTHWISE's outputs, where squeeze-excite wants them; or EFFNET_NONE */
    gboolean pool; /* CONV: only the mean over the pixels goes out */
    guint block_pixels; /* a task's share: pixels of a 1x1 CONV, rows of the others, of WINOGRAD
                         * rows of tiles */
    guint block_panels;
    gboolean whole; /* CONV_DEPTHWISE: a task makes all rows of the picture between at once */
    guint pictures; /* of a batch that a task does at once */
    guint pixel_blocks, panel_blocks; /* tasks of a picture, at most: their product */
    /* CONV of rows: outputs whose input, with its border, is in the scratch at once (0: the input
     * has that border itself), and panels of weights that pass by together. */
    guint band_rows, chunk_panels;
} EffNetStep;

typedef struct {
    const EffNetKernels *kernels;
    EffNetType type; /* of the pictures between the layers */
    EffNetNetwork *network;
    guint n_steps;
    EffNetStep *steps;
    guint n_activations;
    EffNetTensorPlan *activations;
    int input, features, logits; /* activations; logits may be EFFNET_NONE */
    guint batch_step; /* pictures of a batch go through the steps before it one after the other, so
                       * that caches hold them, and together from it on, where weights are more */
    gsize picture_bytes; /* of what only the picture at hand needs */
    gsize batch_bytes;   /* of what every picture of a batch needs */
    gsize scratch_bytes; /* of one thread */
    gsize weight_bytes;
    guint8 *weights; /* all packed ones, 64-byte aligned; NULL before they are packed */
    gboolean mapped; /* they are effnet_cache_map()'s */
} EffNetPlan;

/* What parts of the arena, the scratch and the weights begin at. */
static inline gsize
effnet_align(gsize bytes)
{
    return (bytes + EFFNET_ALIGNMENT - 1) / EFFNET_ALIGNMENT * EFFNET_ALIGNMENT;
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

/* The layer whose outputs the step writes. */
static inline const EffNetLayer *
effnet_step_last_layer(const EffNetStep *step)
{
    return step->layer + step->n_layers - 1;
}

/* How many of the step's layers have weights. */
static inline guint
effnet_step_n_packed(const EffNetStep *step)
{
    return effnet_layer_has_weights(step->layer) ? step->n_layers : 0;
}

/* What LAYER's outputs are multiplied with, behind its activation. */
static inline float
effnet_layer_factor(const EffNetLayer *layer, EffNetType type)
{
    return effnet_kernel_act(layer->act, type) == EFFNET_ACT_SILU_LOG2 ? EFFNET_LOG2_E : 1;
}

/* Whether a step's tasks are rows of outputs, not pixels. */
static inline gboolean
effnet_step_has_rows(const EffNetStep *step)
{
    return step->kind == EFFNET_STEP_DEPTHWISE || step->kind == EFFNET_STEP_CONV_DEPTHWISE ||
           step->layer->kernel > 1 || step->layer->stride > 1;
}

/* How many pixels, or rows, the tasks of a step share. */
static inline guint
effnet_step_pixels(const EffNetStep *step)
{
    guint size = effnet_step_last_layer(step)->out_size;

    if (step->kind == EFFNET_STEP_WINOGRAD)
        return effnet_winograd_tiles(size);
    return effnet_step_has_rows(step) ? size : size * size;
}

/* Into how many tasks THREADS share a picture. There are no more bands of a CONV_DEPTHWISE than
 * threads, since each computes rows of the next one as well. */
static inline guint
effnet_step_tasks(const EffNetStep *step, guint threads)
{
    if (step->kind == EFFNET_STEP_CONV_DEPTHWISE)
        return MIN(step->pixel_blocks, threads) * step->panel_blocks;
    return step->pixel_blocks * step->panel_blocks;
}

/* What the outputs of layer P of STEP are multiplied with. */
static inline float
effnet_step_factor(const EffNetPlan *plan, const EffNetStep *step, guint p)
{
    return p + 1 == step->n_layers ? plan->activations[step->out].factor
                                   : effnet_layer_factor(step->layer + p, plan->type);
}

/* The layout, without weights. Takes NETWORK over. KERNELS have TYPE. */
EffNetPlan *effnet_plan_new(EffNetNetwork *network, const EffNetKernels *kernels, EffNetType type);
void effnet_plan_free(EffNetPlan *plan);

/* What a plan needs before it is executed: its weight_bytes packed, or what effnet_cache_map() has
 * of them, which is taken over. */
gboolean effnet_plan_pack(EffNetPlan *plan, EffNetWeights *weights, double epsilon, GError **error);
void effnet_plan_take_mapped(EffNetPlan *plan, gconstpointer weights);

/* Gives those activations that are BATCHED, or are not, their offsets: what is never alive at once
 * may share memory. Returns the bytes that they need. */
gsize effnet_arena_plan(EffNetTensorPlan *activations, guint n, gboolean batched);

/* Whether LAYER is convolved by Winograd's method. */
gboolean effnet_layer_is_winograd(const EffNetLayer *layer, const EffNetKernels *kernels,
                                  EffNetType type);

/* The type of the kernels that read the weights of STEP's layer INDEX. */
static inline EffNetType
effnet_step_type(const EffNetPlan *plan, const EffNetStep *step, guint index)
{
    return step->layer[index].role == EFFNET_ROLE_DEPTHWISE ? step->depthwise_type : plan->type;
}

/* Bytes of the weights of STEP's layer INDEX as its kernel reads them; 0 where it has none. */
gsize effnet_step_packed_bytes(const EffNetPlan *plan, const EffNetStep *step, guint index);

/* Pixels of the input of an int8 network have so many bytes. */
#define EFFNET_INPUT_BYTES 4

/* Bytes of numbers of 32 bits, one for each output channel, padded to panels. */
static inline gsize
effnet_layer_lane_bytes(const EffNetLayer *layer)
{
    return effnet_panels(layer->out_channels) * EFFNET_LANES * sizeof(float);
}

/* What PLAN, of an int8 network, needs for LAYER beside its weights. */
gsize effnet_layer_quant_bytes(const EffNetLayer *layer);

/* Says in PACKED where that is, from ROOM on; returns what is behind it. */
guint8 *effnet_layer_place_quant(const EffNetLayer *layer, EffNetPacked *packed, guint8 *room);

/* Fills PLAN's weights from those that `effnet quantize` wrote, and its activations' scales, which
 * only who looks at activations needs. */
gboolean effnet_plan_pack_int8(EffNetPlan *plan, EffNetWeights *weights, GError **error);

/* Uninitialised room for LAYER's weights (EFFNET_PART_WEIGHT), SIZE bytes each; for g_free(). */
gpointer effnet_layer_new_rows(const EffNetLayer *layer, gsize size, GError **error);

/* LAYER's weights, its batch norm folded into them, and what is added to its sums. NORM, unless it
 * is NULL, is set to the batch norm, if there was one: gamma, beta, mean and variance of all
 * outputs, for g_free(). */
gboolean effnet_layer_fold(EffNetWeights *weights, const EffNetLayer *layer, double epsilon,
                           float *rows, float *bias, float **norm, GError **error);

/* What LAYER's outputs are on average where they are normal before their activation, of the mean
 * and the deviation that NORM gives them. For g_free(). */
float *effnet_layer_new_means(const EffNetLayer *layer, const float *norm);

/* Takes from BIAS what outputs gain where ROWS, with NORM folded into them, are rounded to bf16 and
 * inputs are MEANS times what explains NORM's means best (Nagel et al. 2019, section 4.2.1). */
void effnet_layer_correct_bias(const EffNetLayer *layer, const float *means, const float *norm,
                               const float *rows, float *bias);

/* A filter's channels x taps to taps x channels, as interleaved pictures are read. */
void effnet_layer_interleave(const EffNetLayer *layer, float *rows);

/* ROWS, the weights of STEP's layer INDEX, as its kernel reads them; they are put in another order.
 */
void effnet_step_pack(const EffNetPlan *plan, const EffNetStep *step, guint index, float *rows,
                      gpointer packed);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetPlan, effnet_plan_free)

#endif
