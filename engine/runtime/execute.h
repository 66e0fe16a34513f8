/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_EXECUTE_H
#define EFFNET_EXECUTE_H

#include "../plan/plan.h"

/* Does task TASK of TASKS (effnet_step_tasks()) of STEP for picture PICTURE of BATCH in ARENA
 * (effnet_arena_bytes()). SCRATCH: the thread's scratch_bytes. */
void effnet_step_execute(const EffNetPlan *plan, const EffNetStep *step, guint8 *arena, guint batch,
                         guint picture, guint task, guint tasks, gpointer scratch);

/* For looking at what STEP, a CONV or CONV_DEPTHWISE without a band, does not leave in the arena of
 * one picture: row ROW of its first layer's outputs, to OUT. SCRATCH: effnet_conv_scratch(). */
void effnet_step_execute_row(const EffNetPlan *plan, const EffNetStep *step, guint8 *arena,
                             guint row, gpointer out, gpointer scratch);

/* G_MAXSIZE, which no memory has, where it would be more. */
static inline gsize
effnet_arena_bytes(const EffNetPlan *plan, guint batch)
{
    gsize bytes;

    return g_size_checked_mul(&bytes, plan->batch_bytes, batch) &&
                   g_size_checked_add(&bytes, bytes, plan->picture_bytes)
               ? bytes
               : G_MAXSIZE;
}

static inline gpointer
effnet_activation(const EffNetPlan *plan, guint8 *arena, guint batch, int activation, guint picture)
{
    const EffNetTensorPlan *t = &plan->activations[activation];

    if (!t->batched)
        return arena + t->offset;
    return arena + plan->picture_bytes + t->offset * batch + t->bytes * picture;
}

#endif
