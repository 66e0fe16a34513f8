/* SPDX-License-Identifier: BSD-2-Clause */
/* Depthwise convolution: one k x k filter a channel. */
#ifndef EFFNET_KERNEL_DWCONV_H
#define EFFNET_KERNEL_DWCONV_H

#include "conv.h"

#define EFFNET_DWCONV_MAX 7 /* the largest k */

/* One row of outputs. Weights, bias, scale, out and sum begin with the first of the panels. Strides
 * are in elements. */
typedef struct {
    /* Pixel 0 of the input's rows under the filter's; NULL: a row of zeros, outside of the map. */
    gconstpointer rows[EFFNET_DWCONV_MAX];
    gsize in_stride;           /* from a pixel to the next */
    guint in_size, out_size;   /* pixels of a row */
    guint kernel, stride, pad; /* pad: zeros to the left of the row */
    gconstpointer weights;     /* as pack() wrote them */
    const float *bias;         /* panels * EFFNET_LANES */
    gpointer out;
    gsize out_stride; /* from a pixel to the next */
    float *sum;       /* NULL, or each channel's sum of the row's outputs */
    guint panels;
    EffNetAct act;
    /* For int8 kernels alone. SCALE: a sum's unit in units of the output, panels * EFFNET_LANES. */
    const EffNetQuant *quant;
    const float *scale;
} EffNetDwconv;

/* A kernel, and what it asks of the plan, as in conv.h. */
typedef struct {
    EffNetActSet acts;                                 /* that it can finish */
    gboolean (*has_shape)(guint kernel, guint stride); /* NULL: it has all */
    guint unit; /* panels whose weights are packed together: blocks begin with a multiple of it */
    gboolean padded; /* rows come with their zeros at both ends (PAD is 0), all of them are there,
                      * and there are no sums */

    /* WEIGHTS: CHANNELS x KERNEL x KERNEL. PACKED has room for packed_bytes(), as many for every
     * UNIT panels. */
    void (*pack)(gpointer packed, const float *weights, guint kernel, guint channels);
    gsize (*packed_bytes)(guint kernel, guint channels);
    void (*run)(const EffNetDwconv *dwconv);
} EffNetDwconvKernel;

extern const EffNetDwconvKernel effnet_dwconv_f32_c;
extern const EffNetDwconvKernel effnet_dwconv_bf16_c;
extern const EffNetDwconvKernel effnet_dwconv_int8_c;
extern const EffNetDwconvKernel effnet_dwconv_u8_c; /* padded */

/* What SIMD kernels share: panel after panel, each KERNEL * KERNEL rows of EFFNET_LANES. */
void effnet_dwconv_pack_f32(gpointer packed, const float *weights, guint kernel, guint channels);
gsize effnet_dwconv_packed_bytes_f32(guint kernel, guint channels);

/* In int8 the products of two rows' taps are added up at once: pairs of taps, a column of the
 * filter after the other. Behind an odd number of rows there is one of zeros. */
static inline gsize
effnet_dwconv_pairs_int8(guint kernel)
{
    return (gsize)(kernel + 1) / 2 * kernel;
}

/* Of feature maps of 8 bits so many panels' weights may come together; tasks begin with such a one.
 */
#define EFFNET_DWCONV_U8_PANELS 4

/* Of the reference in bf16: as those of floats, each rounded. */
void effnet_dwconv_pack_bf16(gpointer packed, const float *weights, guint kernel, guint channels);
gsize effnet_dwconv_packed_bytes_bf16(guint kernel, guint channels);

/* Pairs of taps of a filter with an odd number of rows, where SIMD kernels of bf16 multiply two of
 * them at once: one above the other, and in the last row side by side. */
static inline gsize
effnet_dwconv_pairs(guint kernel)
{
    return (gsize)kernel / 2 * kernel + (kernel + 1) / 2;
}

#endif
