/* SPDX-License-Identifier: BSD-2-Clause */
/* Depthwise convolution: one k x k filter a channel. */
#ifndef EFFNET_KERNEL_DWCONV_H
#define EFFNET_KERNEL_DWCONV_H

#include "conv.h"

/* Output rows first_row to end_row of panels first_panel to end_panel of one picture. */
typedef struct {
    const float *in; /* the picture, in_size x in_size x channels */
    guint in_size, out_size;
    gsize channels;            /* in memory: a multiple of EFFNET_LANES */
    guint kernel, stride, pad; /* pad: zeros left and above */
    const float *weights;      /* panel after panel, each kernel * kernel x EFFNET_LANES */
    const float *bias;
    float *out;
    float *row_sums; /* NULL, or out_size x channels: the sums over each row of outputs */
    EffNetAct act;
    guint first_row, end_row;
    guint first_panel, end_panel;
} EffNetDwconv;

typedef void (*EffNetDwconvKernel)(const EffNetDwconv *dwconv);

void effnet_dwconv_f32_c(const EffNetDwconv *dwconv);

/* WEIGHTS: CHANNELS x taps. PACKED: panels x taps x EFFNET_LANES. The same for every kernel. */
void effnet_dwconv_pack(float *packed, const float *weights, guint taps, guint channels);

#endif
