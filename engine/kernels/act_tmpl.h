/* SPDX-License-Identifier: BSD-2-Clause */
/* Activations on simd.h's vectors. */
#ifndef EFFNET_ACT_TMPL_H
#define EFFNET_ACT_TMPL_H

#include "act.h"
#include "simd.h"

/* It works on what has just been included. */
#include "act_forms_tmpl.h"

/* Absolute error at most 2.5e-7 * max(1, |x|). A constant ACT leaves only its own case in the
 * code. */
static inline __attribute__((always_inline)) vf
vf_act(EffNetAct act, vf x)
{
    switch (act) {
#define ROW(name, formula, vector, coarse, int8, names)                                            \
    case EFFNET_ACT_##name:                                                                        \
        return vector;
        EFFNET_ACTIVATIONS(ROW)
#undef ROW
    case EFFNET_ACTS:
        break;
    }
    g_assert_not_reached();
}

/* ReLU and ReLU6 as one piece of code; they differ in MOST, their upper bound. */
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

/* Their lower bound; no activation at all has neither. */
static inline vf
vf_clip_least(EffNetAct act)
{
    return vf_set1(act == EFFNET_ACT_RELU || act == EFFNET_ACT_RELU6 ? 0.f : -INFINITY);
}

#endif
