/* SPDX-License-Identifier: BSD-2-Clause */
/* Depthwise convolution in registers over several output columns: two rows of the input at once,
 * whose values of a channel are one pair, and the filter's rows of pairs in registers. */
#include "../tmpl.h"
#include "simd.h"

#define INLINE   static inline __attribute__((always_inline))
#define WIDE     14
#define NARROW   4
#define PAIR_ROW (2 * EFFNET_LANES) /* elements of a tap pair's row */

static const guint16 zeros[EFFNET_LANES] __attribute__((aligned(64)));

/* A row of the input from a vector of channels on; outside of the picture, zeros all along. */
typedef struct {
    const guint16 *at;
    gsize step;
} Row;

INLINE Row
row_at(const EffNetDwconv *a, guint tap, guint lane)
{
    const guint16 *row = tap < a->kernel ? a->rows[tap] : NULL;

    return row ? (Row){row + lane, a->in_step} : (Row){zeros, 0};
}

/* Column COLUMN of both rows: pairs of each channel's two values. */
INLINE __m512bh
column_at(const EffNetDwconv *a, Row upper, Row lower, gssize column, gboolean border)
{
    const __m512i pairs =
        _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8, 39, 7, 38, 6,
                         37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
    const guint16 *high = upper.at + column * (gssize)upper.step;
    const guint16 *low = lower.at + column * (gssize)lower.step;

    if (border && (gsize)column >= a->in_size)
        return (__m512bh)_mm512_setzero_si512();
    return (__m512bh)_mm512_permutex2var_epi16(
        _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i_u *)high)), pairs,
        _mm512_castsi256_si512(_mm256_loadu_si256((const __m256i_u *)low)));
}

/* Output columns x to x + width - 1 of the vector of channels that begins with LANE; returns their
 * sum. A border tile may reach over the edges: it reads zeros there, and stores inside only. */
INLINE __m512
tile(const EffNetDwconv *a, guint lane, guint x, int kernel, int stride, int width, EffNetAct act,
     gboolean border)
{
    const guint16 *filter =
        (const guint16 *)a->weights + lane / EFFNET_LANES * effnet_dwconv_pairs(kernel) * PAIR_ROW;
    gssize left = (gssize)x * stride - a->pad;
    __m512 acc[WIDE], sum = _mm512_setzero_ps();

#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        acc[i] = _mm512_loadu_ps(a->bias + lane);
    for (int tap = 0; tap < kernel; tap += 2, filter += kernel * PAIR_ROW) {
        Row upper = row_at(a, tap, lane), lower = row_at(a, tap + 1, lane);
        __m512bh w[5];

        if (upper.step == 0 && lower.step == 0)
            continue;
#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            w[k] = load_pairs(filter + k * PAIR_ROW);
#pragma GCC unroll 64
        for (int c = 0; c < (width - 1) * stride + kernel; c++) {
            __m512bh v = column_at(a, upper, lower, left + c, border);

#pragma GCC unroll 8
            for (int k = 0; k < kernel; k++)
                if (c >= k && (c - k) % stride == 0 && (c - k) / stride < width)
                    acc[(c - k) / stride] = _mm512_dpbf16_ps(acc[(c - k) / stride], v, w[k]);
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < width; i++)
        if (!border || x + i < a->out_size) {
            __m512 v = activate(act, acc[i]);

            store_bf16((guint16 *)a->out + (x + i) * a->out_step + lane, v);
            sum = _mm512_add_ps(sum, v);
        }
    return sum;
}

INLINE __m512
row(const EffNetDwconv *a, guint lane, int kernel, int stride, EffNetAct act)
{
    __m512 sum = _mm512_setzero_ps();
    guint x = 0;

    while (x < a->out_size) {
        guint left = a->out_size - x, width = left > NARROW ? WIDE : NARROW;
        gboolean inside = x * stride >= a->pad && left >= width &&
                          (x + width - 1) * stride + kernel - a->pad <= a->in_size;

        if (width == WIDE && inside)
            sum = _mm512_add_ps(sum, tile(a, lane, x, kernel, stride, WIDE, act, FALSE));
        else if (width == WIDE && left > 8)
            sum = _mm512_add_ps(sum, tile(a, lane, x, kernel, stride, WIDE, act, TRUE));
        else if (width == WIDE) {
            sum = _mm512_add_ps(sum, tile(a, lane, x, kernel, stride, 8, act, TRUE));
            width = 8;
        } else
            sum = _mm512_add_ps(sum, tile(a, lane, x, kernel, stride, NARROW, act, TRUE));
        x += width;
    }
    return sum;
}

INLINE void
panels(const EffNetDwconv *a, int kernel, int stride, EffNetAct act)
{
    for (guint lane = 0; lane < a->panels * EFFNET_LANES; lane += EFFNET_LANES) {
        __m512 sum = row(a, lane, kernel, stride, act);

        if (a->sum)
            _mm512_storeu_ps(a->sum + lane, sum);
    }
}

#define KERNEL_SHAPE(kernel, stride)                                                               \
    static void dwconv_##kernel##x##kernel##s##stride(const EffNetDwconv *a)                       \
    {                                                                                              \
        if (a->act == EFFNET_ACT_SILU)                                                             \
            panels(a, kernel, stride, EFFNET_ACT_SILU);                                            \
        else if (a->act == EFFNET_ACT_RELU6)                                                       \
            panels(a, kernel, stride, EFFNET_ACT_RELU6);                                           \
        else if (a->act == EFFNET_ACT_RELU)                                                        \
            panels(a, kernel, stride, EFFNET_ACT_RELU);                                            \
        else                                                                                       \
            effnet_dwconv_bf16_c(a);                                                               \
    }

KERNEL_SHAPE(3, 1)
KERNEL_SHAPE(3, 2)
KERNEL_SHAPE(5, 1)
KERNEL_SHAPE(5, 2)

void
KERNEL(dwconv_bf16)(const EffNetDwconv *a)
{
    static void (*const shapes[6][3])(const EffNetDwconv *) = {
        [3] = {[1] = dwconv_3x3s1, [2] = dwconv_3x3s2},
        [5] = {[1] = dwconv_5x5s1, [2] = dwconv_5x5s2},
    };
    void (*shape)(const EffNetDwconv *) =
        a->kernel < 6 && a->stride < 3 ? shapes[a->kernel][a->stride] : NULL;

    (shape ? shape : effnet_dwconv_bf16_c)(a);
}
