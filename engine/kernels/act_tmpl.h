/* SPDX-License-Identifier: BSD-2-Clause */
/* Activations over simd.h's vectors. */
#ifndef EFFNET_ACT_TMPL_H
#define EFFNET_ACT_TMPL_H

#include "../arch/network.h"
#include "simd.h"

/* e^x for |x| <= 87, within 2 ulp: x = n ln 2 + r, |r| <= ln 2 / 2, and a polynomial for e^r
 * (coefficients: minimax, as in Cephes' expf). */
static inline vf
vf_exp(vf x)
{
    vf n = vf_round(vf_mul(x, vf_set1(1.44269504f)));
    vf r = vf_fnma(n, vf_set1(0.693359375f), x), p;

    r = vf_fnma(n, vf_set1(-2.12194440e-4f), r);
    p = vf_fma(vf_set1(1.9875691500e-4f), r, vf_set1(1.3981999507e-3f));
    p = vf_fma(p, r, vf_set1(8.3334519073e-3f));
    p = vf_fma(p, r, vf_set1(4.1665795894e-2f));
    p = vf_fma(p, r, vf_set1(1.6666665459e-1f));
    p = vf_fma(p, r, vf_set1(5.0000001201e-1f));
    p = vf_fma(p, vf_mul(r, r), vf_add(r, vf_set1(1.f)));
    return vf_scale2(p, n);
}

/* 1 / (1 + e^-x); beyond 87 the result is 1 or 1.6e-38. */
static inline vf
vf_sigmoid(vf x)
{
    vf negative = vf_mul(x, vf_set1(-1.f));
    vf clipped = vf_max(vf_min(negative, vf_set1(87.f)), vf_set1(-87.f));

    return vf_reciprocal(vf_add(vf_exp(clipped), vf_set1(1.f)));
}

/* A constant ACT leaves one of them in the code. */
static inline __attribute__((always_inline)) vf
vf_act(EffNetAct act, vf x)
{
    switch (act) {
    case EFFNET_ACT_NONE:
        break;
    case EFFNET_ACT_RELU:
        return vf_max(x, vf_zero());
    case EFFNET_ACT_RELU6:
        return vf_min(vf_max(x, vf_zero()), vf_set1(6.f));
    case EFFNET_ACT_SILU:
        return vf_mul(x, vf_sigmoid(x));
    case EFFNET_ACT_SIGMOID:
        return vf_sigmoid(x);
    }
    return x;
}

#endif
