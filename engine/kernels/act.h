/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_KERNEL_ACT_H
#define EFFNET_KERNEL_ACT_H

#include "../arch/activation.h"
#include "type.h"

/* The activation that kernels of TYPE apply for a network's ACT; see EFFNET_ACTIVATIONS for
 * SILU_LOG2. */
static inline EffNetAct
effnet_kernel_act(EffNetAct act, EffNetType type)
{
    return act == EFFNET_ACT_SILU && type == EFFNET_TYPE_F32 ? EFFNET_ACT_SILU_LOG2 : act;
}

#endif
