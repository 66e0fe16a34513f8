/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory that a run needs only while it lasts, and that all sessions of a model share: there is
 * so much of it that every core can be at a run, and each run has the whole of a piece. */
#ifndef EFFNET_WORKSPACE_H
#define EFFNET_WORKSPACE_H

#include "../plan/plan.h"

typedef struct _EffNetWorkspaces EffNetWorkspaces;

EffNetWorkspaces *effnet_workspaces_new(const EffNetPlan *plan);
void effnet_workspaces_free(EffNetWorkspaces *workspaces);

/* There is one session more, or less. */
gboolean effnet_workspaces_join(EffNetWorkspaces *workspaces, GError **error);
void effnet_workspaces_leave(EffNetWorkspaces *workspaces);

/* The plan's image_bytes, behind them its scratch_bytes of each of the process's threads. Where
 * all pieces are taken, waits for one, first come, first served. Never fails. */
guint8 *effnet_workspaces_take(EffNetWorkspaces *workspaces);
void effnet_workspaces_give_back(EffNetWorkspaces *workspaces, guint8 *memory);

#endif
