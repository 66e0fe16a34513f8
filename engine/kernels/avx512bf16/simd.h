/* SPDX-License-Identifier: BSD-2-Clause */
/* Vectors of 16 floats, and the bfloat16 that they come from and become. */
#ifndef EFFNET_SIMD_H
#define EFFNET_SIMD_H

#include <immintrin.h>

#include "../../arch/network.h"

/* Two values of 16 bits that are multiplied at once, wherever they are. */
typedef gint32 Pair __attribute__((may_alias, aligned(2)));

static inline __m512bh
load_pairs(gconstpointer p)
{
    return (__m512bh)_mm512_loadu_si512(p);
}

static inline __m512bh
broadcast_pair(const guint16 *p)
{
    return (__m512bh)_mm512_set1_epi32(*(const Pair *)p);
}

/* 16 values to floats. */
static inline __m512
load_bf16(const guint16 *p)
{
    __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i_u *)p));

    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

static inline void
store_bf16(guint16 *p, __m512 x)
{
    _mm256_storeu_si256((__m256i_u *)p, (__m256i)_mm512_cvtneps_pbh(x));
}

/* Both, one behind the other. */
static inline void
store_bf16_twice(guint16 *p, __m512 low, __m512 high)
{
    _mm512_storeu_si512(p, (__m512i)_mm512_cvtne2ps_pbh(high, low));
}

/* What activate() needs in registers; compilers would make it anew for every value. */
typedef struct {
    __m512 limit, scale, bias, one, a, b, c;
    __m512i exponent, mantissa;
} ActConstants;

#define KEEP(x) __asm__("" : "+v"(x))

static inline __attribute__((always_inline)) ActConstants
act_constants(EffNetAct act)
{
    ActConstants k = {
        .limit = _mm512_set1_ps(act == EFFNET_ACT_RELU6 ? 6.f : 87.f),
        .scale = _mm512_set1_ps(-12102203.f), /* -2^23 / ln 2 */
        .bias = _mm512_set1_ps(1065353216.f), /* 127 * 2^23 */
        .one = _mm512_set1_ps(1.f),
        .a = _mm512_set1_ps(0.33718944f),
        .b = _mm512_set1_ps(-0.01674259f),
        .c = _mm512_set1_ps(0.68127791f),
        .exponent = _mm512_set1_epi32(0x7f800000),
        .mantissa = _mm512_set1_epi32(0x007fffff),
    };

    KEEP(k.limit);
    KEEP(k.scale);
    KEEP(k.bias);
    KEEP(k.one);
    KEEP(k.a);
    KEEP(k.b);
    KEEP(k.c);
    KEEP(k.exponent);
    KEEP(k.mantissa);
    return k;
}

/* X times the sigmoid of AT, as exact as bfloat16 shows: 4.4e-4 of |x| at most. -at/ln 2 as a
 * number of 2^-23 is, but for its lowest 23 bits, the exponent of a float; 2 to what these say is
 * within 1.7e-3 a parabola (minimax in the relative error) of one plus them, which a mantissa is.
 */
static inline __m512
times_sigmoid(const ActConstants *k, __m512 x, __m512 at)
{
    __m512 near = _mm512_range_ps(at, k->limit, 2); /* the one closer to 0, with AT's sign */
    __m512i fixed = _mm512_cvtps_epi32(_mm512_fmadd_ps(near, k->scale, k->bias));
    __m512 power = _mm512_castsi512_ps(_mm512_and_si512(fixed, k->exponent));
    __m512 mantissa = _mm512_castsi512_ps(_mm512_ternarylogic_epi32(
        fixed, k->mantissa, _mm512_castps_si512(k->one), 0xea)); /* a & b | c */
    __m512 p = _mm512_fmadd_ps(_mm512_fmadd_ps(k->a, mantissa, k->b), mantissa, k->c);

    return _mm512_mul_ps(x, _mm512_rcp14_ps(_mm512_fmadd_ps(p, power, k->one)));
}

/* A constant ACT leaves one of them in the code. */
static inline __attribute__((always_inline)) __m512
activate(const ActConstants *k, EffNetAct act, __m512 x)
{
    switch (act) {
    case EFFNET_ACT_NONE:
    case EFFNET_ACT_SILU_LOG2: /* of other kernels */
        break;
    case EFFNET_ACT_RELU:
        return _mm512_max_ps(x, _mm512_setzero_ps());
    case EFFNET_ACT_RELU6:
        return _mm512_min_ps(_mm512_max_ps(x, _mm512_setzero_ps()), k->limit);
    case EFFNET_ACT_SILU:
        return times_sigmoid(k, x, x);
    case EFFNET_ACT_SIGMOID:
        return times_sigmoid(k, k->one, x);
    }
    return x;
}

#endif
