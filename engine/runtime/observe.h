/* SPDX-License-Identifier: BSD-2-Clause */
/* Observing what a session computes, op by op. */
#ifndef EFFNET_OBSERVE_H
#define EFFNET_OBSERVE_H

#include <effnet/session.h>

#include "execute.h"

/* Called when OP is done for the session's one image; what it read is still there. */
typedef void (*EffNetObserver)(gpointer data, const EffNetPlan *plan, const EffNetOp *op,
                               const EffNetArena *arena);

/* SESSION has one image and one thread. OBSERVER NULL: none any more. */
void effnet_observe_session(EffNetSession *session, EffNetObserver observer, gpointer data);

#endif
