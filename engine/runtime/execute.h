/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_EXECUTE_H
#define EFFNET_EXECUTE_H

#include "../plan/plan.h"

/* Where activations are. */
typedef struct {
    guint8 *picture; /* the plan's picture_bytes, needed only while a picture goes through */
    guint8 *batch;   /* its batch_bytes of each of N pictures: inputs and results among them */
    guint n;
} EffNetArena;

/* Does task TASK of TASKS (effnet_step_tasks()) of STEP for N pictures, at most the step's, from
 * PICTURE of those in ARENA on. SCRATCH: the thread's scratch_bytes. */
void effnet_step_execute(const EffNetPlan *plan, const EffNetStep *step, const EffNetArena *arena,
                         guint picture, guint n, guint task, guint tasks, gpointer scratch);

/* For looking at what STEP, a CONV or CONV_DEPTHWISE without a band, does not leave in the arena of
 * one picture: row ROW of its first layer's outputs, to OUT. SCRATCH: effnet_conv_scratch(). */
void effnet_step_execute_row(const EffNetPlan *plan, const EffNetStep *step,
                             const EffNetArena *arena, guint row, gpointer out, gpointer scratch);

static inline gpointer
effnet_activation(const EffNetPlan *plan, const EffNetArena *arena, int activation, guint picture)
{
    const EffNetTensorPlan *t = &plan->activations[activation];

    if (!t->batched)
        return arena->picture + t->offset;
    return arena->batch + t->offset * arena->n + t->bytes * picture;
}

#endif
