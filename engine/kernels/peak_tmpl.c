/* SPDX-License-Identifier: BSD-2-Clause */
/* The peak rate of fused multiply-adds: nothing else is in their way. */
#include "simd.h"
#include "tmpl.h"

#define CHAINS                                                                                     \
    12 /* covers latency times issue width of every core so far, and fits the registers */

double
KERNEL(peak_f32)(guint rounds)
{
    vf acc[CHAINS], x = vf_set1(0.5f);

#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++)
        acc[i] = vf_set1(i);
    for (guint r = 0; r < rounds; r++) {
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++) {
            acc[i] = vf_fma(acc[i], x, x);
            vf_compute(acc[i]);
        }
    }
    return 2.0 * VF_LANES * CHAINS * rounds;
}
