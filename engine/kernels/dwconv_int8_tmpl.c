/* SPDX-License-Identifier: BSD-2-Clause */
/* The int8 depthwise convolution in registers, several output columns at once, compiled once per
 * level. Two rows of the input are interleaved, so that one instruction adds the products of both;
 * the filter's weights for such a pair of rows stay in registers. */
#include "dwconv.h"
#include "quant_tmpl.h"
#include "tiles.h"
#include "tmpl.h"

#define INLINE static inline __attribute__((always_inline))
#define WIDE   DWCONV_INT8_WIDE
#define UNIT   ((guint)MAX(1, VS_LANES / EFFNET_LANES))

/* The numbers of feature maps: of 8 bits where DWCONV_U8 is defined, else of 16. */
#ifdef DWCONV_U8
typedef guint8 Number;
#define load_numbers(p, n) vs_load_bytes(p)
#define PADDED             TRUE
#define KERNELS            KERNEL(dwconv_u8)
#else
typedef gint16 Number;
#define load_numbers(p, n) vs_load_part(p, n)
#define PADDED             FALSE
#define KERNELS            KERNEL(dwconv_int8)
#endif

static const Number zeros[VS_LANES];

/* What a vector of channels needs for all columns. In the functions below, N is how many channels
 * these are, a panel's or VS_LANES; it is a constant where they are called. */
typedef struct {
    const EffNetDwconv *a;
    guint lane; /* the first channel */
    const gint16 *weights;
    vf2 scale, bias;
    vi2 total;
} Lanes;

/* 16-bit numbers of the filter for a vector of channels and one pair of taps. */
#define PAIRS (2 * VS_LANES)

INLINE const Number *
row_at(const Lanes *l, int tap)
{
    const Number *row = tap < (int)l->a->kernel ? l->a->rows[tap] : NULL;

    return row ? row + l->lane : NULL;
}

INLINE vs
column_at(const Lanes *l, const Number *row, gssize column, guint n, gboolean border)
{
    if (!row || (border && (gsize)column >= l->a->in_size))
        return load_numbers(zeros, VS_LANES);
    return load_numbers(row + column * (gssize)l->a->in_stride, n);
}

/* Finishes output column X. */
INLINE void
finish(Lanes *l, vi2 sum, guint x, guint n)
{
    vf low = vf_fma(vi_to_float(sum.low), l->scale.low, l->bias.low);
    vf high = vf_fma(vi_to_float(sum.high), l->scale.high, l->bias.high);
    Number *out = (Number *)l->a->out + x * l->a->out_stride + l->lane;
    vs y = vs_of_sums((vi2){vf_round(low), vf_round(high)});
#ifdef DWCONV_U8
    vs_store_bytes(out, y);
#else
    const vs one = vs_set1(1), zero = vs_set1(0);

    y = vs_act(l->a->quant, y, l->a->quant->has_bump);
    vs_store_part(out, y, n);
    l->total = vi2_dot(l->total, vs2_pair(y, zero), vs2_pair(one, one));
#endif
}

/* Computes output columns x to x + width - 1. A BORDER tile may extend beyond the edges: it reads
 * zeros there, and stores only what is inside. */
INLINE void
tile(Lanes *l, guint n, guint x, int kernel, int stride, int width, gboolean border)
{
    const EffNetDwconv *a = l->a;
    const gint16 *filter = l->weights;
    gssize left = (gssize)x * stride - a->pad;
    vi2 acc[WIDE];

#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        acc[i] = (vi2){vi_zero(), vi_zero()};
    for (int tap = 0; tap < kernel; tap += 2) {
        const Number *upper = row_at(l, tap), *lower = row_at(l, tap + 1);
        vs2 w[5];

#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++, filter += PAIRS)
            w[k] = vs2_load(filter);
        if (!upper && !lower)
            continue;
#pragma GCC unroll 64
        for (int c = 0; c < (width - 1) * stride + kernel; c++) {
            vs above = column_at(l, upper, left + c, n, border);
            vs below = column_at(l, lower, left + c, n, border);
            vs2 v = vs2_pair(above, below);

#pragma GCC unroll 8
            for (int k = 0; k < kernel; k++)
                if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width) {
                    vi2 *sum = &acc[(c - k) / stride];

                    *sum = vi2_dot(*sum, v, w[k]);
                }
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        if (!border || x + i < a->out_size)
            finish(l, acc[i], x + i, n);
}

INLINE void
row(Lanes *l, guint n, int kernel, int stride)
{
    const EffNetDwconv *a = l->a;
    guint x = 0;

#ifdef DWCONV_U8
    for (; x + WIDE <= a->out_size; x += WIDE)
        tile(l, n, x, kernel, stride, WIDE, FALSE);
    for (; x < a->out_size; x++)
        tile(l, n, x, kernel, stride, 1, FALSE);
#else
    for (; x < a->out_size; x += WIDE)
        if (x * stride >= a->pad && a->out_size - x >= WIDE &&
            (x + WIDE - 1) * stride + kernel - a->pad <= a->in_size)
            tile(l, n, x, kernel, stride, WIDE, FALSE);
        else
            tile(l, n, x, kernel, stride, WIDE, TRUE);
#endif
}

/* N floats, in the order of channels, as lanes of sums. */
INLINE vf2
load_floats(const float *p, guint n)
{
    return vf2_of(vf_load(p), n > VF_LANES ? vf_load(p + VF_LANES) : vf_zero());
}

static void
start(Lanes *l, const EffNetDwconv *a, guint lane, guint n)
{
    *l = (Lanes){
        .a = a,
        .lane = lane,
        .weights = (const gint16 *)a->weights +
                   (gsize)lane / VS_LANES * effnet_dwconv_pairs_int8(a->kernel) * PAIRS,
        .scale = load_floats(a->scale + lane, n),
        .bias = load_floats(a->bias + lane, n),
        .total = {vi_zero(), vi_zero()},
    };
}

static void
store_sum(const Lanes *l, guint n)
{
    vf unit = vf_set1(l->a->quant->unit), first, second;
    float *sum = l->a->sum + l->lane;
    vf2 total = {vf_mul(vi_to_float(l->total.low), unit), vf_mul(vi_to_float(l->total.high), unit)};

    vf2_split(total, &first, &second);
    vf_store(sum, first);
    if (n > VF_LANES)
        vf_store(sum + VF_LANES, second);
}

/* All output columns of N channels from LANE on. */
INLINE void
vector(const EffNetDwconv *a, guint lane, guint n, int kernel, int stride)
{
    Lanes l;

    start(&l, a, lane, n);
    row(&l, n, kernel, stride);
    if (a->sum)
        store_sum(&l, n);
}

INLINE void
shape(const EffNetDwconv *a, int kernel, int stride)
{
    guint lane = 0, end = a->panels * EFFNET_LANES;

    for (; lane + VS_LANES <= end; lane += VS_LANES)
        vector(a, lane, VS_LANES, kernel, stride);
    if (lane < end)
        vector(a, lane, EFFNET_LANES, kernel, stride);
}

#include "dwconv_shapes.h"

static gsize
packed_bytes(guint kernel, guint channels)
{
    gsize units = (effnet_panels(channels) + UNIT - 1) / UNIT;

    return units * UNIT * EFFNET_LANES * effnet_dwconv_pairs_int8(kernel) * 2 * sizeof(gint16);
}

/* The weight of CHANNEL at ROW, COLUMN; 0 beyond the last row and the last channel. */
static gint16
weight_at(const float *weights, guint kernel, guint channels, guint channel, guint row,
          guint column)
{
    return channel < channels && row < kernel
               ? (gint16)weights[((gsize)channel * kernel + row) * kernel + column]
               : 0;
}

/* For each vector of channels, pair of rows and column: the weights in the order in which products
 * read them. */
static void
pack(gpointer dst, const float *weights, guint kernel, guint channels)
{
    guint end = (effnet_panels(channels) + UNIT - 1) / UNIT * UNIT * EFFNET_LANES;
    gint16 *packed = dst;

    for (guint lane = 0; lane < end; lane += VS_LANES)
        for (guint i = 0; i < effnet_dwconv_pairs_int8(kernel); i++, packed += PAIRS) {
            guint row = i / kernel * 2, column = i % kernel;
            gint16 upper[VS_LANES], lower[VS_LANES];

            for (guint k = 0; k < VS_LANES; k++) {
                upper[k] = weight_at(weights, kernel, channels, lane + k, row, column);
                lower[k] = weight_at(weights, kernel, channels, lane + k, row + 1, column);
            }
            vs2_store(packed,
                      vs2_pair(vs_load_part(upper, VS_LANES), vs_load_part(lower, VS_LANES)));
        }
}

const EffNetDwconvKernel KERNELS = {
    .acts = EFFNET_ACTS_ALL,
    .has_shape = has_shape,
    .padded = PADDED,
    .unit = UNIT,
    .pack = pack,
    .packed_bytes = packed_bytes,
    .run = run_shape,
};
