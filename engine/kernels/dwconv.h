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

/* In bf16 two taps are a pair: one above the other, and in the last row one beside the other, the
 * last one beside a 0. Two panels after the other, each of their pairs of taps for all channels; of
 * every 8 channels the first 4 come in a first vector, the others in a second one. */
#define EFFNET_DWCONV_BF16_CHANNELS (2 * EFFNET_LANES)
void effnet_dwconv_pack_bf16(gpointer packed, const float *weights, guint kernel, guint channels);
gsize effnet_dwconv_packed_bytes_bf16(guint kernel, guint channels);

static inline gsize
effnet_dwconv_pairs(guint kernel)
{
    return (gsize)kernel / 2 * kernel + (kernel + 1) / 2;
}

/* Where the tap at row Y, column X of a channel's filter is. */
static inline gsize
effnet_dwconv_bf16_at(guint kernel, guint channel, guint y, guint x)
{
    guint group = channel / EFFNET_DWCONV_BF16_CHANNELS,
          in_group = channel % EFFNET_DWCONV_BF16_CHANNELS;
    gboolean last = y + 1 == kernel;
    gsize pair = y / 2 * kernel + (last ? x / 2 : x), half = last ? x % 2 : y % 2;
    gsize vector = (group * effnet_dwconv_pairs(kernel) + pair) * 2 + in_group % 8 / 4;

    return (vector * EFFNET_LANES + in_group / 8 * 4 + in_group % 4) * 2 + half;
}

#endif
