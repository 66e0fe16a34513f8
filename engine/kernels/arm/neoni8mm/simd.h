/* SPDX-License-Identifier: BSD-2-Clause */
/* NEON's vectors, with matrix products: groups of eight 8-bit numbers of two pixels, times groups
 * of two channels. */
#ifndef EFFNET_SIMD_NEONI8MM_H
#define EFFNET_SIMD_NEONI8MM_H

#include "../neon/simd.h"

static inline vi
vi_groups(const guint8 *first, const guint8 *second)
{
    return vreinterpretq_s32_u8(vcombine_u8(vld1_u8(first), vld1_u8(second)));
}

static inline vi
multiply_matrices(vi sum, vi x, vi w)
{
    __asm__("smmla %0.4s, %1.16b, %2.16b" : "+w"(sum) : "w"(x), "w"(w));
    return sum;
}
#define vi_group_dot(sum, x, w) multiply_matrices(sum, x, w)

/* Arranges the sums of VF_LANES channels of two pixels as products have them. */
static inline void
vi_pair_sums(vi first, vi second, vi *a, vi *b)
{
    int64x2_t x = vreinterpretq_s64_s32(first), y = vreinterpretq_s64_s32(second);

    *a = vreinterpretq_s32_s64(vzip1q_s64(x, y));
    *b = vreinterpretq_s32_s64(vzip2q_s64(x, y));
}

/* Separates the sums of two pixels: the inverse of vi_pair_sums(), and the same operation. */
#define vi_split_sums(a, b, first, second) vi_pair_sums(a, b, first, second)

#endif
