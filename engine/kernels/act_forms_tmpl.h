/* SPDX-License-Identifier: BSD-2-Clause */
/* What forms of activations use beside a level's operations, on the vectors of simd.h or
 * simd_bf16.h, of which the includer has one. */
#ifndef EFFNET_ACT_FORMS_TMPL_H
#define EFFNET_ACT_FORMS_TMPL_H

/* An activation that kernels do not say they apply. */
static inline vf
vf_not_here(vf x)
{
    g_assert_not_reached();
    return x;
}

/* X clipped to -LIMIT..LIMIT, which some levels have an instruction for. */
#ifndef vf_clip_abs
#define vf_clip_abs(x, limit) vf_min(vf_max(x, vf_sub(vf_zero(), limit)), limit)
#endif

#endif
