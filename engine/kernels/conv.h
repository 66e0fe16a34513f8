/* SPDX-License-Identifier: BSD-2-Clause */
/* Dense convolutions and linear layers as one matrix product: each output pixel is a window of the
 * input times the weights.
 *
 * A window consists of SPANS spans of SPAN contiguous elements. For a 1x1 convolution it is one
 * span, the pixel's channels; for a k x k one it is k spans of k * channels elements, since the
 * pixels of an interleaved row are adjacent; for a linear layer it is the whole vector, as one
 * pixel. Where a window needs a border of zeros, the input has it in memory. */
#ifndef EFFNET_KERNEL_CONV_H
#define EFFNET_KERNEL_CONV_H

#include "act.h"
#include "quant.h"
#include "type.h"

/* Channels of a panel: a cache line of floats, and a vector of the widest instruction set. The
 * channels of a pixel in memory, and packed weights, are padded with zeros to whole panels. */
#define EFFNET_LANES 16

/* A block of PIXELS x (PANELS * EFFNET_LANES) outputs: act(window * weights + bias + residual), or
 * with act_first act(window * weights + bias) + residual. Strides are in elements. */
typedef struct {
    /* The kernel's own type, F32, or, for int8 kernels, U8. A residual is of the kernel's own type;
     * outputs of U8 have none. */
    EffNetType in_type, out_type;
    gconstpointer in;  /* the window of the first pixel */
    gsize in_stride;   /* from one pixel's window to the next */
    guint spans;       /* spans of a window, at least 1 */
    guint span;        /* elements of each span */
    gsize span_stride; /* from one span of a window to the next */
    const float *gate; /* NULL, or SPAN factors by which the window is multiplied (squeeze-excite),
                        * with spans == 1 */
    gconstpointer weights; /* the whole layer's, as pack() wrote them */
    const float *bias;     /* all_panels * EFFNET_LANES */
    guint all_panels;      /* the layer's */
    gboolean half_panel;   /* the layer's last panel has channels only in its lower half */
    guint first_panel, panels;
    guint pixels;
    gboolean pixels_at_hand; /* the input is in L2 already */
    gpointer out;            /* the first pixel's first_panel; unused where there is a pool */
    gsize out_stride;        /* from one pixel to the next */
    gconstpointer residual;  /* NULL, or laid out like out */
    gsize residual_stride;
    float *pool; /* NULL, or receives the outputs' mean over the pixels, from first_panel on, as
                  * floats */
    EffNetAct act;
    gboolean act_first; /* the residual is added after the activation */
    gpointer scratch;   /* effnet_conv_scratch() bytes, 64-byte aligned */
    /* For int8 kernels only, all_panels * EFFNET_LANES of each. SCALE: output units per unit of a
     * sum. START: what sums start from, to compensate for an input whose zero is not 0. */
    const EffNetQuant *quant;
    const float *scale;
    const gint32 *start;
} EffNetConv;

/* A kernel's contract: all that the plan may assume about it. In which order weights are packed
 * within a panel, or within the panels that are packed together, is the kernel's own affair. */
typedef struct {
    EffNetActSet acts; /* activations that it can apply */
    guint group;       /* consecutive products of a span that are summed at once */
    guint group_bytes; /* of one lane's weights for a group */
    guint tile_pixels; /* of its largest tile: blocks run best when they are a multiple of it */
    guint8 offset; /* int8: what is subtracted from the 8-bit inputs before they are multiplied: 0
                    * where products take them as unsigned, 128 where they take them as signed */
    /* The order in which a pixel's products are summed depends on its place in the block and on the
     * block's size, so that images of a batch must not share a block. */
    gboolean place_matters;

    /* WEIGHTS: OUT x (SPANS * SPAN) floats, one row per output channel. PACKED:
     * effnet_conv_packed_bytes(), 64-byte aligned. */
    void (*pack)(gpointer packed, const float *weights, guint spans, gsize span, guint out);
    void (*run)(const EffNetConv *conv);
    /* Multiplies in place the first N elements, whole panels of the kernel's own type, of each of
     * PIXELS pixels, STRIDE elements apart, by GATE[0..N). NULL: only run() can gate. */
    void (*gate)(gpointer pixel, gsize stride, guint pixels, const float *gate, gsize n);
} EffNetConvKernel;

static inline guint
effnet_panels(guint channels)
{
    return (channels + EFFNET_LANES - 1) / EFFNET_LANES;
}

static inline gsize
effnet_conv_groups(gsize span, guint group)
{
    return (span + group - 1) / group;
}

static inline gsize
effnet_conv_packed_bytes(const EffNetConvKernel *kernel, guint spans, gsize span, guint out)
{
    return spans * effnet_conv_groups(span, kernel->group) * effnet_panels(out) * EFFNET_LANES *
           kernel->group_bytes;
}

/* What a tile prefetches into L2: EFFNET_CONV_LINES cache lines for every 4 cache lines of one
 * panel's weights that it reads.
 *
 * Usually these are weights, EFFNET_CONV_AHEAD bytes ahead of the tile's own; each tile of a column
 * fetches another part. On small feature maps weights are used up faster than the hardware would
 * bring them by itself. In the first column of a block with more pixels than output channels, they
 * are the pixels of the next tile instead, unless those are in L2 already: the hardware recognises
 * no pattern in so many rows at once. Where tasks of several columns share the pixels, only the
 * first of these tasks fetches them. */
#define EFFNET_CONV_LINES 4
#define EFFNET_CONV_AHEAD (64 * 1024)

/* Where a tile's prefetching begins. NEXT: the window after the tile's last. W: the weights of the
 * tile's first panel, number PANEL of the block; each of the tile's PANELS has ROWS cache lines of
 * them. INDEX: the tile's number in its column. */
static inline gconstpointer
effnet_conv_ahead(const EffNetConv *a, gconstpointer next, gconstpointer w, gsize rows, guint panel,
                  guint index, int panels)
{
    gsize line = index * (rows / 4) * EFFNET_CONV_LINES;

    if (panel == 0 && !a->pixels_at_hand && a->pixels > a->panels * EFFNET_LANES &&
        (a->first_panel == 0 || (guint)panels == a->panels))
        return next;
    if (line >= rows * panels)
        line = 0;
    return (const guint8 *)w + EFFNET_CONV_AHEAD + line * EFFNET_LANES * sizeof(float);
}

extern const EffNetConvKernel effnet_conv_f32_c;
extern const EffNetConvKernel effnet_conv_bf16_c;
extern const EffNetConvKernel effnet_conv_int8_c;

/* Packing that SIMD kernels share: panels x (SPANS * SPAN) x EFFNET_LANES floats. */
void effnet_conv_pack_f32(gpointer packed, const float *weights, guint spans, gsize span,
                          guint out);

/* Packing of weights rounded to bf16: panels x SPANS x groups of a span x EFFNET_LANES x GROUP. A
 * span's last group is filled up with zeros; only inputs of F32 may have spans that are not whole
 * groups. */
void effnet_conv_pack_bf16(gpointer packed, const float *weights, guint spans, gsize span,
                           guint out, guint group);

/* Bytes of scratch that a block of any type needs at most: its windows gathered, its outputs twice,
 * as floats, and the rest of a vector after each span. WINDOW: spans * span. */
static inline gsize
effnet_conv_scratch(guint pixels, gsize window, guint panels)
{
    return pixels * (window + 2 * (gsize)panels * EFFNET_LANES) * sizeof(float) + 1024;
}

/* Whether the upper half of the last panel has no channels. */
static inline gboolean
effnet_half_panel(guint channels)
{
    return (channels - 1) % EFFNET_LANES < EFFNET_LANES / 2;
}

/* Packing of int8 weights, integers of -127..127: panels x SPANS x groups of a span x EFFNET_LANES
 * x GROUP numbers of BITS (8 or 16) bits. A span's last group is filled up with zeros. */
void effnet_conv_pack_int8(gpointer packed, const float *weights, guint spans, gsize span,
                           guint out, guint group, guint bits);

#endif
