/* SPDX-License-Identifier: BSD-2-Clause */
/* The int8 depthwise convolution in registers over several output columns, compiled once an
 * instruction set: two rows of the input at once, interleaved, so that a product adds both, and the
 * filter's rows of pairs in registers. */
#include "dwconv.h"
#include "quant_tmpl.h"
#include "tmpl.h"

#define INLINE static inline __attribute__((always_inline))

#if VF_LANES == 16
#define WIDE 7
#else
#define WIDE 4
#endif

/* What pictures are made of: of 8 bits where DWCONV_U8 is defined. */
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

/* Sums of VS_LANES channels, in the order that interleaving makes. */
typedef struct {
    vi low, high;
} Halves;

/* What a vector of channels needs for all columns. How many they are, a panel's or VS_LANES, is a
 * constant where it is asked for. */
typedef struct {
    const EffNetDwconv *a;
    guint lane; /* the first of the channels */
    const guint8 *weights;
    gsize panel_bytes;
    vf scale_low, scale_high, bias_low, bias_high;
    Halves total;
} Lanes;

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
    return load_numbers(row + column * (gssize)l->a->in_step, n);
}

/* Output column X. */
INLINE void
finish(Lanes *l, Halves sum, guint x, guint n)
{
    vf low = vf_fma(vi_to_float(sum.low), l->scale_low, l->bias_low);
    vf high = vf_fma(vi_to_float(sum.high), l->scale_high, l->bias_high);
    Number *out = (Number *)l->a->out + x * l->a->out_step + l->lane;
    vs y = vs_narrow_halves(vf_round(low), vf_round(high));
#ifdef DWCONV_U8
    vs_store_bytes(out, y);
#else
    const vs ones = vs_set1(1), zero = vs_set1(0);

    y = vs_act(l->a->quant, y, l->a->quant->has_bump);
    vs_store_part(out, y, n);
    l->total.low = vi_pair_dot(l->total.low, vs_interleave_low(y, zero), ones);
    l->total.high = vi_pair_dot(l->total.high, vs_interleave_high(y, zero), ones);
#endif
}

/* Output columns x to x + width - 1. A border tile may reach over the edges: it reads zeros there,
 * and stores inside only. */
INLINE void
tile(Lanes *l, guint n, guint x, int kernel, int stride, int width, gboolean border)
{
    const EffNetDwconv *a = l->a;
    const guint8 *filter = l->weights;
    gssize left = (gssize)x * stride - a->pad;
    Halves acc[WIDE];

#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        acc[i] = (Halves){vi_zero(), vi_zero()};
    for (int tap = 0; tap < kernel; tap += 2) {
        const Number *upper = row_at(l, tap), *lower = row_at(l, tap + 1);
        Halves w[5];

#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++, filter += 4 * EFFNET_LANES)
            vi_load_halves(filter, l->panel_bytes, n, &w[k].low, &w[k].high);
        if (!upper && !lower)
            continue;
#pragma GCC unroll 64
        for (int c = 0; c < (width - 1) * stride + kernel; c++) {
            vs above = column_at(l, upper, left + c, n, border);
            vs below = column_at(l, lower, left + c, n, border);
            Halves v = {vs_interleave_low(above, below), vs_interleave_high(above, below)};

#pragma GCC unroll 8
            for (int k = 0; k < kernel; k++)
                if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width) {
                    Halves *sum = &acc[(c - k) / stride];

                    sum->low = vi_pair_dot(sum->low, v.low, w[k].low);
                    sum->high = vi_pair_dot(sum->high, v.high, w[k].high);
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

static void
start(Lanes *l, const EffNetDwconv *a, guint lane, guint n)
{
    guint other = n < VS_LANES ? 0 : VF_LANES;

    *l = (Lanes){.a = a, .lane = lane};
    l->panel_bytes = effnet_dwconv_packed_bytes_int8(a->kernel, EFFNET_LANES);
    l->weights = (const guint8 *)a->weights + lane / EFFNET_LANES * l->panel_bytes;
    vf_halves(vf_load(a->scale + lane), vf_load(a->scale + lane + other), &l->scale_low,
              &l->scale_high);
    vf_halves(vf_load(a->bias + lane), vf_load(a->bias + lane + other), &l->bias_low,
              &l->bias_high);
    l->total = (Halves){vi_zero(), vi_zero()};
}

static void
store_sum(const Lanes *l, guint n)
{
    vf step = vf_set1(l->a->quant->step), first, second;
    float *sum = l->a->sum + l->lane;

    vf_join_halves(vf_mul(vi_to_float(l->total.low), step),
                   vf_mul(vi_to_float(l->total.high), step), &first, &second);
    vf_store(sum, first);
    if (n == VS_LANES)
        vf_store(sum + VF_LANES, second);
}

/* N channels, a panel's or VS_LANES, from LANE on. */
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

const EffNetDwconvKernel KERNELS = {
    .acts = EFFNET_ACTS_ALL,
    .has_shape = has_shape,
    .padded = PADDED,
    .unit = MAX(1, VS_LANES / EFFNET_LANES),
    .pack = effnet_dwconv_pack_int8,
    .packed_bytes = effnet_dwconv_packed_bytes_int8,
    .run = run_shape,
};
