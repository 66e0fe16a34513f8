/* SPDX-License-Identifier: BSD-2-Clause */
/* Vectors of 16 floats, and the bfloat16 that they come from and become. */
#ifndef EFFNET_SIMD_H
#define EFFNET_SIMD_H

#include <immintrin.h>

#include "../../../arch/network.h"

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

/* Lines in place of 1 / (1 + e^u), u >= 0: line i about i / 4, the last one falls to 0. Their
 * squared errors times u are least where the errors times u cancel out, so that means of SiLU are
 * exact. */
static const float fall_offset[2 * 16] __attribute__((aligned(64))) = {
    0.49997854f,   0.49924353f,  0.49486837f,  0.48403665f,  0.46535245f,  0.4389152f,
    0.40603155f,   0.36871648f,  0.32918477f,  0.28946552f,  0.25118187f,  0.21547799f,
    0.18304536f,   0.15420143f,  0.12898433f,  0.10724246f,  0.08870866f,  0.07305644f,
    0.059939485f,  0.049017653f, 0.039972547f, 0.0325158f,   0.026392354f, 0.021380587f,
    0.017290538f,  0.013961123f, 0.011256914f, 0.009064839f, 0.007291044f, 0.0058579925f,
    0.0047018933f, 0.030246953f,
};
static const float fall_slope[2 * 16] __attribute__((aligned(64))) = {
    -0.24954726f,    -0.24540709f,   -0.23436621f,   -0.21735373f,   -0.19617665f,   -0.17277327f,
    -0.14890695f,    -0.12596501f,   -0.10488705f,   -0.08619314f,   -0.07006761f,   -0.056458924f,
    -0.04517102f,    -0.03593476f,   -0.028457817f,  -0.022455817f,  -0.017669527f,  -0.013872403f,
    -0.010872191f,   -0.008509136f,  -0.006652522f,  -0.0051966263f, -0.00405668f,   -0.003165168f,
    -0.0024685867f,  -0.0019247036f, -0.0015002827f, -0.0011692285f, -0.0009110893f, -0.0007098589f,
    -0.00055302354f, -0.0039028325f,
};

/* What activate() needs in registers; compilers would make it anew for every value. */
typedef struct {
    __m512 zero, limit, lines, whole, offset[2], slope[2];
} ActConstants;

#define KEEP(x) __asm__("" : "+v"(x))

static inline __attribute__((always_inline)) ActConstants
act_constants(EffNetAct act)
{
    ActConstants k = {
        .zero = _mm512_setzero_ps(),
        .limit = _mm512_set1_ps(act == EFFNET_ACT_RELU6 ? 6.f : 31 / 4.f),
        .lines = _mm512_set1_ps(4.f),
        .whole = _mm512_set1_ps(1.5f * (1 << 23)),
        .offset = {_mm512_load_ps(fall_offset), _mm512_load_ps(fall_offset + 16)},
        .slope = {_mm512_load_ps(fall_slope), _mm512_load_ps(fall_slope + 16)},
    };

    KEEP(k.zero);
    KEEP(k.limit);
    KEEP(k.lines);
    KEEP(k.whole);
    KEEP(k.offset[0]);
    KEEP(k.offset[1]);
    KEEP(k.slope[0]);
    KEEP(k.slope[1]);
    return k;
}

/* 1 / (1 + e^U) within 5.5e-4, as exact as bfloat16 shows; U is 0 to the limit. */
static inline __m512
fall(const ActConstants *k, __m512 u)
{
    /* Rounded to whole numbers, which are the lowest bits then, as those of an index are. */
    __m512i line = _mm512_castps_si512(_mm512_fmadd_ps(u, k->lines, k->whole));

    return _mm512_fmadd_ps(u, _mm512_permutex2var_ps(k->slope[0], line, k->slope[1]),
                           _mm512_permutex2var_ps(k->offset[0], line, k->offset[1]));
}

/* |x| where that is below the limit. */
static inline __m512
limited(const ActConstants *k, __m512 x)
{
    return _mm512_range_ps(x, k->limit, 2 | 2 << 2); /* the one closer to 0, without a sign */
}

/* x / (1 + e^-x) = max(x, 0) - |x| / (1 + e^|x|), within 5.5e-4 of |x|. */
static inline __m512
silu(const ActConstants *k, __m512 x)
{
    __m512 u = limited(k, x);

    return _mm512_fnmadd_ps(u, fall(k, u), _mm512_max_ps(k->zero, x));
}

static inline __m512
sigmoid(const ActConstants *k, __m512 x)
{
    __m512 below = fall(k, limited(k, x));
    __mmask16 positive = _mm512_cmp_ps_mask(x, k->zero, _CMP_GT_OQ);

    return _mm512_mask_sub_ps(below, positive, _mm512_set1_ps(1.f), below);
}

/* Those that activate() knows. */
#define ACTS                                                                                       \
    (EFFNET_ACT_BIT(EFFNET_ACT_NONE) | EFFNET_ACT_BIT(EFFNET_ACT_RELU) |                           \
     EFFNET_ACT_BIT(EFFNET_ACT_RELU6) | EFFNET_ACT_BIT(EFFNET_ACT_SILU) |                          \
     EFFNET_ACT_BIT(EFFNET_ACT_SIGMOID))

/* A constant ACT leaves one of them in the code. */
static inline __attribute__((always_inline)) __m512
activate(const ActConstants *k, EffNetAct act, __m512 x)
{
    switch (act) {
    default: /* NONE; others are not among ACTS */
        return x;
    case EFFNET_ACT_RELU:
        return _mm512_max_ps(x, k->zero);
    case EFFNET_ACT_RELU6:
        return _mm512_min_ps(_mm512_max_ps(x, k->zero), k->limit);
    case EFFNET_ACT_SILU:
        return silu(k, x);
    case EFFNET_ACT_SIGMOID:
        return sigmoid(k, x);
    }
}

#endif
