/* SPDX-License-Identifier: BSD-2-Clause */
/* The depthwise convolution of BF16 in registers, several output columns by VBF_LANES channels,
 * compiled once per level. The two values under a pair of taps, one above the other or side by
 * side, are interleaved and multiplied at once, for all columns whose sums they belong to.
 *
 * The sums' lanes are channels in the order that vbf_interleave() makes; weights are packed by it
 * as well: for every VBF_LANES channels, for each pair of taps, the lower vector and the upper one.
 * Rows are paired from the top. Their number is odd: the taps of the last row are paired with their
 * neighbours, and the last of them with a 0. */
#include <string.h>

#include "act_bf16_tmpl.h"
#include "bf16.h"
#include "dwconv.h"
#include "tiles_bf16.h"
#include "tmpl.h"

#define INLINE static inline __attribute__((always_inline))
#define UNIT   MAX(1, VBF_LANES / EFFNET_LANES) /* panels whose weights are packed together */

G_STATIC_ASSERT(VBF_LANES % EFFNET_LANES == 0 || EFFNET_LANES % VBF_LANES == 0);
G_STATIC_ASSERT(DWCONV_BF16_COLUMNS > 2);

static const guint16 zeros[VBF_LANES] __attribute__((aligned(64)));

/* The sums of one output column of VBF_LANES channels. */
typedef struct {
    vf low, high;
} Sums;

/* A row of the input from some channel on, or, outside of the feature map, a row of zeros
 * (pixel_stride is 0). */
typedef struct {
    const guint16 *at;
    gsize pixel_stride;
} Row;

/* What a tile reads: columns of the feature map from COLUMN on, which may be left of it, and LANES
 * of each. */
typedef struct {
    gsize in_size;
    gssize column;
    vbf_part lanes;
} Window;

INLINE Row
row_at(const EffNetDwconv *a, guint tap, guint channel, gssize column)
{
    const guint16 *row = a->rows[tap];

    if (!row)
        return (Row){zeros, 0};
    return (Row){row + channel + column * (gssize)a->in_stride, a->in_stride};
}

/* Column C of the window, where ROW points; advances ROW. Zeros beyond the edges. */
INLINE vbf
next_column(Row *row, const Window *window, int c)
{
    gboolean inside = (gsize)(window->column + c) < window->in_size;
    vbf x = vbf_load_part(row->at, inside ? window->lanes : vbf_part_of(0));

    row->at += row->pixel_stride;
    __asm__("" : "+r"(row->at)); /* one pointer that advances, not one per column */
    return x;
}

INLINE void
add_pairs(Sums *sums, vbf first, vbf second, vbf low, vbf high)
{
    vbf x, y;

    vbf_interleave(first, second, &x, &y);
    sums->low = vf_dot_pairs(sums->low, x, low);
    sums->high = vf_dot_pairs(sums->high, y, high);
}

/* Adds the products of two rows of the window and of the filter. */
INLINE void
add_rows(Sums *sums, Row upper, Row lower, const Window *window, const guint16 *filter, int kernel,
         int stride, int width)
{
    vbf low[EFFNET_DWCONV_MAX], high[EFFNET_DWCONV_MAX];

#pragma GCC unroll 8
    for (int k = 0; k < kernel; k++) {
        low[k] = vbf_load(filter + 2 * k * VBF_LANES);
        high[k] = vbf_load(filter + (2 * k + 1) * VBF_LANES);
    }
#pragma GCC unroll 64
    for (int c = 0; c < (width - 1) * stride + kernel; c++) {
        vbf first = next_column(&upper, window, c), second = next_column(&lower, window, c);

#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width)
                add_pairs(&sums[(c - k) / stride], first, second, low[k], high[k]);
    }
}

/* Adds the products of the last row, two columns at once. The last tap is paired with a 0, whatever
 * column is beside it. */
INLINE void
add_last_row(Sums *sums, Row row, const Window *window, const guint16 *filter, int kernel,
             int stride, int width)
{
    vbf next = next_column(&row, window, 0);
    vbf low[EFFNET_DWCONV_MAX / 2 + 1], high[EFFNET_DWCONV_MAX / 2 + 1];

#pragma GCC unroll 8
    for (int k = 0; k < kernel; k += 2) {
        low[k / 2] = vbf_load(filter + k * VBF_LANES);
        high[k / 2] = vbf_load(filter + (k + 1) * VBF_LANES);
    }
#pragma GCC unroll 64
    for (int c = 0; c < (width - 1) * stride + kernel; c++) {
        vbf first = next;

        if (c + 1 < (width - 1) * stride + kernel)
            next = next_column(&row, window, c + 1);
#pragma GCC unroll 8
        for (int k = 0; k < kernel; k += 2)
            if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width)
                add_pairs(&sums[(c - k) / stride], first, next, low[k / 2], high[k / 2]);
    }
}

/* Loads N floats (VBF_LANES or VF_LANES), in the order of channels, into the lanes of sums. */
INLINE Sums
spread(const float *p, guint n)
{
    Sums sums;

    vf_spread(vf_load(p), n > VF_LANES ? vf_load(p + VF_LANES) : vf_zero(), &sums.low, &sums.high);
    return sums;
}

/* Stores N of the sums in the order of channels. */
INLINE void
gather(float *p, const Sums *sums, guint n)
{
    vf first, second;

    vf_gather(sums->low, sums->high, &first, &second);
    vf_store(p, first);
    if (n > VF_LANES)
        vf_store(p + VF_LANES, second);
}

/* Applies SiLU or the bounds to WIDTH columns, stores the first VALID of them, and adds these to
 * TOTAL. */
INLINE void
finish(const EffNetDwconv *a, guint16 *out, Sums *sums, int width, int valid, guint n,
       EffNetAct act, const ActBounds *bounds, Sums *total)
{
    const CoarseConstants k = vf_coarse_constants();
    vf least = vf_set1(bounds->low), most = vf_set1(bounds->high);

#pragma GCC unroll 16
    for (int i = 0; i < width; i++, out += a->out_stride)
        if (i < valid) {
            vf low = act ? vf_act_coarse(&k, act, sums[i].low) : vf_clip(sums[i].low, least, most);
            vf high =
                act ? vf_act_coarse(&k, act, sums[i].high) : vf_clip(sums[i].high, least, most);

            vbf_store_sums(out, low, high, n);
            total->low = vf_add(total->low, low);
            total->high = vf_add(total->high, high);
        }
}

/* Computes WIDTH output columns from X on, some of which may be beyond the last. */
INLINE void
tile(const EffNetDwconv *a, guint channel, guint x, int kernel, int stride, int width,
     const ActBounds *bounds, Sums *total)
{
    const guint16 *filter = (const guint16 *)a->weights +
                            channel / VBF_LANES * effnet_dwconv_pairs(kernel) * 2 * VBF_LANES;
    guint n = MIN(VBF_LANES, a->panels * EFFNET_LANES - channel);
    const Window window = {a->in_size, (gssize)x * stride - a->pad, vbf_part_of(n)};
    guint16 *out = (guint16 *)a->out + x * a->out_stride + channel;
    int valid = MIN((guint)width, a->out_size - x);
    Sums sums[DWCONV_BF16_COLUMNS], bias = spread(a->bias + channel, n);
    int tap = 0;

#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        sums[i] = bias;
    for (; tap + 1 < kernel; tap += 2, filter += 2 * kernel * VBF_LANES)
        if (a->rows[tap] || a->rows[tap + 1])
            add_rows(sums, row_at(a, tap, channel, window.column),
                     row_at(a, tap + 1, channel, window.column), &window, filter, kernel, stride,
                     width);
    if (a->rows[tap])
        add_last_row(sums, row_at(a, tap, channel, window.column), &window, filter, kernel, stride,
                     width);
    switch (a->act) {
    case EFFNET_ACT_SILU:
        finish(a, out, sums, width, valid, n, EFFNET_ACT_SILU, bounds, total);
        break;
    case EFFNET_ACT_HARD_SWISH:
        finish(a, out, sums, width, valid, n, EFFNET_ACT_HARD_SWISH, bounds, total);
        break;
    default: /* those that are bounds, or none */
        finish(a, out, sums, width, valid, n, EFFNET_ACT_NONE, bounds, total);
    }
}

/* The tile width that wastes the fewest columns beyond the last of N. */
static guint
best_width(guint n)
{
    guint best = DWCONV_BF16_COLUMNS;

    for (guint width = best - 1; width >= DWCONV_BF16_COLUMNS - 2; width--)
        if ((n + width - 1) / width * width < (n + best - 1) / best * best)
            best = width;
    return best;
}

INLINE void
shape(const EffNetDwconv *a, int kernel, int stride)
{
    const ActBounds bounds = act_bounds(a->act);
    guint width = best_width(a->out_size), channels = a->panels * EFFNET_LANES;

    for (guint channel = 0; channel < channels; channel += VBF_LANES) {
        Sums total = {vf_zero(), vf_zero()};

        for (guint x = 0; x < a->out_size; x += width)
            if (width == DWCONV_BF16_COLUMNS)
                tile(a, channel, x, kernel, stride, DWCONV_BF16_COLUMNS, &bounds, &total);
            else if (width == DWCONV_BF16_COLUMNS - 1)
                tile(a, channel, x, kernel, stride, DWCONV_BF16_COLUMNS - 1, &bounds, &total);
            else
                tile(a, channel, x, kernel, stride, DWCONV_BF16_COLUMNS - 2, &bounds, &total);
        if (a->sum)
            gather(a->sum + channel, &total, MIN(VBF_LANES, channels - channel));
    }
}

#include "dwconv_shapes.h"

/* The taps at row Y, column X, of VBF_LANES channels from FIRST on; 0 beyond the filter and the
 * channels. */
static vbf
load_taps(const float *weights, guint kernel, guint channels, guint first, guint y, guint x)
{
    guint16 taps[VBF_LANES] = {0};

    for (guint i = 0; x < kernel && i < VBF_LANES && first + i < channels; i++)
        taps[i] = effnet_bf16_from_float(weights[((first + i) * kernel + y) * kernel + x]);
    return vbf_load(taps);
}

static guint16 *
pack_pair(guint16 *packed, vbf first, vbf second)
{
    vbf low, high;

    vbf_interleave(first, second, &low, &high);
    vbf_store(packed, low);
    vbf_store(packed + VBF_LANES, high);
    return packed + 2 * VBF_LANES;
}

static void
pack(gpointer dst, const float *weights, guint kernel, guint channels)
{
    guint16 *packed = dst;

    for (guint c = 0; c < effnet_panels(channels) * EFFNET_LANES; c += VBF_LANES) {
        for (guint y = 0; y + 1 < kernel; y += 2)
            for (guint x = 0; x < kernel; x++)
                packed = pack_pair(packed, load_taps(weights, kernel, channels, c, y, x),
                                   load_taps(weights, kernel, channels, c, y + 1, x));
        for (guint x = 0; x < kernel; x += 2)
            packed = pack_pair(packed, load_taps(weights, kernel, channels, c, kernel - 1, x),
                               load_taps(weights, kernel, channels, c, kernel - 1, x + 1));
    }
}

static gsize
packed_bytes(guint kernel, guint channels)
{
    guint units = (effnet_panels(channels) + UNIT - 1) / UNIT;

    return units * UNIT * EFFNET_LANES * effnet_dwconv_pairs(kernel) * 2 * sizeof(guint16);
}

/* The activations that finish() applies. */
#define ACTS                                                                                       \
    (EFFNET_ACT_BIT(EFFNET_ACT_NONE) | EFFNET_ACT_BIT(EFFNET_ACT_RELU) |                           \
     EFFNET_ACT_BIT(EFFNET_ACT_RELU6) | EFFNET_ACT_BIT(EFFNET_ACT_SILU) |                          \
     EFFNET_ACT_BIT(EFFNET_ACT_HARD_SWISH))

const EffNetDwconvKernel KERNEL(dwconv_bf16) = {
    .acts = ACTS,
    .has_shape = has_shape,
    .unit = UNIT,
    .pack = pack,
    .packed_bytes = packed_bytes,
    .run = run_shape,
};
