/* SPDX-License-Identifier: BSD-2-Clause */
/* Eight lanes. Products of pairs separate even and odd channels. Those of the int8 convolution are
 * products of matrices in every 128 bits: groups of eight signed numbers of two pixels times those
 * of two channels. */
#ifndef EFFNET_SIMD_C8_H
#define EFFNET_SIMD_C8_H

#define VF_LANES 8
#include "../vectors.h"

#define SEGMENTS (VF_LANES / 4) /* segments of 128 bits */

/* The groups of two pixels, in every segment. */
static inline vi
vi_groups(const guint8 *first, const guint8 *second)
{
    guint8 all[VF_BYTES];

    for (int s = 0; s < SEGMENTS; s++) {
        memcpy(all + 16 * s, first, 8);
        memcpy(all + 16 * s + 8, second, 8);
    }
    return vi_load(all);
}

static inline vi
vi_group_dot(vi sum, vi x, vi w)
{
    for (int i = 0; i < VF_LANES; i++) {
        const gint8 *group = (const gint8 *)&x + i / 4 * 16 + i / 2 % 2 * 8;
        const gint8 *weights = (const gint8 *)&w + i / 4 * 16 + i % 2 * 8;

        for (int k = 0; k < 8; k++)
            sum[i] += group[k] * weights[k];
    }
    return sum;
}

/* The place of channel I of pixel M (0 or 1) in two consecutive vectors of sums. */
static inline int
sum_at(int m, int i)
{
    return i / 2 * 4 + m * 2 + i % 2;
}

/* The sums of VF_LANES channels of two pixels, in the order that products have. */
static inline void
vi_pair_sums(vi first, vi second, vi *a, vi *b)
{
    for (int i = 0; i < 2 * VF_LANES; i++) {
        int at = sum_at(i / VF_LANES, i % VF_LANES);
        gint32 sum = i < VF_LANES ? first[i] : second[i - VF_LANES];

        if (at < VF_LANES)
            (*a)[at] = sum;
        else
            (*b)[at - VF_LANES] = sum;
    }
}

/* The inverse of vi_pair_sums(). */
static inline void
vi_split_sums(vi a, vi b, vi *first, vi *second)
{
    for (int i = 0; i < 2 * VF_LANES; i++) {
        int at = sum_at(i / VF_LANES, i % VF_LANES);
        gint32 sum = at < VF_LANES ? a[at] : b[at - VF_LANES];

        if (i < VF_LANES)
            (*first)[i] = sum;
        else
            (*second)[i - VF_LANES] = sum;
    }
}

/* Stores all of them, saturated to -128..127. */
static inline void
vs_store_quantum(gint8 *p, vs v)
{
    for (int i = 0; i < VS_LANES; i++)
        p[i] = CLAMP(v[i], G_MININT8, G_MAXINT8);
}

/* Numbers of two rows and VS_LANES channels, interleaved. */
typedef struct {
    vs even, odd;
} vs2;

static inline vs2
vs2_pair(vs a, vs b)
{
    vs2 v = {{0}, {0}};

    for (int i = 0; i < VF_LANES; i++) {
        v.even[2 * i] = a[2 * i];
        v.even[2 * i + 1] = b[2 * i];
        v.odd[2 * i] = a[2 * i + 1];
        v.odd[2 * i + 1] = b[2 * i + 1];
    }
    return v;
}

static inline vs2
vs2_load(const gint16 *p)
{
    return (vs2){vs_load(p), vs_load(p + VS_LANES)};
}

static inline void
vs2_store(gint16 *p, vs2 v)
{
    vs_store(p, v.even);
    vs_store(p + VS_LANES, v.odd);
}

static inline vi2
vi2_dot(vi2 sum, vs2 a, vs2 w)
{
    for (int i = 0; i < VS_LANES; i++) {
        sum.low[i / 2] += a.even[i] * w.even[i];
        sum.high[i / 2] += a.odd[i] * w.odd[i];
    }
    return sum;
}

/* The sums in the order of channels, saturated to 16 bits. */
static inline vs
vs_of_sums(vi2 v)
{
    vs narrow = {0};

    for (int i = 0; i < VS_LANES; i++)
        narrow[i] = effnet_saturate(i % 2 ? v.high[i / 2] : v.low[i / 2]);
    return narrow;
}

/* From A and B, which are in the order of channels. */
static inline vf2
vf2_of(vf a, vf b)
{
    vf2 v = {{0}, {0}};

    for (int i = 0; i < VF_LANES; i++) {
        v.low[i] = 2 * i < VF_LANES ? a[2 * i] : b[2 * i - VF_LANES];
        v.high[i] = 2 * i < VF_LANES ? a[2 * i + 1] : b[2 * i + 1 - VF_LANES];
    }
    return v;
}

static inline void
vf2_split(vf2 v, vf *a, vf *b)
{
    for (int i = 0; i < VS_LANES; i++) {
        float x = i % 2 ? v.high[i / 2] : v.low[i / 2];

        if (i < VF_LANES)
            (*a)[i] = x;
        else
            (*b)[i - VF_LANES] = x;
    }
}

#endif
