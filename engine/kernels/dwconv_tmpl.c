/* SPDX-License-Identifier: BSD-2-Clause */
/* The depthwise convolution of F32 in registers, several output columns at once, compiled once per
 * level: a row of the filter stays in registers, while each input column is loaded once and added
 * to every output that it belongs to. */
#include "act_tmpl.h"
#include "dwconv.h"
#include "tiles_tmpl.h"
#include "tmpl.h"

#define INLINE static inline __attribute__((always_inline))

/* Applies the activation and stores the outputs; prefetches the next row's cache lines into L2,
 * since stores that miss it wait for each other. Returns the outputs' sum if it is wanted. */
INLINE vf
finish(vf *acc, const EffNetDwconv *a, guint lane, guint x, EffNetAct act, int width)
{
    gsize out_stride = a->out_stride, row = a->out_size * out_stride;
    float *out = (float *)a->out + x * out_stride + lane;
    vf sum = vf_zero(), least = vf_clip_least(a->act), most = vf_relu_most(a->act);

#pragma GCC unroll 16
    for (int i = 0; i < width; i++, out += out_stride) {
        acc[i] = act == EFFNET_ACT_NONE ? vf_min(vf_max(acc[i], least), most) : vf_act(act, acc[i]);
        vf_store(out, acc[i]);
        if (PREFETCH)
            __builtin_prefetch(out + row, 0, 2);
    }
    if (a->sum)
#pragma GCC unroll 16
        for (int i = 0; i < width; i++)
            sum = vf_add(sum, acc[i]);
    return sum;
}

/* Where a tile's windows lie: inside the map, across an edge, or over a whole row with kernel / 2
 * columns outside of the map at either end. */
typedef enum { INSIDE, BORDER, WHOLE_ROW } Place;

/* Adds the products of one row of the filter and ROW of the map. The tile's window starts at column
 * LEFT. Unless PLACE is INSIDE, some columns at its ends are outside of the map. */
INLINE void
multiply(vf *acc, const EffNetDwconv *a, const float *row, const float *filter, gssize left,
         int kernel, int stride, int width, Place place)
{
    gssize in_stride = a->in_stride;
    const float *in = row + left * in_stride;
    const int columns = (width - 1) * stride + kernel, edge = kernel / 2;
    vf w[5];

#pragma GCC unroll 8
    for (int k = 0; k < kernel; k++)
        w[k] = vf_load(filter + k * EFFNET_LANES);
#pragma GCC unroll 64
    for (int c = 0; c < columns; c++) {
        gboolean inner = c >= edge && c < columns - edge;
        vf v;

        if (c % 3 == 0) { /* {0, 1, 2} * in_stride are addressing modes */
            in += c ? 3 * in_stride : 0;
            keep_address(in);
        }
        if (!inner && (place == WHOLE_ROW || (place == BORDER && (gsize)(left + c) >= a->in_size)))
            continue;
        v = vf_load(in + c % 3 * in_stride);
        vf_keep(v);
#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width)
                acc[(c - k) / stride] = vf_fma(v, w[k], acc[(c - k) / stride]);
    }
}

/* Widths whose tiles have code of their own for other places than BORDER. Narrow tiles are rare
 * inside the map. */
#define OR_IS(n)          || width == (n)
#define HAS_INSIDE(width) (FALSE DWCONV_WIDTHS(OR_IS))
#ifdef DWCONV_ROWS
#define HAS_WHOLE_ROW(width, stride) ((stride) == 1 && (FALSE DWCONV_ROWS(OR_IS)))
#else
#define HAS_WHOLE_ROW(width, stride) FALSE
#endif

/* multiply() for a PLACE that is known at run time alone, so that what precedes and follows it, the
 * activation above all, is in the library once for all places. */
INLINE void
multiply_at(vf *acc, const EffNetDwconv *a, const float *row, const float *filter, gssize left,
            int kernel, int stride, int width, Place place)
{
    if (HAS_INSIDE(width) && place == INSIDE)
        multiply(acc, a, row, filter, left, kernel, stride, width, INSIDE);
    else if (HAS_WHOLE_ROW(width, stride) && place == WHOLE_ROW)
        multiply(acc, a, row, filter, left, kernel, stride, width, WHOLE_ROW);
    else
        multiply(acc, a, row, filter, left, kernel, stride, width, BORDER);
}

/* Computes output columns x to x + width - 1 of the vector of channels that starts at LANE. */
INLINE vf
tile(const EffNetDwconv *a, guint lane, guint x, int kernel, int stride, int width, Place place)
{
    const float *filter = (const float *)a->weights +
                          (gsize)(lane / EFFNET_LANES) * kernel * kernel * EFFNET_LANES +
                          lane % EFFNET_LANES;
    vf acc[DWCONV_WIDE];

#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        acc[i] = vf_load(a->bias + lane);
#pragma GCC unroll 1
    for (int tap = 0; tap < kernel; tap++, filter += kernel * EFFNET_LANES)
        if (a->rows[tap])
            multiply_at(acc, a, (const float *)a->rows[tap] + lane, filter,
                        (gssize)x * stride - a->pad, kernel, stride, width, place);
    switch (a->act) {
    case EFFNET_ACT_SILU_LOG2:
        return finish(acc, a, lane, x, EFFNET_ACT_SILU_LOG2, width);
    case EFFNET_ACT_HARD_SWISH:
        return finish(acc, a, lane, x, EFFNET_ACT_HARD_SWISH, width);
    default: /* those that are bounds, or none */
        return finish(acc, a, lane, x, EFFNET_ACT_NONE, width);
    }
}

#define CASE(width)                                                                                \
    case width:                                                                                    \
        return tile(a, lane, x, kernel, stride, width, place);

INLINE vf
tile_of(const EffNetDwconv *a, guint lane, guint x, int kernel, int stride, guint width,
        Place place)
{
    switch (width) {
        CASE(1)
        CASE(DWCONV_ODD)
        DWCONV_NARROW(CASE)
        DWCONV_WIDTHS(CASE)
    }
    g_assert_not_reached();
}

/* The next tile's width, where LEFT columns are left: an odd number starts with an odd tile; all
 * others are even and of nearly equal width. */
INLINE guint
next_width(guint left)
{
    guint n = (left + DWCONV_WIDE - 1) / DWCONV_WIDE;

    if (left % 2)
        return left < DWCONV_ODD ? 1 : DWCONV_ODD;
    return (left / 2 + n - 1) / n * 2;
}

INLINE vf
row(const EffNetDwconv *a, guint lane, int kernel, int stride)
{
    vf sum = vf_zero();

    for (guint x = 0, width; x < a->out_size; x += width) {
        Place place = BORDER;

        width = next_width(a->out_size - x);
        if (x * stride >= a->pad && (x + width - 1) * stride + kernel - a->pad <= a->in_size)
            place = INSIDE;
        else if (width == a->in_size && a->pad == (guint)kernel / 2)
            place = WHOLE_ROW;
        sum = vf_add(sum, tile_of(a, lane, x, kernel, stride, width, place));
    }
    return sum;
}

INLINE void
shape(const EffNetDwconv *a, int kernel, int stride)
{
    for (guint lane = 0; lane < a->panels * EFFNET_LANES; lane += VF_LANES) {
        vf sum = row(a, lane, kernel, stride);

        if (a->sum)
            vf_store(a->sum + lane, sum);
    }
}

#include "dwconv_shapes.h"

/* The activations that finish() applies. */
#define ACTS                                                                                       \
    (EFFNET_ACT_BIT(EFFNET_ACT_NONE) | EFFNET_ACT_BIT(EFFNET_ACT_RELU) |                           \
     EFFNET_ACT_BIT(EFFNET_ACT_RELU6) | EFFNET_ACT_BIT(EFFNET_ACT_SILU_LOG2) |                     \
     EFFNET_ACT_BIT(EFFNET_ACT_HARD_SWISH))

const EffNetDwconvKernel KERNEL(dwconv_f32) = {
    .acts = ACTS,
    .has_shape = has_shape,
    .unit = 1,
    .pack = effnet_dwconv_pack_f32,
    .packed_bytes = effnet_dwconv_packed_bytes_f32,
    .run = run_shape,
};
