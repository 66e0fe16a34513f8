/* SPDX-License-Identifier: BSD-2-Clause */
/* Operations on vectors of 16 floats. The sizes that suit them are in tiles.h. */
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
#define vf_divide(a, b)                                                                            \
    _mm512_div_ps(a, b) /* no slower than an approximate reciprocal and its correction */
#define vf_min(a, b) _mm512_min_ps(a, b)
#define vf_max(a, b) _mm512_max_ps(a, b)

/* Of X and LIMIT the one nearer to 0, with the sign of X. */
#define vf_clip_abs(x, limit) _mm512_range_ps(x, limit, 2)

/* Hints to compilers. keep_address: P gets a register of its own. vf_keep: V stays in a register,
 * where GCC would load it anew for each use. vf_compute: V is computed as written, neither
 * simplified nor merged. */
#define keep_address(p) __asm__("" : "+r"(p))
#define vf_keep(v)      __asm__("" : "+v"(v))
#define vf_compute(v)   __asm__ volatile("" : "+v"(v))

/* SUM += A * B. */
static inline void
vf_accumulate(vf *sum, vf a, vf b)
{
    *sum = vf_fma(a, b, *sum);
}

/* 1 + 2^-t, with t clipped to -125..125; relative error below 5e-7 (8 ulp near 0).
 *
 * -t is split into its nearest sixteenth and the rest, |rest| <= 1/32. 2^rest is a parabola
 * (minimax of the relative error with 1 at 0, 4.3e-7). Subtracting t from SHIFT rounds it to
 * sixteenths in the lowest bits of the float: the last four are the table's index, those above are
 * added to the exponent. The index's bits are shifted along with them; the table's entries have
 * them subtracted. */
static inline vf
vf_exp2_and_one(vf t)
{
    const vf shift = vf_set1(1.5f * (1 << 19));
    const __m512i table =
        _mm512_setr_epi32(0x3f800000, 0x3f7daac3, 0x3f7b95c2, 0x3f79c3d3, 0x3f7837f0, 0x3f76f532,
                          0x3f75fed7, 0x3f75583f, 0x3f7504f3, 0x3f7508a4, 0x3f75672a, 0x3f76248c,
                          0x3f7744fd, 0x3f78ccdf, 0x3f7ac0c7, 0x3f7d257d);
    vf bits, rest, p;
    __m512i scale;

    t = _mm512_range_ps(t, vf_set1(125.f), 2); /* the smaller absolute value, with t's sign */
    bits = vf_sub(shift, t);
    rest = vf_sub(vf_sub(shift, bits), t);
    scale = _mm512_add_epi32(_mm512_permutexvar_epi32(_mm512_castps_si512(bits), table),
                             _mm512_slli_epi32(_mm512_castps_si512(bits), 19));
    p = vf_fma(rest, vf_set1(0.24022651f), vf_set1(0.69318788f));
    p = vf_fma(p, rest, vf_set1(1.f));
    return vf_fma(p, _mm512_castsi512_ps(scale), vf_set1(1.f));
}

/* A vector of half a panel. */
typedef __m256 vh;

#define vh_load(p)       _mm256_loadu_ps(p)
#define vh_set1(x)       _mm256_set1_ps(x)
#define vh_fma(a, b, c)  _mm256_fmadd_ps(a, b, c)
#define vh_of(v)         _mm512_castps512_ps256(v)
#define vf_of_half(h, i) _mm512_zextps256_ps512(h)

#endif
