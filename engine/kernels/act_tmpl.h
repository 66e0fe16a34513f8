/* SPDX-License-Identifier: BSD-2-Clause */
/* Activations over simd.h's vectors. */
#ifndef EFFNET_ACT_TMPL_H
#define EFFNET_ACT_TMPL_H

#include "act.h"
#include "simd.h"

/* Absolute error at most 2.5e-7 of max(1, |x|). A constant ACT leaves one of them in the code. */
static inline __attribute__((always_inline)) vf
vf_act(EffNetAct act, vf x)
{
    switch (act) {
    case EFFNET_ACT_NONE:
    case EFFNET_ACT_SILU: /* of other kernels */
        break;
    case EFFNET_ACT_RELU:
        return vf_max(x, vf_zero());
    case EFFNET_ACT_RELU6:
        return vf_min(vf_max(x, vf_zero()), vf_set1(6.f));
    case EFFNET_ACT_SIGMOID:
        return vf_divide(vf_set1(1.f), vf_exp2_and_one(vf_mul(x, vf_set1(EFFNET_LOG2_E))));
    case EFFNET_ACT_SILU_LOG2:
        return vf_divide(x, vf_exp2_and_one(x));
    }
    return x;
}

/* ReLU and ReLU6 in one piece of code, by where they end. */
static inline vf
vf_relu(vf x, vf most)
{
    return vf_min(vf_max(x, vf_zero()), most);
}

static inline vf
vf_relu_most(EffNetAct act)
{
    return vf_set1(act == EFFNET_ACT_RELU6 ? 6.f : INFINITY);
}

#endif
