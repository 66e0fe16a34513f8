/* SPDX-License-Identifier: BSD-2-Clause */
/* Four lanes, which most CPUs have at least. Channels stay in their order, and the int8 convolution
 * multiplies groups of four unsigned numbers. */
#ifndef EFFNET_SIMD_C4_H
#define EFFNET_SIMD_C4_H

#define VF_LANES 4
#include "../vectors.h"

/* A pixel's group, in every lane. */
static inline vi
vi_group(const guint8 *p)
{
    gint32 group;

    memcpy(&group, p, sizeof group);
    return vi_set1(group);
}

static inline vi
vi_group_dot(vi sum, vi x, vi w)
{
    for (int i = 0; i < VB_LANES; i++)
        sum[i / 4] += ((const guint8 *)&x)[i] * ((const gint8 *)&w)[i];
    return sum;
}

#define vs_store_quantum(p, v) vs_store_bytes(p, v)

/* Numbers of two rows and VS_LANES channels, one row after the other. */
typedef struct {
    vs upper, lower;
} vs2;

static inline vs2
vs2_pair(vs a, vs b)
{
    return (vs2){a, b};
}

static inline vs2
vs2_load(const gint16 *p)
{
    return (vs2){vs_load(p), vs_load(p + VS_LANES)};
}

static inline void
vs2_store(gint16 *p, vs2 v)
{
    vs_store(p, v.upper);
    vs_store(p + VS_LANES, v.lower);
}

static inline vi2
vi2_dot(vi2 sum, vs2 a, vs2 w)
{
    for (int i = 0; i < VF_LANES; i++) {
        int k = i + VF_LANES;

        sum.low[i] += a.upper[i] * w.upper[i] + a.lower[i] * w.lower[i];
        sum.high[i] += a.upper[k] * w.upper[k] + a.lower[k] * w.lower[k];
    }
    return sum;
}

/* The sums in the order of channels, saturated to 16 bits. */
static inline vs
vs_of_sums(vi2 v)
{
    return vs_narrow(v.low, v.high);
}

/* From A and B, which are in the order of channels. */
static inline vf2
vf2_of(vf a, vf b)
{
    return (vf2){a, b};
}

static inline void
vf2_split(vf2 v, vf *a, vf *b)
{
    *a = v.low;
    *b = v.high;
}

#endif
