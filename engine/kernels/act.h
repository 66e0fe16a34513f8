/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_KERNEL_ACT_H
#define EFFNET_KERNEL_ACT_H

#include <math.h>

#include "../arch/network.h"

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
    }
    g_assert_not_reached();
}

#endif
