/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_SIMD_H
#define EFFNET_SIMD_H

#include <immintrin.h>

#include <glib.h>

#define VF_LANES 8
typedef __m256 vf;

#define vf_load(p)       _mm256_loadu_ps(p)
#define vf_store(p, v)   _mm256_storeu_ps(p, v)
#define vf_set1(x)       _mm256_set1_ps(x)
#define vf_zero()        _mm256_setzero_ps()
#define vf_add(a, b)     _mm256_add_ps(a, b)
#define vf_sub(a, b)     _mm256_sub_ps(a, b)
#define vf_mul(a, b)     _mm256_mul_ps(a, b)
#define vf_fma(a, b, c)  _mm256_fmadd_ps(a, b, c)  /* a * b + c */
#define vf_fnma(a, b, c) _mm256_fnmadd_ps(a, b, c) /* c - a * b */
#define vf_min(a, b)     _mm256_min_ps(a, b)
#define vf_max(a, b)     _mm256_max_ps(a, b)

/* SUM += A * B. GCC gives the sum of each vf_fma() a register of its own: where 12 of the 16 are
 * sums, it moves them about and runs out of them. */
static inline void
vf_accumulate(vf *sum, vf a, vf b)
{
    __asm__("vfmadd231ps %2, %1, %0" : "+x"(*sum) : "x"(a), "x"(b));
}

/* 1 + 2^-t, t clipped to -126..126: 2^-whole times a polynomial for 2^fraction, within 2 ulp,
 * 0 <= fraction < 1 (minimax in the relative error, 7.5e-8). */
static inline vf
vf_exp2_and_one(vf t)
{
    vf whole, fraction, p, power;

    t = vf_max(vf_min(t, vf_set1(126.f)), vf_set1(-126.f));
    whole = _mm256_ceil_ps(t);
    fraction = vf_sub(whole, t);
    p = vf_fma(vf_set1(1.87757670e-3f), fraction, vf_set1(8.98934002e-3f));
    p = vf_fma(p, fraction, vf_set1(5.58263181e-2f));
    p = vf_fma(p, fraction, vf_set1(2.40153617e-1f));
    p = vf_fma(p, fraction, vf_set1(6.93153073e-1f));
    p = vf_fma(p, fraction, vf_set1(9.99999925e-1f));
    power = _mm256_castsi256_ps(
        _mm256_sub_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_cvtps_epi32(whole), 23)));
    return vf_add(power, vf_set1(1.f));
}

#define vf_divide(a, b) _mm256_div_ps(a, b)

/* Half a panel. */
typedef __m256 vh;

#define vh_load(p)       _mm256_loadu_ps(p)
#define vh_set1(x)       _mm256_set1_ps(x)
#define vh_fma(a, b, c)  _mm256_fmadd_ps(a, b, c)
#define vh_of(v)         (v)
#define vf_of_half(h, i) ((i) ? vf_zero() : (h)) /* vector I of the panel */

/* Register tile of the convolution: 6 pixels x 1 panel are 12 of the 16 registers. */
#define CONV_PIXELS 6
#define CONV_PANELS 1
#define CONV_ROW    4 /* panels at once when there is one pixel */

/* Whole numbers for the int8 kernels: VI are VF_LANES of 32 bits, VS twice as many of 16. */
typedef __m256i vi, vs;

/* There is no product of 8-bit numbers that does not saturate: they are widened, and two are
 * multiplied at once. */
#define CONV_GROUP 2

#define vi_load(p)            _mm256_loadu_si256((const __m256i *)(p))
#define vi_store(p, v)        _mm256_storeu_si256((__m256i *)(p), v)
#define vi_zero()             _mm256_setzero_si256()
#define vi_set1(x)            _mm256_set1_epi32(x)
#define vi_add(a, b)          _mm256_add_epi32(a, b)
#define vi_pair_dot(s, a, w)  _mm256_add_epi32(s, _mm256_madd_epi16(a, w))
#define vi_group_dot(s, a, w) vi_pair_dot(s, a, w)
#define vi_to_float(v)        _mm256_cvtepi32_ps(v)
#define vf_round(v)           _mm256_cvtps_epi32(v)

#define VS_LANES           16
#define vs_set1(x)         _mm256_set1_epi16(x)
#define vs_min(a, b)       _mm256_min_epi16(a, b)
#define vs_max(a, b)       _mm256_max_epi16(a, b)
#define vs_minu(a, b)      _mm256_min_epu16(a, b)
#define vs_abs(a)          _mm256_abs_epi16(a)
#define vs_add(a, b)       _mm256_add_epi16(a, b)
#define vs_adds(a, b)      _mm256_adds_epi16(a, b)
#define vs_subs(a, b)      _mm256_subs_epi16(a, b)
#define vs_mul_q15(a, b)   _mm256_mulhrs_epi16(a, b)
#define vs_mul_highu(a, b) _mm256_mulhi_epu16(a, b)
/* The lower and the upper halves of the 128-bit parts, interleaved. */
#define vs_interleave_low(a, b)  _mm256_unpacklo_epi16(a, b)
#define vs_interleave_high(a, b) _mm256_unpackhi_epi16(a, b)
/* Undoes it, saturating. */
#define vs_narrow_halves(low, high) _mm256_packs_epi32(low, high)

/* A's numbers, then B's, saturated. */
static inline vs
vs_narrow(vi a, vi b)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), _MM_SHUFFLE(3, 1, 2, 0));
}

/* The first N, which is all. */
static inline vs
vs_load_part(const gint16 *p, guint n)
{
    return _mm256_loadu_si256((const __m256i *)p);
}

static inline void
vs_store_part(gint16 *p, vs v, guint n)
{
    _mm256_storeu_si256((__m256i *)p, v);
}

/* All of them, saturated to 0..255. */
static inline void
vs_store_quantum(gint16 *p, vs v)
{
    _mm256_storeu_si256((__m256i *)p, vs_max(vs_min(v, vs_set1(255)), vi_zero()));
}

/* VS_LANES numbers of 8 bits. */
static inline vs
vs_load_bytes(const guint8 *p)
{
    return _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)p));
}

static inline void
vs_store_bytes(guint8 *p, vs v)
{
    __m256i bytes = _mm256_permute4x64_epi64(_mm256_packus_epi16(v, v), _MM_SHUFFLE(2, 0, 2, 0));

    _mm_storeu_si128((__m128i *)p, _mm256_castsi256_si128(bytes));
}

/* The numbers of four vectors, saturated to 0..255. */
static inline vi
vi_to_bytes(vi a, vi b, vi c, vi d)
{
    const vi order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);

    return _mm256_permutevar8x32_epi32(
        _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d)), order);
}

/* Half INDEX of two. */
static inline void
vi_store_half(guint8 *p, vi v, int index)
{
    _mm_storeu_si128((__m128i *)p,
                     index ? _mm256_extracti128_si256(v, 1) : _mm256_castsi256_si128(v));
}

/* VF_LANES numbers of 16 bits. */
static inline vi
vi_load_narrow(const gint16 *p)
{
    return _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)p));
}

/* TABLE's numbers at INDEX of 0..31: the bytes of 8 numbers at a time. */
static inline vs
vs_lookup(const gint16 *table, vs index)
{
    vs bytes = vs_add(_mm256_mullo_epi16(index, vs_set1(0x202)), vs_set1(0x100)), found = vi_zero();

    for (int part = 0; part < 4; part++) {
        vs eight = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table + part));
        vs at = _mm256_sub_epi8(bytes, _mm256_set1_epi8(16 * part));

        /* What is outside becomes 0x80 and more, which clears. */
        at = _mm256_adds_epu8(at, _mm256_set1_epi8(0x70));
        found = _mm256_or_si256(found, _mm256_shuffle_epi8(eight, at));
    }
    return found;
}

static inline gint16
vs_most(vs v)
{
    __m128i part = _mm_max_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

    /* The least of numbers without a sign is one instruction. */
    part = _mm_minpos_epu16(_mm_xor_si128(part, _mm_set1_epi16(0x7fff)));
    return (gint16)(_mm_extract_epi16(part, 0) ^ 0x7fff);
}

static inline gint16
vs_least(vs v)
{
    return (gint16)~vs_most(_mm256_xor_si256(v, _mm256_set1_epi16(-1)));
}

/* A and B, a panel's lanes, in the order that interleaving makes. */
static inline void
vf_halves(vf a, vf b, vf *low, vf *high)
{
    *low = _mm256_permute2f128_ps(a, b, 0x20);
    *high = _mm256_permute2f128_ps(a, b, 0x31);
}

/* Undoes it. */
static inline void
vf_join_halves(vf low, vf high, vf *a, vf *b)
{
    vf_halves(low, high, a, b);
}

/* A panel's weights of a pair of rows. */
static inline void
vi_load_halves(const guint8 *w, gsize panel_bytes, guint n, vi *low, vi *high)
{
    *low = vi_load(w);
    *high = vi_load(w + 32);
}

#endif
