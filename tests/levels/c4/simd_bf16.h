/* SPDX-License-Identifier: BSD-2-Clause */
/* bfloat16 beside simd.h's floats: the operations of x86/avx512bf16/simd_bf16.h. The build may set
 * CONV_BF16_GROUP. */
#ifndef EFFNET_SIMD_BF16_H
#define EFFNET_SIMD_BF16_H

#include <math.h>

#include "bf16.h"
#include "simd.h"

static inline vf
vf_abs_min(vf x, vf limit)
{
    for (int i = 0; i < VF_LANES; i++)
        x[i] = fabsf(x[i]) < limit[i] ? fabsf(x[i]) : limit[i];
    return x;
}

static inline vf
vf_if_positive(vf x, vf a, vf b)
{
    for (int i = 0; i < VF_LANES; i++)
        x[i] = x[i] > 0 ? a[i] : b[i];
    return x;
}

static inline vf
vf_load_part(const float *p, guint n)
{
    vf v = vf_zero();

    memcpy(&v, p, n * sizeof *p);
    return v;
}

typedef const float *vf_table32;

#define vf_table32_load(p) (p)

static inline vf
vf_lookup32(const vf_table32 *table, vf index)
{
    guint32 bits[VF_LANES];

    memcpy(bits, &index, sizeof bits);
    for (int i = 0; i < VF_LANES; i++)
        index[i] = (*table)[bits[i] & 31];
    return index;
}

static inline vf
vf_load_bf16_part(const guint16 *p, guint n)
{
    vf v = vf_zero();

    for (guint i = 0; i < n; i++)
        v[i] = effnet_bf16_to_float(p[i]);
    return v;
}

static inline void
vf_store_bf16_part(guint16 *p, vf v, guint n)
{
    for (guint i = 0; i < n; i++)
        p[i] = effnet_bf16_from_float(v[i]);
}

#define vf_load_bf16(p)     vf_load_bf16_part(p, VF_LANES)
#define vf_store_bf16(p, v) vf_store_bf16_part(p, v, VF_LANES)

#define VBF_LANES (2 * VF_LANES)
typedef guint16 vbf __attribute__((vector_size(2 * VBF_LANES)));

static inline vbf
vbf_load(const guint16 *p)
{
    vbf v;

    memcpy(&v, p, sizeof v);
    return v;
}

static inline void
vbf_store(guint16 *p, vbf v)
{
    memcpy(p, &v, sizeof v);
}

static inline vbf
vbf_round(vf low, vf high)
{
    vbf v = {0};

    for (int i = 0; i < VF_LANES; i++) {
        v[i] = effnet_bf16_from_float(low[i]);
        v[VF_LANES + i] = effnet_bf16_from_float(high[i]);
    }
    return v;
}

static inline vf
vf_dot_pairs(vf sum, vbf a, vbf b)
{
    for (int i = 0; i < VF_LANES; i++)
        sum[i] += effnet_bf16_to_float(a[2 * i]) * effnet_bf16_to_float(b[2 * i]) +
                  effnet_bf16_to_float(a[2 * i + 1]) * effnet_bf16_to_float(b[2 * i + 1]);
    return sum;
}

/* All lanes or none: a panel is whole vectors. */
typedef gboolean vbf_part;

#define vbf_part_of(n) ((n) > 0)

static inline vbf
vbf_load_part(const guint16 *p, vbf_part part)
{
    return part ? vbf_load(p) : (vbf){0};
}

/* LOW has the pairs of even lanes, HIGH those of odd lanes. */
static inline void
vbf_interleave(vbf first, vbf second, vbf *low, vbf *high)
{
    *low =
        (vbf){first[0], second[0], first[2], second[2], first[4], second[4], first[6], second[6]};
    *high =
        (vbf){first[1], second[1], first[3], second[3], first[5], second[5], first[7], second[7]};
}

static inline void
vf_spread(vf first, vf second, vf *low, vf *high)
{
    *low = (vf){first[0], first[2], second[0], second[2]};
    *high = (vf){first[1], first[3], second[1], second[3]};
}

static inline void
vf_gather(vf low, vf high, vf *first, vf *second)
{
    *first = (vf){low[0], high[0], low[1], high[1]};
    *second = (vf){low[2], high[2], low[3], high[3]};
}

static inline void
vbf_store_sums(guint16 *p, vf low, vf high, guint n)
{
    vf first, second;

    vf_gather(low, high, &first, &second);
    vbf_store(p, vbf_round(first, second));
}

#ifndef CONV_BF16_GROUP
#define CONV_BF16_GROUP 2
#endif
#define CONV_BF16_AT_ONCE (CONV_BF16_GROUP / 2) /* as for Arm's BFDOT and BFMMLA */

typedef struct {
    guint16 at[VF_LANES][CONV_BF16_GROUP];
} vg;

typedef struct {
    guint16 at[CONV_BF16_AT_ONCE][CONV_BF16_GROUP];
} vx;

/* Two channels of each pixel, then the next two. */
typedef struct {
    float at[VF_LANES / 2][CONV_BF16_AT_ONCE][2];
} vsum;

static inline vg
vg_load(const guint16 *p)
{
    vg v;

    memcpy(&v, p, sizeof v);
    return v;
}

static inline void
vg_store(guint16 *p, vg v)
{
    memcpy(p, &v, sizeof v);
}

static inline vx
vx_load(const guint16 *p, gsize stride)
{
    vx x;

    for (int i = 0; i < CONV_BF16_AT_ONCE; i++, p += stride)
        memcpy(x.at[i], p, sizeof x.at[i]);
    return x;
}

static inline vsum
vsum_set(vf v)
{
    vsum sum;

    for (int i = 0; i < VF_LANES; i++)
        for (int p = 0; p < CONV_BF16_AT_ONCE; p++)
            sum.at[i / 2][p][i % 2] = v[i];
    return sum;
}

static inline vf
vsum_get(vsum sum, int p)
{
    return (vf){sum.at[0][p][0], sum.at[0][p][1], sum.at[1][p][0], sum.at[1][p][1]};
}

static inline vsum
vsum_dot(vsum sum, vx x, vg w)
{
    for (int i = 0; i < VF_LANES; i++)
        for (int p = 0; p < CONV_BF16_AT_ONCE; p++)
            for (int k = 0; k < CONV_BF16_GROUP; k++)
                sum.at[i / 2][p][i % 2] +=
                    effnet_bf16_to_float(x.at[p][k]) * effnet_bf16_to_float(w.at[i][k]);
    return sum;
}

static inline void
vg_split(vg v, vf part[CONV_BF16_GROUP])
{
    for (int k = 0; k < CONV_BF16_GROUP; k++) {
        float lanes[VF_LANES];

        for (int i = 0; i < VF_LANES; i++)
            lanes[i] = effnet_bf16_to_float(v.at[i][k]);
        part[k] = vf_load(lanes);
    }
}

static inline vg
vg_join(const vf part[CONV_BF16_GROUP])
{
    vg v;

    for (int k = 0; k < CONV_BF16_GROUP; k++)
        for (int i = 0; i < VF_LANES; i++)
            v.at[i][k] = effnet_bf16_from_float(part[k][i]);
    return v;
}

#endif
