/* SPDX-License-Identifier: BSD-2-Clause */
/* Depthwise convolution in registers over several output columns and two panels: the values that a
 * pair of taps belongs to, one above the other or side by side, are interleaved while the sums of
 * all columns that they go into are in registers. Interleaving is within 128 bits, so that the
 * lanes of the sums are the channels in another order (dwconv.h). */
#include "../../tmpl.h"
#include "simd.h"

#define INLINE   static inline __attribute__((always_inline))
#define WIDEST   8
#define CHANNELS EFFNET_DWCONV_BF16_CHANNELS /* of a group: both panels */
#define PAIR_ROW (2 * EFFNET_LANES)          /* elements of a vector of pairs */

static const guint16 zeros[CHANNELS] __attribute__((aligned(64)));

/* Sums of one output column: lanes of lower and of higher halves of 128 bits. */
typedef struct {
    __m512 low, high;
} Sums;

/* A row of the input from a group's channels on; outside of the picture, zeros all along. */
typedef struct {
    const guint16 *at;
    gsize step;
} Row;

/* What a tile reads: COLUMN of the picture onwards, LANES of each. */
typedef struct {
    gsize in_size;
    gssize column;
    __mmask32 lanes;
} Window;

INLINE Row
row_at(const EffNetDwconv *a, guint tap, guint channel, gssize column)
{
    const guint16 *row = a->rows[tap];

    if (!row)
        return (Row){zeros, 0};
    return (Row){row + channel + column * (gssize)a->in_stride, a->in_stride};
}

/* Column C of the window; beyond the edges, zeros. */
INLINE __m512i
next_column(Row *row, const Window *window, int c)
{
    __mmask32 inside = (gsize)(window->column + c) < window->in_size ? window->lanes : 0;
    __m512i x = _mm512_maskz_loadu_epi16(inside, row->at);

    row->at += row->step;
    __asm__("" : "+r"(row->at)); /* one pointer that grows, not one for every column */
    return x;
}

INLINE void
add_pairs(Sums *sums, __m512i first, __m512i second, __m512bh low, __m512bh high)
{
    __m512bh x = (__m512bh)_mm512_unpacklo_epi16(first, second);
    __m512bh y = (__m512bh)_mm512_unpackhi_epi16(first, second);

    sums->low = _mm512_dpbf16_ps(sums->low, x, low);
    sums->high = _mm512_dpbf16_ps(sums->high, y, high);
}

/* Two rows of the window and of the filter. */
INLINE void
add_rows(Sums *sums, Row upper, Row lower, const Window *window, const guint16 *filter, int kernel,
         int stride, int width)
{
    __m512bh low[5], high[5];

#pragma GCC unroll 8
    for (int k = 0; k < kernel; k++) {
        low[k] = load_pairs(filter + 2 * k * PAIR_ROW);
        high[k] = load_pairs(filter + (2 * k + 1) * PAIR_ROW);
    }
#pragma GCC unroll 64
    for (int c = 0; c < (width - 1) * stride + kernel; c++) {
        __m512i first = next_column(&upper, window, c), second = next_column(&lower, window, c);

#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width)
                add_pairs(&sums[(c - k) / stride], first, second, low[k], high[k]);
    }
}

/* The last row: two columns at once; beside the last one, any number meets a tap of 0. */
INLINE void
add_last_row(Sums *sums, Row row, const Window *window, const guint16 *filter, int kernel,
             int stride, int width)
{
    __m512i next = next_column(&row, window, 0);
    __m512bh low[3], high[3];

#pragma GCC unroll 8
    for (int k = 0; k < kernel; k += 2) {
        low[k / 2] = load_pairs(filter + k * PAIR_ROW);
        high[k / 2] = load_pairs(filter + (k + 1) * PAIR_ROW);
    }
#pragma GCC unroll 64
    for (int c = 0; c < (width - 1) * stride + kernel; c++) {
        __m512i first = next;

        if (c + 1 < (width - 1) * stride + kernel)
            next = next_column(&row, window, c + 1);
#pragma GCC unroll 8
        for (int k = 0; k < kernel; k += 2)
            if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width)
                add_pairs(&sums[(c - k) / stride], first, next, low[k / 2], high[k / 2]);
    }
}

/* Of two panels of floats to the lanes of the sums. */
INLINE Sums
spread(const float *p, gboolean both)
{
    const __m512i low = _mm512_set_epi32(27, 26, 25, 24, 19, 18, 17, 16, 11, 10, 9, 8, 3, 2, 1, 0);
    __m512 first = _mm512_loadu_ps(p);
    __m512 second = both ? _mm512_loadu_ps(p + EFFNET_LANES) : _mm512_setzero_ps();

    return (Sums){
        _mm512_permutex2var_ps(first, low, second),
        _mm512_permutex2var_ps(first, _mm512_add_epi32(low, _mm512_set1_epi32(4)), second)};
}

/* And back. */
INLINE void
gather(float *p, const Sums *sums, gboolean both)
{
    const __m512i first = _mm512_set_epi32(23, 22, 21, 20, 7, 6, 5, 4, 19, 18, 17, 16, 3, 2, 1, 0);

    _mm512_storeu_ps(p, _mm512_permutex2var_ps(sums->low, first, sums->high));
    if (both)
        _mm512_storeu_ps(p + EFFNET_LANES,
                         _mm512_permutex2var_ps(
                             sums->low, _mm512_add_epi32(first, _mm512_set1_epi32(8)), sums->high));
}

INLINE void
store(guint16 *out, __m512 low, __m512 high, gboolean both)
{
    const __m512i quads = _mm512_set_epi64(7, 3, 6, 2, 5, 1, 4, 0);
    __m512i x = _mm512_permutexvar_epi64(quads, (__m512i)_mm512_cvtne2ps_pbh(high, low));

    if (both)
        _mm512_storeu_si512(out, x);
    else
        _mm256_storeu_si256((__m256i_u *)out, _mm512_castsi512_si256(x));
}

/* WIDTH outputs, of which the VALID first are stored; adds up in TOTAL what they become. */
INLINE void
finish(const EffNetDwconv *a, guint16 *out, Sums *sums, int width, int valid, EffNetAct act,
       gboolean both, Sums *total)
{
    ActConstants k = act_constants(act);

#pragma GCC unroll 16
    for (int i = 0; i < width; i++, out += a->out_stride)
        if (i < valid) {
            __m512 low = activate(&k, act, sums[i].low);
            __m512 high = activate(&k, act, sums[i].high);

            store(out, low, high, both);
            total->low = _mm512_add_ps(total->low, low);
            total->high = _mm512_add_ps(total->high, high);
        }
}

/* WIDTH output columns from X on, of which some may be beyond the last one. */
INLINE void
tile(const EffNetDwconv *a, guint channel, guint x, int kernel, int stride, int width, Sums *total)
{
    const guint16 *filter = (const guint16 *)a->weights +
                            channel / CHANNELS * effnet_dwconv_pairs(kernel) * 2 * PAIR_ROW;
    gboolean both = channel + EFFNET_LANES < a->panels * EFFNET_LANES;
    const Window window = {a->in_size, (gssize)x * stride - a->pad, both ? -1 : 0xffff};
    guint16 *out = (guint16 *)a->out + x * a->out_stride + channel;
    int valid = MIN((guint)width, a->out_size - x);
    Sums sums[WIDEST], bias = spread(a->bias + channel, both);
    int tap = 0;

#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        sums[i] = bias;
    for (; tap + 1 < kernel; tap += 2, filter += 2 * kernel * PAIR_ROW)
        if (a->rows[tap] || a->rows[tap + 1])
            add_rows(sums, row_at(a, tap, channel, window.column),
                     row_at(a, tap + 1, channel, window.column), &window, filter, kernel, stride,
                     width);
    if (a->rows[tap])
        add_last_row(sums, row_at(a, tap, channel, window.column), &window, filter, kernel, stride,
                     width);
    if (a->act == EFFNET_ACT_SILU)
        finish(a, out, sums, width, valid, EFFNET_ACT_SILU, both, total);
    else if (a->act == EFFNET_ACT_RELU6)
        finish(a, out, sums, width, valid, EFFNET_ACT_RELU6, both, total);
    else
        finish(a, out, sums, width, valid, EFFNET_ACT_RELU, both, total);
}

/* The width whose tiles reach the least beyond N columns. */
static guint
best_width(guint n)
{
    guint best = WIDEST;

    for (guint width = WIDEST - 1; width >= WIDEST - 2; width--)
        if ((n + width - 1) / width * width < (n + best - 1) / best * best)
            best = width;
    return best;
}

INLINE void
shape(const EffNetDwconv *a, int kernel, int stride)
{
    guint width = best_width(a->out_size);

    for (guint channel = 0; channel < a->panels * EFFNET_LANES; channel += CHANNELS) {
        Sums total = {_mm512_setzero_ps(), _mm512_setzero_ps()};

        for (guint x = 0; x < a->out_size; x += width)
            if (width == 8)
                tile(a, channel, x, kernel, stride, 8, &total);
            else if (width == 7)
                tile(a, channel, x, kernel, stride, 7, &total);
            else
                tile(a, channel, x, kernel, stride, 6, &total);
        if (a->sum)
            gather(a->sum + channel, &total, channel + EFFNET_LANES < a->panels * EFFNET_LANES);
    }
}

#include "../../dwconv_shapes.h"

/* Those that tile() finishes. */
#define DWCONV_ACTS                                                                                \
    (EFFNET_ACT_BIT(EFFNET_ACT_RELU) | EFFNET_ACT_BIT(EFFNET_ACT_RELU6) |                          \
     EFFNET_ACT_BIT(EFFNET_ACT_SILU))

const EffNetDwconvKernel KERNEL(dwconv_bf16) = {
    .acts = DWCONV_ACTS,
    .has_shape = has_shape,
    .unit = 2,
    .pack = effnet_dwconv_pack_bf16,
    .packed_bytes = effnet_dwconv_packed_bytes_bf16,
    .run = run_shape,
};
