/* SPDX-License-Identifier: BSD-2-Clause */
/* Depthwise convolution: one k x k filter a channel. */
#ifndef EFFNET_KERNEL_DWCONV_H
#define EFFNET_KERNEL_DWCONV_H

#include "conv.h"

#define EFFNET_DWCONV_MAX 7 /* the largest k */

/* One row of outputs. Vectors of weights, bias, out and sum begin with the first of the panels. */
typedef struct {
    /* Under the filter's rows: pixel 0; NULL: outside of the picture, where zeros are. */
    const float *rows[EFFNET_DWCONV_MAX];
    gsize in_step;             /* floats from a pixel to the next */
    guint in_size, out_size;   /* pixels of a row */
    guint kernel, stride, pad; /* pad: zeros to the left */
    const float *weights;      /* panel after panel, each kernel * kernel x EFFNET_LANES */
    const float *bias;
    float *out;
    gsize out_step;
    float *sum; /* NULL, or over the row's outputs */
    guint panels;
    EffNetAct act;
} EffNetDwconv;

typedef void (*EffNetDwconvKernel)(const EffNetDwconv *dwconv);

void effnet_dwconv_f32_c(const EffNetDwconv *dwconv);

/* WEIGHTS: CHANNELS x taps. PACKED: panels x taps x EFFNET_LANES. The same for every kernel. */
void effnet_dwconv_pack(float *packed, const float *weights, guint taps, guint channels);

#endif
