/* SPDX-License-Identifier: BSD-2-Clause */
/* Activations over simd.h's vectors. */
#ifndef EFFNET_ACT_TMPL_H
#define EFFNET_ACT_TMPL_H

#include "../arch/network.h"
#include "simd.h"

/* 2^t within 2 ulp, 0 or infinite (AVX2: 2^-126 or 2^126) where that is no number: 2^whole times a
 * polynomial for 2^fraction, 0 <= fraction < 1 (minimax in the relative error, 7.5e-8). */
static inline vf
vf_exp2(vf t)
{
    vf whole, fraction = vf_split(t, &whole), p;

    p = vf_fma(vf_set1(1.87757670e-3f), fraction, vf_set1(8.98934002e-3f));
    p = vf_fma(p, fraction, vf_set1(5.58263181e-2f));
    p = vf_fma(p, fraction, vf_set1(2.40153617e-1f));
    p = vf_fma(p, fraction, vf_set1(6.93153073e-1f));
    p = vf_fma(p, fraction, vf_set1(9.99999925e-1f));
    return vf_scale2(p, whole);
}

/* X / (1 + e^-at): the sigmoid of AT for an X of 1, SiLU for X = AT. Absolute error at most
 * 2.5e-7 of max(1, |x|). */
static inline vf
vf_times_sigmoid(vf x, vf at)
{
    return vf_divide(x, vf_add(vf_exp2(vf_mul(at, vf_set1(-1.44269504f))), vf_set1(1.f)));
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
        return vf_times_sigmoid(x, x);
    case EFFNET_ACT_SIGMOID:
        return vf_times_sigmoid(vf_set1(1.f), x);
    }
    return x;
}

#endif
