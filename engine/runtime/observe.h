/* SPDX-License-Identifier: BSD-2-Clause */
/* To look at what a session computes, op by op. */
#ifndef EFFNET_OBSERVE_H
#define EFFNET_OBSERVE_H

#include <effnet/session.h>

#include "execute.h"

/* An op is done for the session's one image, what it read is still there. */
typedef void (*EffNetObserver)(gpointer data, const EffNetPlan *plan, const EffNetOp *op,
                               const EffNetArena *arena);

/* SESSION is of one image and one thread. */
void effnet_observe_session(EffNetSession *session, EffNetObserver observer, gpointer data);

#endif
