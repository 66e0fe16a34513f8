/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory that an inference needs only while it lasts. All sessions of a model share it, in pieces:
 * each inference has one to itself, and there are enough for every core to be inferring. */
#ifndef EFFNET_WORKSPACE_H
#define EFFNET_WORKSPACE_H

#include "../plan/plan.h"

typedef struct _EffNetWorkspaces EffNetWorkspaces;

EffNetWorkspaces *effnet_workspaces_new(const EffNetPlan *plan);
void effnet_workspaces_free(EffNetWorkspaces *workspaces);

/* Called when a session is created, and freed. */
gboolean effnet_workspaces_join(EffNetWorkspaces *workspaces, GError **error);
void effnet_workspaces_leave(EffNetWorkspaces *workspaces);

/* Takes a piece: the plan's image_bytes, followed by its scratch_bytes for each of the process's
 * threads. Waits while all are taken, first come, first served. Never fails. */
guint8 *effnet_workspaces_take(EffNetWorkspaces *workspaces);
void effnet_workspaces_give_back(EffNetWorkspaces *workspaces, guint8 *memory);

#endif
