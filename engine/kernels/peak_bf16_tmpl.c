/* SPDX-License-Identifier: BSD-2-Clause */
/* The peak rate of bf16 products: nothing else is in their way. */
#include "simd_bf16.h"
#include "tmpl.h"

#define CHAINS                                                                                     \
    12 /* covers latency times issue width of every core so far, and fits the registers */

double
KERNEL(peak_bf16)(guint rounds)
{
    static const guint16 half[VF_LANES * CONV_BF16_GROUP] = {0x3f00};
    volatile float seed = 1;
    float lanes[VF_LANES];
    vx x = vx_load(half, 0);
    vg w = vg_load(half);
    vsum acc[CHAINS];
    vf sum = vf_zero();

#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++)
        acc[i] = vsum_set(vf_set1(seed + i));
    for (guint r = 0; r < rounds; r++) {
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++) {
            acc[i] = vsum_dot(acc[i], x, w);
            vf_keep(acc[i]); /* computed as written, neither simplified nor merged */
        }
    }
#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++)
        sum = vf_add(sum, vsum_get(acc[i], 0));
    vf_store(lanes, sum);
    seed = lanes[0]; /* so that the sums count as used */
    return 2.0 * CONV_BF16_GROUP * CONV_BF16_AT_ONCE * VF_LANES * CHAINS * rounds;
}
