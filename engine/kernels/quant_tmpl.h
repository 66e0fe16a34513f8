/* SPDX-License-Identifier: BSD-2-Clause */
/* quant.h's functions over simd.h's vectors. */
#ifndef EFFNET_QUANT_TMPL_H
#define EFFNET_QUANT_TMPL_H

#include "quant.h"
#include "simd.h"

static inline vs
vs_silu(const EffNetSilu *silu, vs x)
{
    vs t = vs_minu(vs_abs(x), vs_set1((gint16)silu->end));
    vs segment = vs_mul_highu(t, vs_set1((gint16)silu->segments));
    vs bump =
        vs_add(vs_lookup(silu->offset, segment), vs_mul_q15(t, vs_lookup(silu->slope, segment)));

    return vs_subs(vs_max(x, vs_set1(0)), bump);
}

/* A constant SILU leaves one of them in the code. */
static inline __attribute__((always_inline)) vs
vs_act(const EffNetQuant *quant, vs x, gboolean silu)
{
    if (silu)
        return vs_silu(&quant->silu, x);
    return vs_min(vs_max(x, vs_set1(quant->low)), vs_set1(quant->high));
}

#endif
