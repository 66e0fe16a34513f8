/* SPDX-License-Identifier: BSD-2-Clause */
/* The peak rate of 8-bit products: nothing else is in their way. */
#include "simd.h"
#include "tiles.h"
#include "tmpl.h"

#define CHAINS 12

double
KERNEL(peak_int8)(guint rounds)
{
    vi x = vi_set1(0x01010101), acc[CHAINS];

#pragma GCC unroll 16
    for (int i = 0; i < CHAINS; i++)
        acc[i] = vi_set1(i);
    for (guint r = 0; r < rounds; r++) {
#pragma GCC unroll 16
        for (int i = 0; i < CHAINS; i++) {
            acc[i] = vi_group_dot(acc[i], x, x);
            vi_compute(acc[i]);
        }
    }
    return 2.0 * CONV_GROUP * VF_LANES * CHAINS * rounds;
}
