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

/* Lines in place of 1 / (1 + e^u), u >= 0, with the least maximum of the error: line i about
 * i * 9/32, the last one to where it begins. */
static const float fall_offset[2 * 16] __attribute__((aligned(64))) = {
    0.49998888f,   0.49914849f,   0.4931781f,    0.47844434f,   0.45362023f,   0.41964453f,
    0.37901008f,   0.3348341f,    0.29008305f,   0.2471161f,    0.20753142f,   0.17221574f,
    0.14149199f,   0.11528865f,   0.093290292f,  0.075053617f,  0.060088333f,  0.047908712f,
    0.03806325f,   0.030149221f,  0.023817586f,  0.01877206f,   0.014765047f,  0.011592117f,
    0.0090860706f, 0.0071111955f, 0.0055580148f, 0.0043386691f, 0.0033829501f, 0.0026349584f,
    0.0020503285f, 0.001693245f,
};
static const float fall_slope[2 * 16] __attribute__((aligned(64))) = {
    -0.24958883f,    -0.24474099f,    -0.23092774f,    -0.21011622f,    -0.18495093f,
    -0.15811209f,    -0.13182679f,    -0.10763675f,    -0.086394906f,   -0.068397857f,
    -0.053562544f,   -0.041587897f,   -0.032076515f,   -0.024613878f,   -0.018813204f,
    -0.014336322f,   -0.010899733f,   -0.0082724821f,  -0.0062701837f,  -0.0047477563f,
    -0.0035922471f,  -0.0027164016f,  -0.0020532066f,  -0.0015514166f,  -0.0011719692f,
    -0.00088516134f, -0.00066844706f, -0.00050473696f, -0.00038109042f, -0.00028771628f,
    -0.00021721049f, -0.00017548354f,
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
        .limit = _mm512_set1_ps(act == EFFNET_ACT_RELU6 ? 6.f : 31 * 9 / 32.f),
        .lines = _mm512_set1_ps(32 / 9.f),
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

/* 1 / (1 + e^U) within 4.8e-4, as exact as bfloat16 shows; U is 0 to the limit. */
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

/* x / (1 + e^-x) = max(x, 0) - |x| / (1 + e^|x|), within 4.8e-4 of |x|. */
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

/* A constant ACT leaves one of them in the code. */
static inline __attribute__((always_inline)) __m512
activate(const ActConstants *k, EffNetAct act, __m512 x)
{
    switch (act) {
    case EFFNET_ACT_NONE:
    case EFFNET_ACT_SILU_LOG2: /* of other kernels */
        break;
    case EFFNET_ACT_RELU:
        return _mm512_max_ps(x, k->zero);
    case EFFNET_ACT_RELU6:
        return _mm512_min_ps(_mm512_max_ps(x, k->zero), k->limit);
    case EFFNET_ACT_SILU:
        return silu(k, x);
    case EFFNET_ACT_SIGMOID:
        return sigmoid(k, x);
    }
    return x;
}

#endif
