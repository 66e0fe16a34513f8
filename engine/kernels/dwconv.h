/* SPDX-License-Identifier: BSD-2-Clause */
/* Depthwise convolution: one k x k filter per channel. */
#ifndef EFFNET_KERNEL_DWCONV_H
#define EFFNET_KERNEL_DWCONV_H

#include "conv.h"

#define EFFNET_DWCONV_MAX 7 /* the largest k */

/* One row of OUT_SIZE x (PANELS * EFFNET_LANES) outputs: act(window * filter + bias). Weights,
 * bias, scale, out and sum start with the first of the panels. Strides are in elements. */
typedef struct {
    /* Pixel 0 of the input rows under the filter's KERNEL rows; NULL: the row is outside of the
     * map, hence zeros. */
    gconstpointer rows[EFFNET_DWCONV_MAX];
    gsize in_stride;         /* from one pixel to the next */
    guint in_size, out_size; /* pixels per row of the input and of the output */
    /* PAD: columns of zeros left of the row; at most kernel / 2, as are those right of it. */
    guint kernel, stride, pad;
    gconstpointer weights; /* as pack() wrote them */
    const float *bias;     /* panels * EFFNET_LANES */
    gpointer out;
    gsize out_stride; /* from one pixel to the next */
    float *sum; /* NULL, or receives each channel's sum over the row's outputs: real numbers, also
                 * in int8 */
    guint panels;
    EffNetAct act;
    /* For int8 kernels only. SCALE: output units per unit of a sum, panels * EFFNET_LANES of
     * them. */
    const EffNetQuant *quant;
    const float *scale;
} EffNetDwconv;

/* A kernel's contract: all that the plan may assume about it. */
typedef struct {
    EffNetActSet acts;                                 /* activations that it can apply */
    gboolean (*has_shape)(guint kernel, guint stride); /* NULL: it can do all */
    guint unit; /* panels whose weights are packed together: a block starts with a multiple of it */
    gboolean padded; /* the kernel wants rows with their zeros at both ends (so pad is 0), none of
                      * them NULL, and makes no sums */

    /* WEIGHTS: CHANNELS x KERNEL x KERNEL floats. PACKED: packed_bytes(), which are the same for
     * every UNIT panels, 64-byte aligned. */
    void (*pack)(gpointer packed, const float *weights, guint kernel, guint channels);
    gsize (*packed_bytes)(guint kernel, guint channels);
    void (*run)(const EffNetDwconv *dwconv);
} EffNetDwconvKernel;

extern const EffNetDwconvKernel effnet_dwconv_f32_c;
extern const EffNetDwconvKernel effnet_dwconv_bf16_c;
extern const EffNetDwconvKernel effnet_dwconv_int8_c;
extern const EffNetDwconvKernel effnet_dwconv_u8_c; /* padded, see EffNetDwconvKernel */

/* Packing that SIMD kernels share: panels x (KERNEL * KERNEL) x EFFNET_LANES floats. */
void effnet_dwconv_pack_f32(gpointer packed, const float *weights, guint kernel, guint channels);
gsize effnet_dwconv_packed_bytes_f32(guint kernel, guint channels);

/* int8 kernels sum the products of two taps at once, one above the other. Such pairs of a KERNEL x
 * KERNEL filter: two rows at a time, column by column; an odd last row is paired with a row of
 * zeros. */
static inline gsize
effnet_dwconv_pairs_int8(guint kernel)
{
    return (gsize)(kernel + 1) / 2 * kernel;
}

/* The most panels whose weights a kernel of U8 packs together. */
#define EFFNET_DWCONV_U8_PANELS 4

/* Packing of the bf16 reference: as effnet_dwconv_pack_f32(), each weight rounded to bf16. */
void effnet_dwconv_pack_bf16(gpointer packed, const float *weights, guint kernel, guint channels);
gsize effnet_dwconv_packed_bytes_bf16(guint kernel, guint channels);

/* SIMD kernels of bf16 multiply two taps at once. Such pairs of a filter of KERNEL (odd) rows: one
 * tap above the other, and in the last row side by side. */
static inline gsize
effnet_dwconv_pairs(guint kernel)
{
    return (gsize)kernel / 2 * kernel + (kernel + 1) / 2;
}

#endif
