/* SPDX-License-Identifier: BSD-2-Clause */
/* Four lanes in plain C, which tests build the templates over: that they assume no more lanes, no
 * other order of them and no instruction. */
#ifndef EFFNET_SIMD_H
#define EFFNET_SIMD_H

#include <string.h>

#define VF_LANES 4
typedef float vf __attribute__((vector_size(16)));

#define vf_set1(x)       ((vf){x, x, x, x})
#define vf_zero()        ((vf){0})
#define vf_add(a, b)     ((a) + (b))
#define vf_sub(a, b)     ((a) - (b))
#define vf_mul(a, b)     ((a) * (b))
#define vf_fma(a, b, c)  ((a) * (b) + (c))
#define vf_fnma(a, b, c) ((c) - (a) * (b))

static inline vf
vf_load(const float *p)
{
    vf v;

    memcpy(&v, p, sizeof v);
    return v;
}

static inline void
vf_store(float *p, vf v)
{
    memcpy(p, &v, sizeof v);
}

/* B where one is no number. */
static inline vf
vf_min(vf a, vf b)
{
    for (int i = 0; i < VF_LANES; i++)
        b[i] = a[i] < b[i] ? a[i] : b[i];
    return b;
}

static inline vf
vf_max(vf a, vf b)
{
    for (int i = 0; i < VF_LANES; i++)
        b[i] = a[i] > b[i] ? a[i] : b[i];
    return b;
}

#endif
