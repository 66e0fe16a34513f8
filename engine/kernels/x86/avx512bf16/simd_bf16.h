/* SPDX-License-Identifier: BSD-2-Clause */
/* Vectors of bfloat16 beside those of 16 floats. VF has VF_LANES floats; VBF has twice as many
 * values of bf16, which are also VF_LANES pairs that are multiplied at once. */
#ifndef EFFNET_SIMD_BF16_H
#define EFFNET_SIMD_BF16_H

#include <glib.h>

#include "../avx512/simd.h"

/* Keeps V in a register: compilers would load or compute it again. */
#define vf_keep(v) __asm__("" : "+v"(v))

/* min(|X|, LIMIT); a NaN becomes LIMIT. */
#define vf_abs_min(x, limit) _mm512_range_ps(x, limit, 2 | 2 << 2)

/* X > 0 ? A : B */
#define vf_if_positive(x, a, b)                                                                    \
    _mm512_mask_blend_ps(_mm512_cmp_ps_mask(x, _mm512_setzero_ps(), _CMP_GT_OQ), b, a)

/* Loads the first N of VF_LANES; the others are 0. */
static inline vf
vf_load_part(const float *p, guint n)
{
    return _mm512_maskz_loadu_ps((1u << n) - 1, p);
}

/* A table of 32 floats in registers. */
typedef struct {
    vf part[2];
} vf_table32;

static inline vf_table32
vf_table32_load(const float *p)
{
    vf_table32 table = {{vf_load(p), vf_load(p + VF_LANES)}};

    vf_keep(table.part[0]);
    vf_keep(table.part[1]);
    return table;
}

/* For each lane, the entry whose number is in the lowest 5 bits of INDEX's float. */
static inline vf
vf_lookup32(const vf_table32 *table, vf index)
{
    return _mm512_permutex2var_ps(table->part[0], _mm512_castps_si512(index), table->part[1]);
}

/* Loads VF_LANES values of bf16. */
static inline vf
vf_load_bf16(const guint16 *p)
{
    __m512i wide = _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i_u *)p));

    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

static inline vf
vf_load_bf16_part(const guint16 *p, guint n)
{
    __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16((1u << n) - 1, p));

    return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

/* Rounds to nearest, ties to even. */
static inline void
vf_store_bf16(guint16 *p, vf v)
{
    _mm256_storeu_si256((__m256i_u *)p, (__m256i)_mm512_cvtneps_pbh(v));
}

static inline void
vf_store_bf16_part(guint16 *p, vf v, guint n)
{
    _mm256_mask_storeu_epi16(p, (1u << n) - 1, (__m256i)_mm512_cvtneps_pbh(v));
}

#define VBF_LANES (2 * VF_LANES)
typedef __m512i vbf;

#define vbf_load(p)     _mm512_loadu_si512(p)
#define vbf_store(p, v) _mm512_storeu_si512(p, v)

/* LOW's lanes, then HIGH's, rounded. */
#define vbf_round(low, high) ((vbf)_mm512_cvtne2ps_pbh(high, low))

/* SUM plus the products of A's and B's pairs; lane I has values 2 * I and 2 * I + 1. */
#define vf_dot_pairs(sum, a, b) _mm512_dpbf16_ps(sum, (__m512bh)(a), (__m512bh)(b))

/* Selects the first N lanes: all, those of one panel, or none. */
typedef __mmask32 vbf_part;

static inline vbf_part
vbf_part_of(guint n)
{
    return n ? ~0u >> (VBF_LANES - n) : 0;
}

/* Lanes that are not in PART are 0, and not read. */
#define vbf_load_part(p, part) _mm512_maskz_loadu_epi16(part, p)

/* The pairs (first[i], second[i]), half of them in LOW and half in HIGH, in the order that is
 * cheap: within every 128 bits. */
static inline void
vbf_interleave(vbf first, vbf second, vbf *low, vbf *high)
{
    *low = _mm512_unpacklo_epi16(first, second);
    *high = _mm512_unpackhi_epi16(first, second);
}

/* From VBF_LANES floats, FIRST and SECOND, to the lanes of sums of what vbf_interleave() makes. */
static inline void
vf_spread(vf first, vf second, vf *low, vf *high)
{
    const __m512i at = _mm512_set_epi32(27, 26, 25, 24, 19, 18, 17, 16, 11, 10, 9, 8, 3, 2, 1, 0);

    *low = _mm512_permutex2var_ps(first, at, second);
    *high = _mm512_permutex2var_ps(first, _mm512_add_epi32(at, _mm512_set1_epi32(4)), second);
}

/* The inverse of vf_spread(). */
static inline void
vf_gather(vf low, vf high, vf *first, vf *second)
{
    const __m512i at = _mm512_set_epi32(23, 22, 21, 20, 7, 6, 5, 4, 19, 18, 17, 16, 3, 2, 1, 0);

    *first = _mm512_permutex2var_ps(low, at, high);
    *second = _mm512_permutex2var_ps(low, _mm512_add_epi32(at, _mm512_set1_epi32(8)), high);
}

/* Stores the first N sums of what vbf_interleave() makes, rounded, in the order of channels; N as
 * in vbf_part_of(), not 0. */
static inline void
vbf_store_sums(guint16 *p, vf low, vf high, guint n)
{
    const __m512i quads = _mm512_set_epi64(7, 3, 6, 2, 5, 1, 4, 0);
    vbf v = _mm512_permutexvar_epi64(quads, vbf_round(low, high));

    if (n == VBF_LANES)
        vbf_store(p, v);
    else
        _mm256_storeu_si256((__m256i_u *)p, _mm512_castsi512_si256(v));
}

/* For the convolution: VG has a group of weights of each of VF_LANES channels, VX a group of a
 * pixel's elements in every lane, VSUM the sums of their products. */
#define CONV_BF16_GROUP   2
#define CONV_BF16_AT_ONCE 1
typedef vbf vg, vx;
typedef vf vsum;

#define vg_load(p)        vbf_load(p)
#define vg_store(p, v)    vbf_store(p, v)
#define vsum_set(v)       (v) /* V, for each pixel */
#define vsum_get(s, i)    (s) /* those of pixel I */
#define vsum_dot(s, x, w) vf_dot_pairs(s, x, w)

/* Loads a group of CONV_BF16_AT_ONCE pixels, STRIDE elements apart. */
static inline vx
vx_load(const guint16 *p, gsize stride)
{
    typedef gint32 Pair __attribute__((may_alias, aligned(2)));

    return _mm512_set1_epi32(*(const Pair *)p);
}

/* part[I] gets value I of every group. */
static inline void
vg_split(vg v, vf part[CONV_BF16_GROUP])
{
    part[0] = _mm512_castsi512_ps(_mm512_slli_epi32(v, 16));
    part[1] = _mm512_castsi512_ps(_mm512_and_si512(v, _mm512_set1_epi32(0xffff0000)));
}

/* The inverse of vg_split(), rounded. */
static inline vg
vg_join(const vf part[CONV_BF16_GROUP])
{
    const __m512i pairs =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);

    return _mm512_permutexvar_epi16(pairs, vbf_round(part[0], part[1]));
}

#endif
