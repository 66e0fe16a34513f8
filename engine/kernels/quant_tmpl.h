/* SPDX-License-Identifier: BSD-2-Clause */
/* quant.h's functions on simd.h's vectors. */
#ifndef EFFNET_QUANT_TMPL_H
#define EFFNET_QUANT_TMPL_H

#include "quant.h"
#include "simd.h"

static inline vs
vs_bump(const EffNetBump *bump, vs x)
{
    vs t = vs_minu(vs_abs(x), vs_set1((gint16)bump->end));
    vs segment = vs_mul_highu(t, vs_set1((gint16)bump->segments));
    vs height =
        vs_add(vs_lookup(bump->offset, segment), vs_mul_q15(t, vs_lookup(bump->slope, segment)));

    return vs_subs(vs_max(x, vs_set1(0)), height);
}

/* A constant BUMP leaves only its own case in the code. */
static inline __attribute__((always_inline)) vs
vs_act(const EffNetQuant *quant, vs x, gboolean bump)
{
    if (bump)
        return vs_bump(&quant->bump, x);
    return vs_min(vs_max(x, vs_set1(quant->low)), vs_set1(quant->high));
}

#endif
