/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_TEST_PLAN_SUPPORT_H
#define EFFNET_TEST_PLAN_SUPPORT_H

#include "plan/plan.h"

static inline EffNetPlan *
lay_out_for(const EffNetKernels *kernels, EffNetType type, const char *name, guint resolution,
            guint n_classes)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new(name, NULL);

    return effnet_plan_new(effnet_network_new(arch, resolution, 3, n_classes, EFFNET_PADDING_SAME),
                           kernels, type);
}

static inline EffNetPlan *
lay_out(const char *name, guint resolution, guint n_classes)
{
    return lay_out_for(effnet_kernels_find("c"), EFFNET_TYPE_F32, name, resolution, n_classes);
}

#endif
