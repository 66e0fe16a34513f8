/* SPDX-License-Identifier: BSD-2-Clause */
/* Activations over simd.h's vectors. */
#ifndef EFFNET_ACT_TMPL_H
#define EFFNET_ACT_TMPL_H

#include "../arch/network.h"
#include "simd.h"

/* The sigmoid of AT for an X of 1, SiLU for X = AT. Absolute error at most 2.5e-7 of
 * max(1, |x|). */
static inline vf
vf_times_sigmoid(vf x, vf at)
{
    return vf_divide(x, vf_sigmoid_divisor(at));
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
