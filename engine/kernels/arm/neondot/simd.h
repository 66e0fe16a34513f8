/* SPDX-License-Identifier: BSD-2-Clause */
/* NEON's vectors, with products that sum four products of 8-bit numbers. */
#ifndef EFFNET_SIMD_NEONDOT_H
#define EFFNET_SIMD_NEONDOT_H

#include "../neon/simd.h"

#define vi_group_dot(sum, x, w) vdotq_s32(sum, vreinterpretq_s8_s32(x), vreinterpretq_s8_s32(w))

/* vkg: four groups of a pixel, or one. vxg: the one at K of them, which products read as an element
 * of the register. */
typedef vi vkg;
typedef struct {
    vi values;
    int k;
} vxg;

#define vk_load_groups(in)      vi_load(in)
#define vk_load_group(in)       vi_group(in)
#define vx_group(in, values, k) ((vxg){values, k})

/* X.k must be a constant once loops are unrolled. */
static inline __attribute__((always_inline)) vi
vx_group_dot(vi sum, vxg x, vi w)
{
    __asm__("sdot %0.4s, %1.16b, %2.4b[%3]" : "+w"(sum) : "w"(w), "w"(x.values), "i"(x.k));
    return sum;
}

#endif
