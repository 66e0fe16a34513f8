/* SPDX-License-Identifier: BSD-2-Clause */
/* Dense convolution and linear layers as one product: every output pixel is a window of the input
 * times the weights. A 1x1 convolution's window is one run of its channels; a k x k one's is k runs
 * of k times the channels, since an interleaved row holds them side by side; a linear layer is one
 * pixel. Borders of zeros, where a window needs them, are in the input's memory. */
#ifndef EFFNET_KERNEL_CONV_H
#define EFFNET_KERNEL_CONV_H

#include "../arch/network.h"

/* Channels of a pixel in memory, and panels of packed weights, come in whole numbers of these:
 * a cache line of floats, and a vector of the widest instruction set. What is beyond the real
 * channels is 0. */
#define EFFNET_LANES 16

/* A block of PIXELS x PANELS x EFFNET_LANES outputs: act(window * weights + bias + residual), or
 * act(window * weights + bias) + residual. */
typedef struct {
    const float *in;      /* the first pixel's window */
    gsize in_step;        /* floats from a pixel's window to the next one's */
    guint runs;           /* of a window */
    guint run;            /* floats of each */
    gsize run_step;       /* floats from a run to the next */
    const float *gate;    /* NULL, or run factors for the input (squeeze-excite); runs is 1 then */
    const float *weights; /* as pack() wrote them: the whole layer's */
    const float *bias;    /* of all panels */
    guint all_panels;     /* of the layer */
    guint first_panel, panels;
    guint pixels;
    float *out; /* the first pixel's, first_panel on; not touched when pool is there */
    gsize out_step;
    const float *residual; /* NULL, or as out */
    gsize residual_step;
    float *pool; /* NULL, or the mean of the outputs over the pixels, first_panel on */
    EffNetAct act;
    gboolean act_first; /* the residual comes behind the activation */
    float *scratch;     /* effnet_conv_scratch() floats */
} EffNetConv;

typedef struct {
    /* WEIGHTS: OUT rows of K = runs * run floats, a row for each output channel. PACKED has room
     * for K * panels * EFFNET_LANES floats, and 64-byte alignment. */
    void (*pack)(float *packed, const float *weights, gsize k, guint out);
    void (*run)(const EffNetConv *conv);
} EffNetConvKernels;

extern const EffNetConvKernels effnet_conv_kernels_c;

/* What SIMD kernels share: panel after panel, each K rows of EFFNET_LANES. */
void effnet_conv_pack_panels(float *packed, const float *weights, gsize k, guint out);

/* What a block may need: its windows gathered, and its outputs twice. */
static inline gsize
effnet_conv_scratch(guint pixels, gsize window, guint panels)
{
    return pixels * (window + 2 * (gsize)panels * EFFNET_LANES);
}

static inline guint
effnet_panels(guint channels)
{
    return (channels + EFFNET_LANES - 1) / EFFNET_LANES;
}

#endif
