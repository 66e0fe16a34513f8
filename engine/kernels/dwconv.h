/* SPDX-License-Identifier: BSD-2-Clause */
/* Depthwise convolution: one k x k filter a channel. */
#ifndef EFFNET_KERNEL_DWCONV_H
#define EFFNET_KERNEL_DWCONV_H

#include "conv.h"

#define EFFNET_DWCONV_MAX 7 /* the largest k */

/* One row of outputs. Vectors of weights, bias, out and sum begin with the first of the panels. */
typedef struct {
    /* Under the filter's rows: pixel 0; NULL: outside of the picture, where zeros are. */
    gconstpointer rows[EFFNET_DWCONV_MAX];
    gsize in_step;             /* elements from a pixel to the next */
    guint in_size, out_size;   /* pixels of a row */
    guint kernel, stride, pad; /* pad: zeros to the left */
    gconstpointer weights;     /* as pack() wrote them, of the first of the panels on */
    const float *bias;
    gpointer out;
    gsize out_step;
    float *sum; /* NULL, or over the row's outputs */
    guint panels;
    EffNetAct act;
} EffNetDwconv;

typedef struct {
    /* WEIGHTS: CHANNELS x KERNEL x KERNEL. PACKED has room for packed_bytes(), as many for each
     * panel. */
    void (*pack)(gpointer packed, const float *weights, guint kernel, guint channels);
    gsize (*packed_bytes)(guint kernel, guint channels);
    void (*run)(const EffNetDwconv *dwconv);
} EffNetDwconvKernels;

extern const EffNetDwconvKernels effnet_dwconv_f32_kernels_c;

extern const EffNetDwconvKernels effnet_dwconv_bf16_kernels_c;

void effnet_dwconv_f32_c(const EffNetDwconv *dwconv);
void effnet_dwconv_bf16_c(const EffNetDwconv *dwconv);

/* In bf16 two taps, one above the other, are a pair: panel after panel, each two rows of the filter
 * after the other, kernel x EFFNET_LANES pairs; below an odd row a 0. */
static inline gsize
effnet_dwconv_pairs(guint kernel)
{
    return (gsize)(kernel + 1) / 2 * kernel;
}

#endif
