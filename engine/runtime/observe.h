/* SPDX-License-Identifier: BSD-2-Clause */
/* To look at what a session computes, step by step. */
#ifndef EFFNET_OBSERVE_H
#define EFFNET_OBSERVE_H

#include <effnet/session.h>

#include "execute.h"

/* A step is done for the session's one picture, what it read is still there. */
typedef void (*EffNetObserver)(gpointer data, const EffNetPlan *plan, const EffNetStep *step,
                               const EffNetArena *arena);

/* SESSION is of one picture and one thread. */
void effnet_observe_session(EffNetSession *session, EffNetObserver observer, gpointer data);

#endif
