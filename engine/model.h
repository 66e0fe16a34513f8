/* SPDX-License-Identifier: BSD-2-Clause */
/* What a model has for those inside the engine. Both live as long as it does. */
#ifndef EFFNET_MODEL_INTERNAL_H
#define EFFNET_MODEL_INTERNAL_H

#include "plan/plan.h"
#include "runtime/workspace.h"

const EffNetPlan *effnet_model_get_plan(const EffNetModel *model);
EffNetWorkspaces *effnet_model_get_workspaces(const EffNetModel *model);

#endif
