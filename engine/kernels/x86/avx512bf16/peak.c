/* SPDX-License-Identifier: BSD-2-Clause */
/* The products of pairs that this instruction set can do, nothing else in their way. */
#include "../../tmpl.h"
#include "simd.h"

#define CHAINS 12

double
KERNEL(peak_bf16)(guint rounds)
{
    __m512bh x = (__m512bh)_mm512_set1_epi16(0x3f00); /* 0.5 */
    __m512 acc[CHAINS];

#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++)
        acc[i] = _mm512_set1_ps(i);
    for (guint r = 0; r < rounds; r++) {
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++) {
            acc[i] = _mm512_dpbf16_ps(acc[i], x, x);
            __asm__ volatile("" : "+v"(acc[i])); /* as written: neither shortened nor merged */
        }
    }
    return 4.0 * EFFNET_LANES * CHAINS * rounds;
}
