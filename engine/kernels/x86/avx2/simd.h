/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on vectors of 8 floats. The sizes that suit them are in tiles.h. */
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

/* Hints to compilers. keep_address: P gets a register of its own. vf_keep: V stays in a register
 * (not here, where registers are too few). vf_compute, vi_compute: V is computed as written,
 * neither simplified nor merged. */
#define keep_address(p) __asm__("" : "+r"(p))
#define vf_keep(v)      (void)(v)
#define vf_compute(v)   __asm__ volatile("" : "+x"(v))
#define vi_compute(v)   __asm__ volatile("" : "+x"(v))

/* SUM += A * B. In assembly, since GCC gives the result of each vf_fma() a new register: where 12
 * of the 16 are sums, it would move them about and run out of registers. */
static inline void
vf_accumulate(vf *sum, vf a, vf b)
{
    __asm__("vfmadd231ps %2, %1, %0" : "+x"(*sum) : "x"(a), "x"(b));
}

/* 1 + 2^-t, with t clipped to -126..126. With whole = ceil(t) and fraction = whole - t, of 0..1,
 * 2^-t is 2^-whole times a polynomial for 2^fraction (minimax of the relative error, 7.5e-8);
 * within 2 ulp. */
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

/* A vector of half a panel. */
typedef __m256 vh;

#define vh_load(p)       _mm256_loadu_ps(p)
#define vh_set1(x)       _mm256_set1_ps(x)
#define vh_fma(a, b, c)  _mm256_fmadd_ps(a, b, c)
#define vh_of(v)         (v)
#define vf_of_half(h, i) ((i) ? vf_zero() : (h)) /* vector I of the whole panel */

/* Integers for the int8 kernels: VI has VF_LANES of 32 bits, VS twice as many of 16, VB four times
 * as many of 8. */
typedef __m256i vi, vs, vb;

#define vi_load(p)           _mm256_loadu_si256((const __m256i *)(p))
#define vi_store(p, v)       _mm256_storeu_si256((__m256i *)(p), v)
#define vi_zero()            _mm256_setzero_si256()
#define vi_set1(x)           _mm256_set1_epi32(x)
#define vi_add(a, b)         _mm256_add_epi32(a, b)
#define vi_pair_dot(s, a, w) _mm256_add_epi32(s, _mm256_madd_epi16(a, w))
#define vi_to_float(v)       _mm256_cvtepi32_ps(v)
/* As effnet_round(), for values within 32 bits. */
#define vf_round(v) _mm256_cvtps_epi32(v)

/* Groups of the convolution. AVX2 has no product of 8-bit numbers that does not saturate, so that
 * they are widened, and two are multiplied at once. */
/* A group's numbers, at any alignment. */
typedef gint32 Group __attribute__((may_alias, aligned(1)));

#define vi_group(p)           _mm256_set1_epi32(*(const Group *)(p))
#define vi_group_dot(s, x, w) vi_pair_dot(s, x, w)

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

/* A's numbers, then B's, saturated to 16 bits. */
static inline vs
vs_narrow(vi a, vi b)
{
    return _mm256_permute4x64_epi64(_mm256_packs_epi32(a, b), _MM_SHUFFLE(3, 1, 2, 0));
}

/* Loads the first N, which are all. */
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

/* Stores half INDEX (0 or 1). */
static inline void
vs_store_half(gint16 *p, vs v, int index)
{
    _mm_storeu_si128((__m128i *)p,
                     index ? _mm256_extracti128_si256(v, 1) : _mm256_castsi256_si128(v));
}

/* Stores all of them, saturated to 0..255. */
static inline void
vs_store_quantum(gint16 *p, vs v)
{
    _mm256_storeu_si256((__m256i *)p, vs_max(vs_min(v, vs_set1(255)), vi_zero()));
}

/* Loads VS_LANES numbers of 8 bits. */
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

/* The numbers of four vectors, in that order, saturated to 0..255. */
static inline vb
vb_narrow(vi a, vi b, vi c, vi d)
{
    const vi order = _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7);

    return _mm256_permutevar8x32_epi32(
        _mm256_packus_epi16(_mm256_packs_epi32(a, b), _mm256_packs_epi32(c, d)), order);
}

/* Stores half PART (0 or 1); PARTS is 2. */
static inline void
vb_store_part(guint8 *p, vb v, int part, int parts)
{
    _mm_storeu_si128((__m128i *)p,
                     part ? _mm256_extracti128_si256(v, 1) : _mm256_castsi256_si128(v));
}

/* Loads VF_LANES numbers of 16 bits. */
static inline vi
vi_load_narrow(const gint16 *p)
{
    return _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)p));
}

/* TABLE's numbers at INDEX, of 0..31, by shuffles of bytes in 8 numbers at a time. */
static inline vs
vs_lookup(const gint16 *table, vs index)
{
    vs bytes = vs_add(_mm256_mullo_epi16(index, vs_set1(0x202)), vs_set1(0x100)), found = vi_zero();

    for (int part = 0; part < 4; part++) {
        vs eight = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)table + part));
        vs at = _mm256_sub_epi8(bytes, _mm256_set1_epi8(16 * part));

        /* An index outside of the eight becomes 0x80 or more, for which a shuffle gives 0. */
        at = _mm256_adds_epu8(at, _mm256_set1_epi8(0x70));
        found = _mm256_or_si256(found, _mm256_shuffle_epi8(eight, at));
    }
    return found;
}

static inline gint16
vs_most(vs v)
{
    __m128i part = _mm_max_epi16(_mm256_castsi256_si128(v), _mm256_extracti128_si256(v, 1));

    /* The minimum of unsigned numbers is one instruction. */
    part = _mm_minpos_epu16(_mm_xor_si128(part, _mm_set1_epi16(0x7fff)));
    return (gint16)(_mm_extract_epi16(part, 0) ^ 0x7fff);
}

static inline gint16
vs_least(vs v)
{
    return (gint16)~vs_most(_mm256_xor_si256(v, _mm256_set1_epi16(-1)));
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
    return (vs2){_mm256_unpacklo_epi16(a, b), _mm256_unpackhi_epi16(a, b)};
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
    return _mm256_packs_epi32(v.low, v.high);
}

/* From A and B, which are in the order of channels. */
static inline vf2
vf2_of(vf a, vf b)
{
    return (vf2){_mm256_permute2f128_ps(a, b, 0x20), _mm256_permute2f128_ps(a, b, 0x31)};
}

static inline void
vf2_split(vf2 v, vf *a, vf *b)
{
    vf2 split = vf2_of(v.low, v.high); /* it is its own inverse */

    *a = split.low;
    *b = split.high;
}

#endif
