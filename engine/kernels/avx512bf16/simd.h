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

/* X times the sigmoid of AT, as exact as bfloat16 shows: 2^fraction by a parabola (minimax in the
 * relative error, 1.7e-3), which is 4.4e-4 of |x| at most in the result. */
static inline __m512
times_sigmoid(__m512 x, __m512 at)
{
    __m512 t = _mm512_mul_ps(at, _mm512_set1_ps(-1.44269504f));
    __m512 f = _mm512_reduce_ps(t, _MM_FROUND_TO_NEG_INF), p;

    p = _mm512_fmadd_ps(_mm512_set1_ps(0.33718944f), f, _mm512_set1_ps(0.65763629f));
    p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.00172476f));
    p = _mm512_add_ps(_mm512_scalef_ps(p, t), _mm512_set1_ps(1.f));
    return _mm512_mul_ps(x, _mm512_rcp14_ps(p));
}

/* A constant ACT leaves one of them in the code. */
static inline __attribute__((always_inline)) __m512
activate(EffNetAct act, __m512 x)
{
    switch (act) {
    case EFFNET_ACT_NONE:
        break;
    case EFFNET_ACT_RELU:
        return _mm512_max_ps(x, _mm512_setzero_ps());
    case EFFNET_ACT_RELU6:
        return _mm512_min_ps(_mm512_max_ps(x, _mm512_setzero_ps()), _mm512_set1_ps(6.f));
    case EFFNET_ACT_SILU:
        return times_sigmoid(x, x);
    case EFFNET_ACT_SIGMOID:
        return times_sigmoid(_mm512_set1_ps(1.f), x);
    }
    return x;
}

#endif
