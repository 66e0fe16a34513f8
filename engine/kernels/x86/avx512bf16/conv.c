/* SPDX-License-Identifier: BSD-2-Clause */
/* The convolution in register tiles of up to 14 pixels x 2 panels of sums: a step loads the panels'
 * rows of pairs, broadcasts each pixel's pair and adds two products to every sum. */
#include <math.h>

#include "../../tmpl.h"
#include "simd.h"

#define INLINE      static inline __attribute__((always_inline))
#define TILE_PIXELS 14
#define TILE_ROW    8                  /* panels at once where there is one pixel */
#define PAIR_ROW    (2 * EFFNET_LANES) /* elements of a panel's row of pairs */

/* A tile's sums, in the order of its outputs. */
typedef struct {
    float at[TILE_PIXELS * 2 * EFFNET_LANES] __attribute__((aligned(64)));
} Sums;

/* The address of pixel m's window: three pixels share a base, so that base + {0, 1, 2} * step are
 * addressing modes and 14 windows need 5 registers, not 14. */
#define GROUPS(mr) (((mr) + 2) / 3)

INLINE void
step_pair(__m512 acc[][TILE_ROW], const guint16 *const *base, gsize step, const guint16 *const *w,
          int k, int mr, int panels)
{
    __m512bh row[TILE_ROW];

#pragma GCC unroll 16
    for (int j = 0; j < panels; j++)
        row[j] = load_pairs(w[j] + k * PAIR_ROW);
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++) {
        __m512bh x = broadcast_pair(base[m / 3] + (m % 3) * step + 2 * k);

#pragma GCC unroll 16
        for (int j = 0; j < panels; j++)
            acc[m][j] = _mm512_dpbf16_ps(acc[m][j], x, row[j]);
    }
}

INLINE void
advance(const guint16 **p, int n, gsize elements)
{
#pragma GCC unroll 16
    for (int i = 0; i < n; i++)
        p[i] += elements;
}

INLINE void
multiply(__m512 acc[][TILE_ROW], const EffNetConv *a, const guint16 *in, const guint16 **w, int mr,
         int panels, const guint16 *ahead)
{
    gsize step = a->in_stride;
    guint pairs = effnet_conv_groups(a->run, 2);

    for (guint r = 0; r < a->runs; r++) {
        const guint16 *base[GROUPS(TILE_PIXELS)];
        guint k = 0;

#pragma GCC unroll 16
        for (int g = 0; g < GROUPS(mr); g++) {
            base[g] = in + r * a->run_stride + g * 3 * step;
            __asm__("" : "+r"(base[g])); /* keep a register of its own */
        }
        for (; k + 4 <= pairs; k += 4) {
#pragma GCC unroll 4
            for (int i = 0; i < EFFNET_CONV_LINES; i++, ahead += PAIR_ROW)
                __builtin_prefetch(ahead, 0, 2);
#pragma GCC unroll 4
            for (int i = 0; i < 4; i++)
                step_pair(acc, base, step, w, i, mr, panels);
            advance(base, GROUPS(mr), 8);
            advance(w, panels, 4 * PAIR_ROW);
        }
        for (; k < pairs; k++) {
            step_pair(acc, base, step, w, 0, mr, panels);
            advance(base, GROUPS(mr), 2);
            advance(w, panels, PAIR_ROW);
        }
    }
}

/* What takes no longer than to put the sums down and to take them up again. */
INLINE gboolean
finishes_at_once(const EffNetConv *a)
{
    return (a->act == EFFNET_ACT_NONE || a->act == EFFNET_ACT_RELU6) && !a->pool && !a->act_first;
}

INLINE __m512
clip(__m512 x, __m512 low, __m512 high)
{
    return _mm512_min_ps(_mm512_max_ps(x, low), high);
}

INLINE void
store_tile(guint16 *out, gsize step, __m512 acc[][TILE_ROW], int mr, int panels)
{
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++, out += step)
        if (panels == 2)
            store_bf16_twice(out, acc[m][0], acc[m][1]);
        else
            store_bf16(out, acc[m][0]);
}

INLINE void
store_floats(float *out, gsize step, __m512 acc[][TILE_ROW], int mr, int panels)
{
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++, out += step)
#pragma GCC unroll 2
        for (int j = 0; j < panels; j++)
            _mm512_storeu_ps(out + j * EFFNET_LANES, acc[m][j]);
}

INLINE void
finish_at_once(const EffNetConv *a, __m512 acc[][TILE_ROW], guint pixel, guint panel, int mr,
               int panels)
{
    gboolean clipped = a->act == EFFNET_ACT_RELU6;
    __m512 low = _mm512_set1_ps(clipped ? 0.f : -INFINITY);
    __m512 high = _mm512_set1_ps(clipped ? 6.f : INFINITY);
    gsize at = pixel * a->out_stride + panel * EFFNET_LANES;

    if (a->residual) {
        const guint16 *residual = (const guint16 *)a->residual + panel * EFFNET_LANES;

#pragma GCC unroll 16
        for (int m = 0; m < mr; m++)
#pragma GCC unroll 2
            for (int j = 0; j < panels; j++)
                acc[m][j] =
                    _mm512_add_ps(acc[m][j], load_bf16(residual + (pixel + m) * a->residual_stride +
                                                       j * EFFNET_LANES));
    }
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
#pragma GCC unroll 2
        for (int j = 0; j < panels; j++)
            acc[m][j] = clip(acc[m][j], low, high);
    if (a->out_type == EFFNET_TYPE_F32)
        store_floats((float *)a->out + at, a->out_stride, acc, mr, panels);
    else
        store_tile((guint16 *)a->out + at, a->out_stride, acc, mr, panels);
}

INLINE void
tile(const EffNetConv *a, Sums *sums, guint pixel, guint panel, guint index, int mr, int panels)
{
    const guint16 *in = (const guint16 *)a->in + pixel * a->in_stride, *w[TILE_ROW];
    gsize panel_size = a->runs * effnet_conv_groups(a->run, 2) * PAIR_ROW;
    __m512 acc[TILE_PIXELS][TILE_ROW];

#pragma GCC unroll 16
    for (int j = 0; j < panels; j++) {
        __m512 bias = _mm512_loadu_ps(a->bias + (panel + j) * EFFNET_LANES);

        w[j] = (const guint16 *)a->weights + (panel + j) * panel_size;
#pragma GCC unroll 16
        for (int m = 0; m < mr; m++)
            acc[m][j] = bias;
    }
    multiply(acc, a, in, w, mr, panels,
             effnet_conv_ahead(a, in + mr * a->in_stride, w[0], panel_size / PAIR_ROW, panel, index,
                               panels));
    if (panels <= 2 && finishes_at_once(a)) {
        finish_at_once(a, acc, pixel, panel, mr, panels);
        return;
    }
#pragma GCC unroll 16
    for (int m = 0; m < mr; m++)
#pragma GCC unroll 16
        for (int j = 0; j < panels; j++)
            _mm512_store_ps(sums->at + (m * panels + j) * EFFNET_LANES, acc[m][j]);
}

typedef void (*Tile)(const EffNetConv *a, Sums *sums, guint pixel, guint panel, guint index);

#define TILE(mr, panels)                                                                           \
    static void tile_##mr##x##panels(const EffNetConv *a, Sums *sums, guint pixel, guint panel,    \
                                     guint index)                                                  \
    {                                                                                              \
        tile(a, sums, pixel, panel, index, mr, panels);                                            \
    }
/* A column of more than one tile has none that is lower than half of the highest. Lower columns are
 * tiles of one pixel, to keep the library small. */
#define HEIGHTS(X, n)     X(1, n) X(7, n) X(8, n) X(9, n) X(10, n) X(11, n) X(12, n) X(13, n) X(14, n)
#define ENTRY(mr, panels) [mr] = tile_##mr##x##panels,

HEIGHTS(TILE, 1)
HEIGHTS(TILE, 2)
TILE(1, 8)
static const Tile tiles[3][TILE_PIXELS + 1] = {
    [1] = {HEIGHTS(ENTRY, 1)}, [2] = {HEIGHTS(ENTRY, 2)}};

/* A sum, finished but for its type. */
INLINE __m512
finish(const EffNetConv *a, const ActConstants *k, __m512 sum, const guint16 *residual,
       EffNetAct act)
{
    if (residual && !a->act_first)
        sum = _mm512_add_ps(sum, load_bf16(residual));
    sum = activate(k, act, sum);
    if (residual && a->act_first)
        sum = _mm512_add_ps(sum, load_bf16(residual));
    return sum;
}

/* Residual, activation, and out to memory or into the pool: MR pixels of PANELS. */
INLINE void
finish_tile(const EffNetConv *a, const Sums *sums, guint pixel, guint panel, guint mr, guint panels,
            EffNetAct act)
{
    const float *sum = sums->at;
    const ActConstants k = act_constants(act);

    for (guint m = pixel; m < pixel + mr; m++)
        for (guint j = panel; j < panel + panels; j++, sum += EFFNET_LANES) {
            gsize lane = j * EFFNET_LANES, at = m * a->out_stride + lane;
            const guint16 *residual =
                a->residual ? (const guint16 *)a->residual + m * a->residual_stride + lane : NULL;
            __m512 x = finish(a, &k, _mm512_load_ps(sum), residual, act);

            if (a->pool)
                _mm512_storeu_ps(a->pool + lane,
                                 m > 0 ? _mm512_add_ps(x, _mm512_loadu_ps(a->pool + lane)) : x);
            else if (a->out_type == EFFNET_TYPE_F32)
                _mm512_storeu_ps((float *)a->out + at, x);
            else
                store_bf16((guint16 *)a->out + at, x);
        }
}

/* The same where two panels go to memory. */
INLINE void
finish_two(const EffNetConv *a, const Sums *sums, guint pixel, guint panel, guint mr, EffNetAct act)
{
    const float *sum = sums->at;
    guint16 *out = (guint16 *)a->out + pixel * a->out_stride + panel * EFFNET_LANES;
    const guint16 *residual = a->residual;
    const ActConstants k = act_constants(act);

    if (residual)
        residual += pixel * a->residual_stride + panel * EFFNET_LANES;
    for (guint m = 0; m < mr; m++, sum += 2 * EFFNET_LANES, out += a->out_stride) {
        __m512 low = finish(a, &k, _mm512_load_ps(sum), residual, act);
        __m512 high = finish(a, &k, _mm512_load_ps(sum + EFFNET_LANES),
                             residual ? residual + EFFNET_LANES : NULL, act);

        store_bf16_twice(out, low, high);
        if (residual)
            residual += a->residual_stride;
    }
}

static void
finish_sums(const EffNetConv *a, const Sums *sums, guint pixel, guint panel, guint mr, guint panels)
{
    if (panels <= 2 && finishes_at_once(a))
        return;
    if (panels != 2 || a->pool || a->out_type == EFFNET_TYPE_F32)
        finish_tile(a, sums, pixel, panel, mr, panels, a->act);
    else if (a->act == EFFNET_ACT_SILU)
        finish_two(a, sums, pixel, panel, mr, EFFNET_ACT_SILU);
    else
        finish_two(a, sums, pixel, panel, mr, a->act);
}

/* Pixels of a block in tiles of nearly equal height, since a low tile costs as much time a pixel
 * as it has registers idle. */
static void
column(const EffNetConv *a, guint panel, guint panels)
{
    gboolean low = a->pixels < TILE_PIXELS / 2;
    guint n = low ? a->pixels : (a->pixels + TILE_PIXELS - 1) / TILE_PIXELS;
    guint height = a->pixels / n, higher = a->pixels % n;
    Sums sums;

    for (guint i = 0, pixel = 0; i < n; i++) {
        guint mr = height + (i < higher);

        tiles[panels][mr](a, &sums, pixel, panel, i);
        finish_sums(a, &sums, pixel, panel, mr, panels);
        pixel += mr;
    }
}

/* One pixel, whose weights pass by once. */
static guint
row(const EffNetConv *a)
{
    guint panel = 0;
    Sums sums;

    for (; panel + TILE_ROW <= a->panels; panel += TILE_ROW) {
        tile_1x8(a, &sums, 0, panel, 0);
        finish_sums(a, &sums, 0, panel, 1, TILE_ROW);
    }
    return panel;
}

/* What is stored as floats, rounded; behind each run at least one more element, a 0. */
static void
round_input(EffNetConv *a)
{
    const float *in = a->in;
    guint16 *out = a->scratch;
    gsize n = (a->pixels - 1) * a->in_stride + a->run, row = (n + 2 * EFFNET_LANES) & -EFFNET_LANES;

    for (guint r = 0; r < a->runs; r++, in += a->run_stride, out += row)
        for (gsize i = 0; i < row; i += EFFNET_LANES) {
            gsize left = n > i ? MIN(n - i, EFFNET_LANES) : 0;

            store_bf16(out + i, _mm512_maskz_loadu_ps((1u << left) - 1, in + i));
        }
    a->in = a->scratch;
    a->scratch = out;
    a->run_stride = row;
}

/* The gate goes to the side of the product that is the smaller one. */
static void
gate_input(EffNetConv *a)
{
    const guint16 *in = a->in;
    guint16 *out = a->scratch;
    gsize step = effnet_conv_groups(a->run, 2) * 2;

    for (guint p = 0; p < a->pixels; p++, in += a->in_stride, out += step)
        for (gsize k = 0; k < a->run; k += EFFNET_LANES) {
            __mmask16 mask = a->run - k < EFFNET_LANES ? (1u << (a->run - k)) - 1 : 0xffff;
            __m512i x = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(mask, in + k));
            __m512 gated = _mm512_mul_ps(_mm512_castsi512_ps(_mm512_slli_epi32(x, 16)),
                                         _mm512_maskz_loadu_ps(mask, a->gate + k));

            _mm256_mask_storeu_epi16(out + k, mask, (__m256i)_mm512_cvtneps_pbh(gated));
        }
    a->in = a->scratch;
    a->in_stride = step;
}

static void
gate_weights(EffNetConv *a)
{
    const guint16 *w = a->weights;
    guint16 *out = a->scratch;
    /* Lanes of two vectors, one behind the other, to pairs. */
    const __m512i pairs =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);

    for (guint panel = 0; panel < a->panels; panel++)
        for (gsize k = 0; k < a->run; k += 2, w += PAIR_ROW, out += PAIR_ROW) {
            __m512i x = _mm512_loadu_si512(w);
            __m512 even = _mm512_castsi512_ps(_mm512_slli_epi32(x, 16));
            __m512 odd = _mm512_castsi512_ps(_mm512_and_si512(x, _mm512_set1_epi32(0xffff0000)));

            even = _mm512_mul_ps(even, _mm512_set1_ps(a->gate[k]));
            odd = _mm512_mul_ps(odd, _mm512_set1_ps(a->gate[k + 1]));
            _mm512_storeu_si512(
                out, _mm512_permutexvar_epi16(pairs, (__m512i)_mm512_cvtne2ps_pbh(odd, even)));
        }
    a->weights = a->scratch;
}

static void
gate_bf16(gpointer picture, gsize step, guint pixels, const float *gate, gsize n)
{
    guint16 *pixel = picture;

    for (guint p = 0; p < pixels; p++, pixel += step)
        for (gsize i = 0; i < n; i += EFFNET_LANES)
            store_bf16(pixel + i, _mm512_mul_ps(load_bf16(pixel + i), _mm512_loadu_ps(gate + i)));
}

static void
divide_pool(const EffNetConv *a)
{
    __m512 share = _mm512_set1_ps(1.f / a->pixels);

    for (guint i = 0; i < a->panels * EFFNET_LANES; i += EFFNET_LANES)
        _mm512_storeu_ps(a->pool + i, _mm512_mul_ps(_mm512_loadu_ps(a->pool + i), share));
}

static void
conv_bf16(const EffNetConv *conv)
{
    EffNetConv a = *conv;
    guint panel = 0;

    a.weights = (const guint16 *)a.weights +
                a.first_panel * (gsize)a.runs * effnet_conv_groups(a.run, 2) * PAIR_ROW;
    a.bias += a.first_panel * EFFNET_LANES;
    if (a.in_type == EFFNET_TYPE_F32)
        round_input(&a);
    if (a.gate && a.pixels > a.panels * EFFNET_LANES)
        gate_weights(&a);
    else if (a.gate)
        gate_input(&a);
    if (a.pixels == 1)
        panel = row(&a);
    for (; panel + 2 <= a.panels; panel += 2)
        column(&a, panel, 2);
    if (panel < a.panels)
        column(&a, panel, 1);
    if (a.pool)
        divide_pool(&a);
}

const EffNetConvKernel KERNEL(conv_bf16) = {
    .acts = ACTS,
    .group = 2,
    .group_bytes = 2 * sizeof(guint16),
    .tile_pixels = TILE_PIXELS,
    .pack = effnet_conv_pack_bf16,
    .run = conv_bf16,
    .gate = gate_bf16,
};
