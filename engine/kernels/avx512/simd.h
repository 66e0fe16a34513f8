/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_SIMD_H
#define EFFNET_SIMD_H

#include <immintrin.h>

#define VF_LANES 16
typedef __m512 vf;

#define vf_load(p)       _mm512_loadu_ps(p)
#define vf_store(p, v)   _mm512_storeu_ps(p, v)
#define vf_set1(x)       _mm512_set1_ps(x)
#define vf_zero()        _mm512_setzero_ps()
#define vf_add(a, b)     _mm512_add_ps(a, b)
#define vf_sub(a, b)     _mm512_sub_ps(a, b)
#define vf_mul(a, b)     _mm512_mul_ps(a, b)
#define vf_fma(a, b, c)  _mm512_fmadd_ps(a, b, c)  /* a * b + c */
#define vf_fnma(a, b, c) _mm512_fnmadd_ps(a, b, c) /* c - a * b */
#define vf_divide(a, b)  _mm512_div_ps(a, b) /* no slower than a reciprocal and its correction */
#define vf_min(a, b)     _mm512_min_ps(a, b)
#define vf_max(a, b)     _mm512_max_ps(a, b)

/* t to the whole number below it and what is left; the whole one is rounded by its user. */
static inline vf
vf_split(vf t, vf *whole)
{
    *whole = t;
    return _mm512_reduce_ps(t, _MM_FROUND_TO_NEG_INF);
}

#define vf_scale2(a, whole) _mm512_scalef_ps(a, whole) /* a * 2^whole */

/* Half a panel. */
typedef __m256 vh;

#define vh_load(p)       _mm256_loadu_ps(p)
#define vh_set1(x)       _mm256_set1_ps(x)
#define vh_fma(a, b, c)  _mm256_fmadd_ps(a, b, c)
#define vh_of(v)         _mm512_castps512_ps256(v)
#define vf_of_half(h, i) _mm512_zextps256_ps512(h)

/* Register tile of the convolution: 14 pixels x 2 panels are 28 of the 32 registers. */
#define CONV_PIXELS 14
#define CONV_PANELS 2
#define CONV_ROW    8 /* panels at once when there is one pixel */

#endif
