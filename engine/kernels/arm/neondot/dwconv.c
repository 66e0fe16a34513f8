/* SPDX-License-Identifier: BSD-2-Clause */
/* The depthwise convolution of U8 feature maps, over several output columns in registers, 8
 * channels at a time. A product sums four taps. For the first four rows of the filter they are one
 * above the other, from interleaved rows; for a fifth row they are the first four columns, then the
 * last column alone. Products take signed numbers: inputs are read less 128, and the sums start
 * with 128 times the sum of the weights. */
#include "dwconv.h"

#include <string.h>

#include "simd.h"
#include "tmpl.h"

#define INLINE static inline __attribute__((always_inline))

#define WIDE     7
#define GROUP    4 /* taps */
#define CHANNELS 8
#define BYTES    (CHANNELS * GROUP) /* bytes of a group's weights, or of CHANNELS sums */
#define SIGN     128

/* The groups of a filter: one per column, and for a fifth row two more. */
static guint
groups_of(guint kernel)
{
    return kernel == 5 ? 7 : kernel;
}

/* Bytes of CHANNELS filters: the sums' start, then the groups. */
static gsize
unit_bytes(guint kernel)
{
    return (gsize)(groups_of(kernel) + 1) * BYTES;
}

static gsize
packed_bytes(guint kernel, guint channels)
{
    return effnet_panels(channels) * (EFFNET_LANES / CHANNELS) * unit_bytes(kernel);
}

/* Tap I of GROUP, 0 beyond the filter. */
static gint8
weight_at(const float *filter, guint kernel, guint group, guint i)
{
    guint row = group < kernel ? i : GROUP;
    guint column = group < kernel ? group : (group - kernel) * GROUP + i;

    return row < kernel && column < kernel ? (gint8)filter[row * kernel + column] : 0;
}

/* Packs the filters of N channels. */
static void
pack_unit(guint8 *packed, const float *weights, guint kernel, guint n)
{
    gint32 start[CHANNELS] = {0};
    gint8 *w = (gint8 *)packed + sizeof start;

    for (guint i = 0; i < groups_of(kernel) * BYTES; i++) {
        guint channel = i % BYTES / GROUP;

        w[i] = channel < n ? weight_at(weights + (gsize)channel * kernel * kernel, kernel,
                                       i / BYTES, i % GROUP)
                           : 0;
        start[channel] += SIGN * w[i];
    }
    memcpy(packed, start, sizeof start);
}

static void
pack(gpointer dst, const float *weights, guint kernel, guint channels)
{
    guint end = effnet_panels(channels) * EFFNET_LANES;
    guint8 *packed = dst;

    for (guint first = 0; first < end; first += CHANNELS, packed += unit_bytes(kernel)) {
        guint n = first < channels ? MIN(CHANNELS, channels - first) : 0;

        pack_unit(packed, weights + (gsize)first * kernel * kernel, kernel, n);
    }
}

/* What CHANNELS channels need for all columns. */
typedef struct {
    const EffNetDwconv *a;
    guint lane;
    const guint8 *weights;
    vf scale[2], bias[2];
} Lanes;

/* Sums, weights or inputs of eight channels: of the first four, and of the others. */
typedef struct {
    int32x4_t low, high;
} Pair;

INLINE uint8x8_t
column_at(const Lanes *l, int tap, gsize at)
{
    return vld1_u8((const guint8 *)l->a->rows[tap] + at);
}

INLINE uint16x8_t
interleave(uint8x8_t a, uint8x8_t b)
{
    uint8x16_t x = vcombine_u8(a, vdup_n_u8(0)), y = vcombine_u8(b, vdup_n_u8(0));

    return vreinterpretq_u16_u8(vzip1q_u8(x, y));
}

/* Interleaves four columns or rows to groups of signed numbers. */
INLINE Pair
pair_of(uint16x8_t ab, uint16x8_t cd)
{
    const uint8x16_t sign = vdupq_n_u8(SIGN);

    return (Pair){
        vreinterpretq_s32_u8(veorq_u8(vreinterpretq_u8_u16(vzip1q_u16(ab, cd)), sign)),
        vreinterpretq_s32_u8(veorq_u8(vreinterpretq_u8_u16(vzip2q_u16(ab, cd)), sign)),
    };
}

/* The weights of GROUP, after the sums' start. */
INLINE Pair
weights_of(const Lanes *l, int group)
{
    const guint8 *w = l->weights + (group + 1) * BYTES;

    return (Pair){vi_load(w), vi_load(w + BYTES / 2)};
}

INLINE void
add(Pair *sum, Pair x, Pair w)
{
    __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(sum->low) : "w"(x.low), "w"(w.low));
    __asm__("sdot %0.4s, %1.16b, %2.16b" : "+w"(sum->high) : "w"(x.high), "w"(w.high));
}

/* Adds the products of up to four rows, for WIDE outputs; their first column is at AT. */
INLINE void
add_columns(const Lanes *l, Pair *acc, gsize at, int kernel, int stride, int wide)
{
    Pair w[5];

#pragma GCC unroll 8
    for (int k = 0; k < kernel; k++)
        w[k] = weights_of(l, k);
#pragma GCC unroll 32
    for (int c = 0; c < (wide - 1) * stride + kernel; c++, at += l->a->in_stride) {
        uint8x8_t third = column_at(l, 2, at), last = kernel > 3 ? column_at(l, 3, at) : third;
        Pair x =
            pair_of(interleave(column_at(l, 0, at), column_at(l, 1, at)), interleave(third, last));

#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            if (c >= k && (c - k) % stride == 0 && (c - k) / stride < wide)
                add(&acc[(c - k) / stride], x, w[k]);
    }
}

/* Adds the fifth row's products: each group of four columns holds the first taps of one output, and
 * its first column is the last tap of another. */
INLINE void
add_last_row(const Lanes *l, Pair *acc, gsize at, int stride, int wide)
{
    const int end = (wide - 1) * stride + 5;
    const Pair w0 = weights_of(l, 5), w4 = weights_of(l, 6);
    uint16x8_t pairs[(WIDE - 1) * 2 + 5 + 2];

    /* After the last column, any column will do, since its weights are 0. */
#pragma GCC unroll 32
    for (int c = 0; c < end + 2; c += stride) {
        gsize next = at + MIN(c + 1, end - 1) * l->a->in_stride;
        Pair x;

        pairs[c] = interleave(column_at(l, 4, at + MIN(c, end - 1) * l->a->in_stride),
                              column_at(l, 4, next));
        if (c < 2)
            continue;
        x = pair_of(pairs[c - 2], pairs[c]);
        if ((c - 2) / stride < wide)
            add(&acc[(c - 2) / stride], x, w0);
        if (c >= 6)
            add(&acc[(c - 6) / stride], x, w4);
    }
}

/* Computes output columns x to x + WIDE - 1. */
INLINE void
tile(const Lanes *l, guint x, int kernel, int stride, int wide)
{
    const EffNetDwconv *a = l->a;
    gsize at = (gsize)x * stride * a->in_stride + l->lane, out_stride = a->out_stride;
    guint8 *out = (guint8 *)a->out + x * out_stride + l->lane;
    const Pair start = {vi_load(l->weights), vi_load(l->weights + BYTES / 2)};
    Pair acc[WIDE];

#pragma GCC unroll 16
    for (int i = 0; i < wide; i++)
        acc[i] = start;
    add_columns(l, acc, at, kernel, stride, wide);
    if (kernel == 5)
        add_last_row(l, acc, at, stride, wide);
#pragma GCC unroll 16
    for (int i = 0; i < wide; i++, out += out_stride) {
        vi low = vf_round(vf_fma(vi_to_float(acc[i].low), l->scale[0], l->bias[0]));
        vi high = vf_round(vf_fma(vi_to_float(acc[i].high), l->scale[1], l->bias[1]));

        vs_store_bytes(out, vs_narrow(low, high));
    }
}

INLINE void
shape(const EffNetDwconv *a, int kernel, int stride)
{
    const guint8 *weights = a->weights;

    for (guint lane = 0; lane < a->panels * EFFNET_LANES; lane += CHANNELS) {
        const float *scale = a->scale + lane, *bias = a->bias + lane;
        const Lanes l = {
            .a = a,
            .lane = lane,
            .weights = weights,
            .scale = {vf_load(scale), vf_load(scale + VF_LANES)},
            .bias = {vf_load(bias), vf_load(bias + VF_LANES)},
        };
        guint x = 0;

        for (; x + WIDE <= a->out_size; x += WIDE)
            tile(&l, x, kernel, stride, WIDE);
        for (; x < a->out_size; x++)
            tile(&l, x, kernel, stride, 1);
        weights += unit_bytes(kernel);
    }
}

#include "dwconv_shapes.h"

const EffNetDwconvKernel KERNEL(dwconv_u8) = {
    .acts = EFFNET_ACTS_ALL,
    .has_shape = has_shape,
    .padded = TRUE,
    .unit = 1,
    .pack = pack,
    .packed_bytes = packed_bytes,
    .run = run_shape,
};
