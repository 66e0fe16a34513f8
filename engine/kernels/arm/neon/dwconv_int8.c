/* SPDX-License-Identifier: BSD-2-Clause */
/* The int8 depthwise convolution of feature maps of 16 bits, over several output columns in
 * registers, 8 channels at a time. Unlike the template, which adds the products of two rows at
 * once, it takes one row after the other, as products of 16 bits here do: none is of zeros. */
#include "dwconv.h"

#include "quant_tmpl.h"
#include "tmpl.h"

#define INLINE static inline __attribute__((always_inline))
#define WIDE   7

/* What a vector of channels needs for all columns. */
typedef struct {
    const EffNetDwconv *a;
    guint lane;
    const gint16 *weights;
    vf2 scale, bias;
    const EffNetBump *bump; /* a copy, which outputs do not overwrite */
} Lanes;

INLINE void
add(vi2 *sum, vs x, vs w)
{
    __asm__("smlal %0.4s, %1.4h, %2.4h" : "+w"(sum->low) : "w"(x), "w"(w));
    __asm__("smlal2 %0.4s, %1.8h, %2.8h" : "+w"(sum->high) : "w"(x), "w"(w));
}

/* Adds the products of one row of the filter and ROW of the map. The tile's window starts at column
 * LEFT; some columns at either end of it are outside of the map if it is at an EDGE. */
INLINE void
multiply(const Lanes *l, vi2 *acc, const gint16 *row, const gint16 *filter, gssize left, int kernel,
         int stride, int wide, gboolean edge)
{
    const int columns = (wide - 1) * stride + kernel, outer = kernel / 2;
    gssize in_stride = l->a->in_stride;
    const gint16 *in = row + left * in_stride;
    vs w[5];

#pragma GCC unroll 8
    for (int k = 0; k < kernel; k++)
        w[k] = vs_load_part(filter + k * VS_LANES, VS_LANES);
#pragma GCC unroll 32
    for (int c = 0; c < columns; c++, in += in_stride) {
        gboolean inner = !edge || (c >= outer && c < columns - outer);
        vs x;

        if (!inner && (gsize)(left + c) >= l->a->in_size)
            continue;
        x = vs_load_part(in, VS_LANES);
#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            if (c >= k && (c - k) % stride == 0 && (c - k) / stride < wide)
                add(&acc[(c - k) / stride], x, w[k]);
    }
}

/* Finishes output column X, and adds it to TOTAL. */
INLINE vi2
finish(const Lanes *l, vi2 total, vi2 sum, guint x, gboolean bump)
{
    vf low = vf_fma(vi_to_float(sum.low), l->scale.low, l->bias.low);
    vf high = vf_fma(vi_to_float(sum.high), l->scale.high, l->bias.high);
    vs y = vs_narrow(vf_round(low), vf_round(high));

    y = bump ? vs_bump(l->bump, y) : vs_act(l->a->quant, y, FALSE);
    vs_store_part((gint16 *)l->a->out + x * l->a->out_stride + l->lane, y, VS_LANES);
    return (vi2){vaddw_s16(total.low, vget_low_s16(y)), vaddw_high_s16(total.high, y)};
}

/* Computes output columns x to x + wide - 1; returns TOTAL and what they add to it. */
INLINE vi2
tile(const Lanes *l, vi2 total, guint x, int kernel, int stride, int wide, gboolean edge,
     gboolean bump)
{
    const gint16 *filter = l->weights;
    vi2 acc[WIDE];

#pragma GCC unroll 16
    for (int i = 0; i < wide; i++)
        acc[i] = (vi2){vi_zero(), vi_zero()};
#pragma GCC unroll 1
    for (int tap = 0; tap < kernel; tap++, filter += kernel * VS_LANES)
        if (l->a->rows[tap])
            multiply(l, acc, (const gint16 *)l->a->rows[tap] + l->lane, filter,
                     (gssize)x * stride - l->a->pad, kernel, stride, wide, edge);
#pragma GCC unroll 16
    for (int i = 0; i < wide; i++)
        total = finish(l, total, acc[i], x + i, bump);
    return total;
}

/* Returns the sums of the row's outputs. */
INLINE vi2
row(const Lanes *l, int kernel, int stride, gboolean bump)
{
    const EffNetDwconv *a = l->a;
    vi2 total = {vi_zero(), vi_zero()};
    guint x = 0;

    for (; x + WIDE <= a->out_size; x += WIDE)
        if (x * stride >= a->pad && (x + WIDE - 1) * stride + kernel - a->pad <= a->in_size)
            total = tile(l, total, x, kernel, stride, WIDE, FALSE, bump);
        else
            total = tile(l, total, x, kernel, stride, WIDE, TRUE, bump);
    for (; x < a->out_size; x++)
        total = tile(l, total, x, kernel, stride, 1, TRUE, bump);
    return total;
}

INLINE void
shape(const EffNetDwconv *a, int kernel, int stride)
{
    const EffNetBump bump = a->quant->bump;
    const gint16 *weights = a->weights;

    for (guint lane = 0; lane < a->panels * EFFNET_LANES; lane += VS_LANES) {
        const float *scale = a->scale + lane, *bias = a->bias + lane;
        const Lanes l = {
            .a = a,
            .lane = lane,
            .weights = weights,
            .scale = {vf_load(scale), vf_load(scale + VF_LANES)},
            .bias = {vf_load(bias), vf_load(bias + VF_LANES)},
            .bump = &bump,
        };
        vi2 total =
            a->quant->has_bump ? row(&l, kernel, stride, TRUE) : row(&l, kernel, stride, FALSE);

        if (a->sum) {
            vf unit = vf_set1(a->quant->unit);

            vf_store(a->sum + lane, vf_mul(vi_to_float(total.low), unit));
            vf_store(a->sum + lane + VF_LANES, vf_mul(vi_to_float(total.high), unit));
        }
        weights += kernel * kernel * VS_LANES;
    }
}

#include "dwconv_shapes.h"

static gsize
packed_bytes(guint kernel, guint channels)
{
    return (gsize)effnet_panels(channels) * EFFNET_LANES * kernel * kernel * sizeof(gint16);
}

/* Vector after vector of channels, each tap. */
static void
pack(gpointer dst, const float *weights, guint kernel, guint channels)
{
    guint end = effnet_panels(channels) * EFFNET_LANES, taps = kernel * kernel;
    gint16 *packed = dst;

    for (guint lane = 0; lane < end; lane += VS_LANES)
        for (guint tap = 0; tap < taps; tap++)
            for (guint i = lane; i < lane + VS_LANES; i++)
                *packed++ = i < channels ? (gint16)weights[(gsize)i * taps + tap] : 0;
}

const EffNetDwconvKernel KERNEL(dwconv_int8) = {
    .acts = EFFNET_ACTS_ALL,
    .has_shape = has_shape,
    .unit = 1,
    .pack = pack,
    .packed_bytes = packed_bytes,
    .run = run_shape,
};
