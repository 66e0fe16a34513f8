/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_SIMD_H
#define EFFNET_SIMD_H

#include <immintrin.h>

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

/* t, clipped to -126..126, to the whole number below it and what is left. */
static inline vf
vf_split(vf t, vf *whole)
{
    t = vf_max(vf_min(t, vf_set1(126.f)), vf_set1(-126.f));
    *whole = _mm256_floor_ps(t);
    return _mm256_sub_ps(t, *whole);
}

/* a * 2^whole, the result a normal number. */
static inline vf
vf_scale2(vf a, vf whole)
{
    __m256i exponent = _mm256_slli_epi32(_mm256_cvtps_epi32(whole), 23);

    return _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), exponent));
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

#endif
