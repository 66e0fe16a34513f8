/* SPDX-License-Identifier: BSD-2-Clause */
/* Activations on simd_bf16.h's vectors, only as exact as bf16 can show: absolute error at most
 * 5.5e-4 * max(1, |x|). */
#ifndef EFFNET_ACT_BF16_TMPL_H
#define EFFNET_ACT_BF16_TMPL_H

#include "act.h"
#include "simd_bf16.h"

/* It works on what has just been included. */
#include "act_forms_tmpl.h"

/* Constants of the coarse forms, kept in registers: compilers would load them anew for every
 * vector. */
typedef struct {
    vf zero, end, per_unit, whole;
    vf_table32 offset, slope;
} CoarseConstants;

static inline __attribute__((always_inline)) CoarseConstants
vf_coarse_constants(void)
{
    CoarseConstants k = {
        .zero = vf_zero(),
        .end = vf_set1(EFFNET_FALL_END),
        .per_unit = vf_set1(EFFNET_FALL_PER_UNIT),
        .whole = vf_set1(1.5f * (1 << 23)), /* added, it leaves an integer in the lowest bits */
        .offset = vf_table32_load(effnet_act_fall.offset),
        .slope = vf_table32_load(effnet_act_fall.slope),
    };

    vf_keep(k.zero);
    vf_keep(k.end);
    vf_keep(k.per_unit);
    vf_keep(k.whole);
    return k;
}

/* 1 / (1 + e^U), within 5.5e-4, for U of 0..EFFNET_FALL_END. */
static inline vf
vf_fall(const CoarseConstants *k, vf u)
{
    vf line = vf_fma(u, k->per_unit, k->whole);

    return vf_fma(u, vf_lookup32(&k->slope, line), vf_lookup32(&k->offset, line));
}

/* x / (1 + e^-x) = max(x, 0) - |x| / (1 + e^|x|), within 5.5e-4 of |x|. */
static inline vf
vf_coarse_silu(const CoarseConstants *k, vf x)
{
    vf u = vf_abs_min(x, k->end);

    return vf_fnma(u, vf_fall(k, u), vf_max(k->zero, x));
}

/* 1 / (1 + e^-x) within 5.5e-4. */
static inline vf
vf_coarse_sigmoid(const CoarseConstants *k, vf x)
{
    vf below = vf_fall(k, vf_abs_min(x, k->end));

    return vf_if_positive(x, vf_sub(vf_set1(1.f), below), below);
}

/* A constant ACT leaves only its own case in the code. */
static inline __attribute__((always_inline)) vf
vf_act_coarse(const CoarseConstants *k, EffNetAct act, vf x)
{
    switch (act) {
#define ROW(name, formula, vector, coarse, int8, names)                                            \
    case EFFNET_ACT_##name:                                                                        \
        return coarse;
        EFFNET_ACTIVATIONS(ROW)
#undef ROW
    case EFFNET_ACTS:
        break;
    }
    g_assert_not_reached();
}

/* The bounds of an activation that only clips; infinite for all others. */
typedef struct {
    gboolean all; /* clipping is all that the activation does */
    float low, high;
} ActBounds;

static inline ActBounds
act_bounds(EffNetAct act)
{
    const EffNetActRule *rule = effnet_act_get_rule(act);

    if (rule->kind != EFFNET_ACT_RULE_CLIP)
        return (ActBounds){FALSE, -INFINITY, INFINITY};
    return (ActBounds){TRUE, rule->low, rule->high};
}

/* X is the second operand, so that a NaN remains one. */
static inline vf
vf_clip(vf x, vf low, vf high)
{
    return vf_min(high, vf_max(low, x));
}

#endif
