/* SPDX-License-Identifier: BSD-2-Clause */
/* The depthwise convolution of U8 feature maps, several output columns at once in registers. A
 * product sums four taps. For the first four rows of the filter they are one above the other:
 * unpacking bytes, then pairs, splits the interleaved rows into quarters, each with 4 of every 16
 * channels. Two quarters at a time are summed, so that their weights stay in registers. A fifth
 * row's taps are a group of four columns, and the last column alone. */
#include "dwconv.h"
#include "simd.h"
#include "tmpl.h"

#define INLINE static inline __attribute__((always_inline))

#define WIDE     7
#define GROUP    4 /* taps of a product */
#define QUARTERS 4
/* Channels of a vector; where at most half are left, half a vector does. */
#define CHANNELS (EFFNET_DWCONV_U8_PANELS * EFFNET_LANES)
#define HALF     (CHANNELS / 2)

/* Groups of a filter: one per column, and two for a fifth row. */
static guint
groups_of(guint kernel)
{
    return kernel == 5 ? 7 : kernel;
}

static gsize
packed_bytes(guint kernel, guint channels)
{
    return (gsize)(channels + HALF - 1) / HALF * groups_of(kernel) * HALF * GROUP;
}

/* The weight of tap I of GROUP. */
static gint8
weight_at(const float *filter, guint kernel, guint group, guint i)
{
    guint row = group < kernel ? i : GROUP;
    guint column = group < kernel ? group : (group - kernel) * GROUP + i;

    return row < kernel && column < kernel ? (gint8)filter[row * kernel + column] : 0;
}

/* For each vector of channels, group of taps and quarter: the weights, four taps of a channel
 * together. */
static void
pack(gpointer dst, const float *weights, guint kernel, guint channels)
{
    gint8 *packed = dst;
    guint n;

    for (guint first = 0; first < channels; first += n) {
        n = effnet_panels(channels - first) < EFFNET_DWCONV_U8_PANELS ? HALF : CHANNELS;
        for (guint i = 0; i < groups_of(kernel) * n; i++) {
            guint group = i / n, quarter = i % n / (n / QUARTERS), at = i % (n / QUARTERS);
            guint channel = first + at / 4 * EFFNET_LANES + quarter * 4 + at % 4;

            for (guint k = 0; k < GROUP; k++)
                *packed++ =
                    channel < channels
                        ? weight_at(weights + (gsize)channel * kernel * kernel, kernel, group, k)
                        : 0;
        }
    }
}

/* Operations on N channels, CHANNELS or HALF, a constant where they are called; for HALF only the
 * lower half of a vector is computed. */
#define LOWER(v) _mm512_castsi512_si256(v)
#define WHOLE(v) _mm512_castsi256_si512(v)
#define BINARY(op, a, b, n)                                                                        \
    ((n) == CHANNELS ? _mm512_##op(a, b) : WHOLE(_mm256_##op(LOWER(a), LOWER(b))))

INLINE vi
dot(vi sum, vi x, vi w, guint n)
{
    if (n == CHANNELS)
        return _mm512_dpbusd_epi32(sum, x, w);
    return WHOLE(_mm256_dpbusd_epi32(LOWER(sum), LOWER(x), LOWER(w)));
}

INLINE vi
load_weights(const guint8 *p, guint n)
{
    if (n == CHANNELS)
        return _mm512_loadu_si512(p);
    return WHOLE(_mm256_loadu_si256((const __m256i *)p));
}

/* What a vector of channels needs for all columns. */
typedef struct {
    const EffNetDwconv *a;
    guint lane;
    __mmask32 channels; /* of HALF: those that exist */
    const guint8 *weights;
    vf scale[QUARTERS], bias[QUARTERS];
} Lanes;

INLINE vi
column_at(const Lanes *l, int tap, gsize at, guint n)
{
    const guint8 *p = (const guint8 *)l->a->rows[tap] + at;

    if (n == CHANNELS)
        return _mm512_loadu_si512(p);
    return WHOLE(_mm256_maskz_loadu_epi8(l->channels, p));
}

INLINE vi
unpack(vi a, vi b, guint n, int half)
{
    return half ? BINARY(unpackhi_epi8, a, b, n) : BINARY(unpacklo_epi8, a, b, n);
}

/* Two quarters of a vector's channels. */
typedef struct {
    vi low, high;
} Pair;

INLINE Pair
pair_of(vi ab, vi cd, guint n)
{
    return (Pair){BINARY(unpacklo_epi16, ab, cd, n), BINARY(unpackhi_epi16, ab, cd, n)};
}

INLINE Pair
weights_of(const Lanes *l, int group, guint n, int half)
{
    const guint8 *w = l->weights + (group * QUARTERS + half * 2) * n;

    return (Pair){load_weights(w, n), load_weights(w + n, n)};
}

INLINE void
add(Pair *sum, Pair x, Pair w, guint n)
{
    sum->low = dot(sum->low, x.low, w.low, n);
    sum->high = dot(sum->high, x.high, w.high, n);
}

/* Adds the products of up to four rows and the columns under WIDE outputs, the first column at
 * AT. */
INLINE void
add_columns(const Lanes *l, Pair *acc, gsize at, guint n, int half, int kernel, int stride,
            int wide)
{
    Pair w[5];

#pragma GCC unroll 8
    for (int k = 0; k < kernel; k++)
        w[k] = weights_of(l, k, n, half);
#pragma GCC unroll 32
    for (int c = 0; c < (wide - 1) * stride + kernel; c++, at += l->a->in_stride) {
        vi last = kernel > 3 ? column_at(l, 3, at, n) : vi_zero();
        Pair x = pair_of(unpack(column_at(l, 0, at, n), column_at(l, 1, at, n), n, half),
                         unpack(column_at(l, 2, at, n), last, n, half), n);

#pragma GCC unroll 8
        for (int k = 0; k < kernel; k++)
            if (c >= k && (c - k) % stride == 0 && (c - k) / stride < wide)
                add(&acc[(c - k) / stride], x, w[k], n);
    }
}

/* Adds the products of the fifth row. A group of four columns meets the first four taps of one
 * output; its first column meets the last tap of another. */
INLINE void
add_last_row(const Lanes *l, Pair *acc, gsize at, guint n, int half, int stride, int wide)
{
    const int end = (wide - 1) * stride + 5;
    const Pair w0 = weights_of(l, 5, n, half), w4 = weights_of(l, 6, n, half);
    vi column[(WIDE - 1) * 2 + 5 + 3], pairs[(WIDE - 1) * 2 + 5 + 2];

#pragma GCC unroll 32
    for (int c = 0; c < end + 3; c++, at += l->a->in_stride)
        column[c] = c < end ? column_at(l, 4, at, n) : vi_zero();
#pragma GCC unroll 32
    for (int c = 0; c < end + 2; c++)
        pairs[c] = unpack(column[c], column[c + 1], n, half);
#pragma GCC unroll 32
    for (int c = 0; c < end; c += stride) {
        Pair x = pair_of(pairs[c], pairs[c + 2], n);

        if (c / stride < wide)
            add(&acc[c / stride], x, w0, n);
        if (c >= 4)
            add(&acc[(c - 4) / stride], x, w4, n);
    }
}

INLINE vi
round_sums(const Lanes *l, vi sum, int quarter, guint n)
{
    if (n == CHANNELS)
        return vf_round(vf_fma(vi_to_float(sum), l->scale[quarter], l->bias[quarter]));
    return WHOLE(_mm256_cvtps_epi32(_mm256_fmadd_ps(_mm256_cvtepi32_ps(LOWER(sum)),
                                                    _mm512_castps512_ps256(l->scale[quarter]),
                                                    _mm512_castps512_ps256(l->bias[quarter]))));
}

/* Half of the channels of WIDE output columns, finished but for saturation to 8 bits. */
INLINE void
sum_half(const Lanes *l, vi *out, gsize at, guint n, int half, int kernel, int stride, int wide)
{
    Pair acc[WIDE];

#pragma GCC unroll 16
    for (int i = 0; i < wide; i++)
        acc[i] = (Pair){vi_zero(), vi_zero()};
    add_columns(l, acc, at, n, half, kernel, stride, wide);
    if (kernel == 5)
        add_last_row(l, acc, at, n, half, stride, wide);
#pragma GCC unroll 16
    for (int i = 0; i < wide; i++)
        out[i] = BINARY(packs_epi32, round_sums(l, acc[i].low, half * 2, n),
                        round_sums(l, acc[i].high, half * 2 + 1, n), n);
}

/* Computes output columns x to x + wide - 1. Packing undoes the interleaving. */
INLINE void
tile(const Lanes *l, guint x, guint n, int kernel, int stride, int wide)
{
    const EffNetDwconv *a = l->a;
    gsize at = (gsize)x * stride * a->in_stride + l->lane, out_stride = a->out_stride;
    guint8 *out = (guint8 *)a->out + x * out_stride + l->lane;
    vi low[WIDE], high[WIDE];

    sum_half(l, low, at, n, 0, kernel, stride, wide);
    __asm__ volatile("" ::: "memory"); /* so that columns are loaded again, not spilled */
    sum_half(l, high, at, n, 1, kernel, stride, wide);
#pragma GCC unroll 16
    for (int i = 0; i < wide; i++, out += out_stride)
        if (n == CHANNELS)
            _mm512_storeu_si512(out, _mm512_packus_epi16(low[i], high[i]));
        else
            _mm256_mask_storeu_epi8(out, l->channels,
                                    _mm256_packus_epi16(LOWER(low[i]), LOWER(high[i])));
}

/* Splits VALUES of PANELS panels, in the order of channels, into quarters. */
INLINE void
take_quarters(vf *quarters, const float *values, guint panels)
{
    vf v[4], even[2], odd[2];

    for (guint i = 0; i < 4; i++)
        v[i] = i < panels ? vf_load(values + i * EFFNET_LANES) : vf_zero();
    for (guint i = 0; i < 2; i++) {
        even[i] = _mm512_shuffle_f32x4(v[2 * i], v[2 * i + 1], _MM_SHUFFLE(1, 0, 1, 0));
        odd[i] = _mm512_shuffle_f32x4(v[2 * i], v[2 * i + 1], _MM_SHUFFLE(3, 2, 3, 2));
    }
    quarters[0] = _mm512_shuffle_f32x4(even[0], even[1], _MM_SHUFFLE(2, 0, 2, 0));
    quarters[1] = _mm512_shuffle_f32x4(even[0], even[1], _MM_SHUFFLE(3, 1, 3, 1));
    quarters[2] = _mm512_shuffle_f32x4(odd[0], odd[1], _MM_SHUFFLE(2, 0, 2, 0));
    quarters[3] = _mm512_shuffle_f32x4(odd[0], odd[1], _MM_SHUFFLE(3, 1, 3, 1));
}

/* All output columns of PANELS panels of channels from LANE on; N (CHANNELS or HALF) has room for
 * them. */
INLINE void
vector(const EffNetDwconv *a, guint lane, guint panels, guint n, int kernel, int stride)
{
    Lanes l = {
        .a = a,
        .lane = lane,
        .channels = G_MAXUINT32 >> (2 - MIN(2, panels)) * EFFNET_LANES,
        .weights = (const guint8 *)a->weights + packed_bytes(kernel, lane),
    };
    guint x = 0;

    take_quarters(l.scale, a->scale + lane, panels);
    take_quarters(l.bias, a->bias + lane, panels);
    for (; x + WIDE <= a->out_size; x += WIDE)
        tile(&l, x, n, kernel, stride, WIDE);
    if (a->out_size - x > WIDE / 2 && a->out_size >= WIDE)
        tile(&l, a->out_size - WIDE, n, kernel, stride, WIDE);
    else
        for (; x < a->out_size; x++)
            tile(&l, x, n, kernel, stride, 1);
}

INLINE void
shape(const EffNetDwconv *a, int kernel, int stride)
{
    guint panel = 0;

    for (; panel + EFFNET_DWCONV_U8_PANELS <= a->panels; panel += EFFNET_DWCONV_U8_PANELS)
        vector(a, panel * EFFNET_LANES, EFFNET_DWCONV_U8_PANELS, CHANNELS, kernel, stride);
    for (; panel < a->panels; panel += 2)
        vector(a, panel * EFFNET_LANES, MIN(2, a->panels - panel), HALF, kernel, stride);
}

#include "dwconv_shapes.h"

const EffNetDwconvKernel KERNEL(dwconv_u8) = {
    .acts = EFFNET_ACTS_ALL,
    .has_shape = has_shape,
    .padded = TRUE,
    .unit = EFFNET_DWCONV_U8_PANELS,
    .pack = pack,
    .packed_bytes = packed_bytes,
    .run = run_shape,
};
