/* SPDX-License-Identifier: BSD-2-Clause */
/* Dense convolution and linear layers as one product: every output pixel is a window of the input
 * times the weights. A 1x1 convolution's window is one run of its channels; a k x k one's is k runs
 * of k times the channels, since an interleaved row holds them side by side; a linear layer is one
 * pixel. Borders of zeros, where a window needs them, are in the input's memory. */
#ifndef EFFNET_KERNEL_CONV_H
#define EFFNET_KERNEL_CONV_H

#include "act.h"
#include "quant.h"
#include "type.h"

/* Channels of a pixel in memory, and panels of packed weights, come in whole numbers of these:
 * a cache line of floats, and a vector of the widest instruction set. What is beyond the real
 * channels is 0. */
#define EFFNET_LANES 16

/* A block of PIXELS x PANELS x EFFNET_LANES outputs: act(window * weights + bias + residual), or
 * act(window * weights + bias) + residual. Strides are in elements. */
typedef struct {
    /* The kernels' own type, or F32, or in int8 U8; the residual, which U8 has not, is of their
     * own. */
    EffNetType in_type, out_type;
    gconstpointer in;      /* the first pixel's window */
    gsize in_stride;       /* from a pixel's window to the next one's */
    guint runs;            /* of a window, at least 1 */
    guint run;             /* elements of each run */
    gsize run_stride;      /* from a run to the next */
    const float *gate;     /* NULL, or run factors for the input (squeeze-excite); runs is 1 then */
    gconstpointer weights; /* of the whole layer, as pack() wrote them */
    const float *bias;     /* all_panels * EFFNET_LANES */
    guint all_panels;      /* of the layer */
    gboolean half_panel;   /* the layer's last panel has channels in the lower half alone */
    guint first_panel, panels;
    guint pixels;
    gboolean pixels_at_hand; /* the input is in L2 already */
    gpointer out;            /* the first pixel's first_panel; not written to where there is pool */
    gsize out_stride;        /* from a pixel to the next */
    gconstpointer residual;  /* NULL, or laid out as out */
    gsize residual_stride;
    float *pool; /* NULL, or the mean of the outputs over the pixels, from first_panel on */
    EffNetAct act;
    gboolean act_first; /* the residual is added behind the activation */
    gpointer scratch;   /* effnet_conv_scratch() bytes, 64-byte aligned */
    /* For int8 kernels alone. SCALE (a sum's unit in units of the output) and START (what sums
     * begin with, to make up for a zero that is not 0) are all_panels * EFFNET_LANES. */
    const EffNetQuant *quant;
    const float *scale;
    const gint32 *start;
} EffNetConv;

/* A kernel, and what it asks of the plan: nothing else about it may be assumed. Whatever order its
 * packed weights have within a panel, or within the panels that it packs together, is its own. */
typedef struct {
    EffNetActSet acts; /* that it can finish */
    guint group;       /* products of a run that are added up at once */
    guint group_bytes; /* of each lane's weights for a group */
    guint tile_pixels; /* of its largest tile: blocks of a multiple of it run best */
    guint8 offset; /* int8: taken from numbers of 8 bits before they are multiplied; 0: they have
                    * no sign, 128: one */
    /* The order in which a pixel's products are added up depends on where it is in the block, and
     * on the block's size: images of a batch must not share one. */
    gboolean place_matters;

    /* WEIGHTS: OUT rows of RUNS * RUN floats, a row for each output channel. PACKED has room for
     * effnet_conv_packed_bytes(), and 64-byte alignment. */
    void (*pack)(gpointer packed, const float *weights, guint runs, gsize run, guint out);
    void (*run)(const EffNetConv *conv);
    /* N elements times GATE, which is as long, for each of PIXELS, STEP elements apart; NULL: run()
     * alone knows how. */
    void (*gate)(gpointer pixel, gsize stride, guint pixels, const float *gate, gsize n);
} EffNetConvKernel;

static inline guint
effnet_panels(guint channels)
{
    return (channels + EFFNET_LANES - 1) / EFFNET_LANES;
}

static inline gsize
effnet_conv_groups(gsize run, guint group)
{
    return (run + group - 1) / group;
}

static inline gsize
effnet_conv_packed_bytes(const EffNetConvKernel *kernel, guint runs, gsize run, guint out)
{
    return runs * effnet_conv_groups(run, kernel->group) * effnet_panels(out) * EFFNET_LANES *
           kernel->group_bytes;
}

/* While a tile is computed, EFFNET_CONV_LINES cache lines are called into L2 with every 4 rows of
 * its weights: weights that are EFFNET_CONV_AHEAD behind the tile's, each tile of a column a part
 * of them, since small feature maps use weights faster than they come by themselves; or, in the
 * first column of what has more pixels than outputs, the pixels of the next tile, if they are not
 * at hand, since so many rows at once are no pattern that the hardware sees. Where tasks of several
 * columns share the pixels, the first task alone calls them. */
#define EFFNET_CONV_LINES 4
#define EFFNET_CONV_AHEAD (64 * 1024)

/* What the tile of MR pixels, the one of number INDEX in its column, prefetches; NEXT: the window
 * behind it. W: its weights, of PANELS, each of ROWS cache lines. */
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

/* What SIMD kernels share: panel after panel, each RUNS * RUN rows of EFFNET_LANES. */
void effnet_conv_pack_f32(gpointer packed, const float *weights, guint runs, gsize run, guint out);

/* Weights rounded to bf16, of which GROUP of a run are multiplied at once: panel after panel, each
 * run's groups, each EFFNET_LANES times GROUP values; behind a run that does not fill its last
 * group there are zeros. Only F32 inputs may have such runs. */
void effnet_conv_pack_bf16(gpointer packed, const float *weights, guint runs, gsize run, guint out,
                           guint group);

/* Bytes that a block may need, of whatever type: its windows gathered, and its outputs twice, as
 * floats; and the rest of a vector behind each run. */
static inline gsize
effnet_conv_scratch(guint pixels, gsize window, guint panels)
{
    return pixels * (window + 2 * (gsize)panels * EFFNET_LANES) * sizeof(float) + 1024;
}

/* Whether half the lanes of the last panel are no channels. */
static inline gboolean
effnet_half_panel(guint channels)
{
    return (channels - 1) % EFFNET_LANES < EFFNET_LANES / 2;
}

/* In int8 weights are whole numbers of -127..127; GROUP of a run's products are added up at once:
 * panel after panel, each run's groups, each EFFNET_LANES times GROUP numbers of BITS (8 or 16);
 * behind a run that does not fill its last group there are zeros. */
void effnet_conv_pack_int8(gpointer packed, const float *weights, guint runs, gsize run, guint out,
                           guint group, guint bits);

#endif
