/* SPDX-License-Identifier: BSD-2-Clause */
/* Integers for the int8 kernels: VI has VF_LANES of 32 bits, VS twice as many of 16, VB four times
 * as many of 8. */
#ifndef EFFNET_SIMD_VNNI_H
#define EFFNET_SIMD_VNNI_H

#include <glib.h>

#include "../avx512/simd.h"

typedef __m512i vi, vs, vb;

#define vi_load(p)           _mm512_loadu_si512(p)
#define vi_store(p, v)       _mm512_storeu_si512(p, v)
#define vi_zero()            _mm512_setzero_si512()
#define vi_set1(x)           _mm512_set1_epi32(x)
#define vi_add(a, b)         _mm512_add_epi32(a, b)
#define vi_pair_dot(s, a, w) _mm512_dpwssd_epi32(s, a, w)
#define vi_to_float(v)       _mm512_cvtepi32_ps(v)
#define vi_compute(v)        __asm__ volatile("" : "+v"(v))
/* As effnet_round(), for values within 32 bits. */
#define vf_round(v) _mm512_cvtps_epi32(v)

/* Groups of the convolution: four unsigned 8-bit numbers, multiplied by signed ones at once. */
/* A group's numbers, at any alignment. */
typedef gint32 Group __attribute__((may_alias, aligned(1)));

#define vi_group(p)           _mm512_set1_epi32(*(const Group *)(p))
#define vi_group_dot(s, x, w) _mm512_dpbusd_epi32(s, x, w)

#define VS_LANES           32
#define vs_set1(x)         _mm512_set1_epi16(x)
#define vs_min(a, b)       _mm512_min_epi16(a, b)
#define vs_max(a, b)       _mm512_max_epi16(a, b)
#define vs_minu(a, b)      _mm512_min_epu16(a, b)
#define vs_abs(a)          _mm512_abs_epi16(a)
#define vs_add(a, b)       _mm512_add_epi16(a, b)
#define vs_adds(a, b)      _mm512_adds_epi16(a, b)
#define vs_subs(a, b)      _mm512_subs_epi16(a, b)
#define vs_mul_q15(a, b)   _mm512_mulhrs_epi16(a, b)
#define vs_mul_highu(a, b) _mm512_mulhi_epu16(a, b)

/* A's numbers, then B's, saturated to 16 bits. */
static inline vs
vs_narrow(vi a, vi b)
{
    const vi order = _mm512_setr_epi64(0, 2, 4, 6, 1, 3, 5, 7);

    return _mm512_permutexvar_epi64(order, _mm512_packs_epi32(a, b));
}

/* Loads the first N, a panel's or all; the others are 0. */
static inline vs
vs_load_part(const gint16 *p, guint n)
{
    if (n >= VS_LANES)
        return _mm512_loadu_si512(p);
    return _mm512_zextsi256_si512(_mm256_loadu_si256((const __m256i *)p));
}

static inline void
vs_store_part(gint16 *p, vs v, guint n)
{
    if (n >= VS_LANES)
        _mm512_storeu_si512(p, v);
    else
        _mm256_storeu_si256((__m256i *)p, _mm512_castsi512_si256(v));
}

/* Stores half INDEX (0 or 1). */
static inline void
vs_store_half(gint16 *p, vs v, int index)
{
    _mm256_storeu_si256((__m256i *)p,
                        index ? _mm512_extracti64x4_epi64(v, 1) : _mm512_castsi512_si256(v));
}

/* Stores all of them, saturated to 0..255. */
static inline void
vs_store_quantum(guint8 *p, vs v)
{
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtusepi16_epi8(vs_max(v, _mm512_setzero_si512())));
}

/* The numbers of four vectors, in that order, saturated to 0..255. */
static inline vb
vb_narrow(vi a, vi b, vi c, vi d)
{
    const vi order = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);

    return _mm512_permutexvar_epi32(
        order, _mm512_packus_epi16(_mm512_packs_epi32(a, b), _mm512_packs_epi32(c, d)));
}

/* Stores the PARTth of PARTS (2 or 4) equal parts. */
static inline void
vb_store_part(guint8 *p, vb v, int part, int parts)
{
    gboolean upper = parts == 2 ? part : part / 2;
    __m256i half = upper ? _mm512_extracti64x4_epi64(v, 1) : _mm512_castsi512_si256(v);

    if (parts == 2)
        _mm256_storeu_si256((__m256i *)p, half);
    else
        _mm_storeu_si128((__m128i *)p, part % 2 ? _mm256_extracti128_si256(half, 1)
                                                : _mm256_castsi256_si128(half));
}

/* Loads VF_LANES numbers of 16 bits. */
static inline vi
vi_load_narrow(const gint16 *p)
{
    return _mm512_cvtepi16_epi32(_mm256_loadu_si256((const __m256i *)p));
}

/* TABLE's numbers at INDEX, of 0..31. */
static inline vs
vs_lookup(const gint16 *table, vs index)
{
    return _mm512_permutexvar_epi16(index, _mm512_loadu_si512(table));
}

static inline gint16
vs_most(vs v)
{
    __m256i half = _mm256_max_epi16(_mm512_castsi512_si256(v), _mm512_extracti64x4_epi64(v, 1));
    __m128i part = _mm_max_epi16(_mm256_castsi256_si128(half), _mm256_extracti128_si256(half, 1));

    /* The minimum of unsigned numbers is one instruction. */
    part = _mm_minpos_epu16(_mm_xor_si128(part, _mm_set1_epi16(0x7fff)));
    return (gint16)(_mm_extract_epi16(part, 0) ^ 0x7fff);
}

static inline gint16
vs_least(vs v)
{
    return (gint16)~vs_most(_mm512_xor_si512(v, _mm512_set1_epi16(-1)));
}

/* VS2: numbers of two rows and VS_LANES channels, interleaved as products of pairs read them. VI2
 * and VF2: the sums of such products, and what they are finished with. Interleaving yields one
 * vector of the lower and one of the upper halves of every 128 bits. */
typedef struct {
    vs low, high;
} vs2;
typedef struct {
    vi low, high;
} vi2;
typedef struct {
    vf low, high;
} vf2;

static inline vs2
vs2_pair(vs a, vs b)
{
    return (vs2){_mm512_unpacklo_epi16(a, b), _mm512_unpackhi_epi16(a, b)};
}

static inline vs2
vs2_load(const gint16 *p)
{
    return (vs2){vi_load(p), vi_load(p + VS_LANES)};
}

static inline void
vs2_store(gint16 *p, vs2 v)
{
    vi_store(p, v.low);
    vi_store(p + VS_LANES, v.high);
}

static inline vi2
vi2_dot(vi2 sum, vs2 a, vs2 w)
{
    return (vi2){vi_pair_dot(sum.low, a.low, w.low), vi_pair_dot(sum.high, a.high, w.high)};
}

/* The sums in the order of channels, saturated to 16 bits. */
static inline vs
vs_of_sums(vi2 v)
{
    return _mm512_packs_epi32(v.low, v.high);
}

/* From A and B, which are in the order of channels. */
static inline vf2
vf2_of(vf a, vf b)
{
    return (vf2){_mm512_shuffle_f32x4(a, b, _MM_SHUFFLE(2, 0, 2, 0)),
                 _mm512_shuffle_f32x4(a, b, _MM_SHUFFLE(3, 1, 3, 1))};
}

static inline void
vf2_split(vf2 v, vf *a, vf *b)
{
    const vi first = _mm512_setr_epi64(0, 1, 8, 9, 2, 3, 10, 11);
    const vi second = _mm512_setr_epi64(4, 5, 12, 13, 6, 7, 14, 15);
    __m512d low = _mm512_castps_pd(v.low), high = _mm512_castps_pd(v.high);

    *a = _mm512_castpd_ps(_mm512_permutex2var_pd(low, first, high));
    *b = _mm512_castpd_ps(_mm512_permutex2var_pd(low, second, high));
}

#endif
