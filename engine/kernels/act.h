/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_KERNEL_ACT_H
#define EFFNET_KERNEL_ACT_H

#include <math.h>

#include "../arch/network.h"
#include "type.h"

/* SILU_LOG2 is SiLU of numbers that are EFFNET_LOG2_E times as large, as large itself: of y it is
 * y / (1 + 2^-y). The factor comes with the weights before, and is taken off by those behind. */
#define EFFNET_LOG2_E 1.44269504f

/* What kernels of TYPE know ACT as. */
static inline EffNetAct
effnet_kernel_act(EffNetAct act, EffNetType type)
{
    return act == EFFNET_ACT_SILU && type == EFFNET_TYPE_F32 ? EFFNET_ACT_SILU_LOG2 : act;
}

static inline float
effnet_act(EffNetAct act, float x)
{
    switch (act) {
    case EFFNET_ACT_NONE:
        return x;
    case EFFNET_ACT_RELU:
        return MAX(x, 0.f);
    case EFFNET_ACT_RELU6:
        return CLAMP(x, 0.f, 6.f);
    case EFFNET_ACT_SILU:
        return x / (1.f + expf(-x));
    case EFFNET_ACT_SIGMOID:
        return 1.f / (1.f + expf(-x));
    case EFFNET_ACT_SILU_LOG2:
        return x / (1.f + exp2f(-x));
    }
    g_assert_not_reached();
}

#endif
