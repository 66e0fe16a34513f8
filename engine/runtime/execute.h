/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_EXECUTE_H
#define EFFNET_EXECUTE_H

#include "../plan/plan.h"

/* Where tensors' memory is. */
typedef struct {
    guint8 *image; /* the plan's image_bytes, needed only during an inference */
    guint8 *batch; /* its batch_bytes for each of N images, inputs and results among them */
    guint n;
    float *pixels; /* for each image, what its pooled outputs are the means of, pixel after pixel;
                    * NULL: that is not kept */
} EffNetArena;

/* Executes task TASK of TASKS (effnet_op_tasks()) of OP, for the N images, at most OP's, from IMAGE
 * on. SCRATCH: the thread's scratch_bytes. */
void effnet_op_execute(const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena,
                       guint image, guint n, guint task, guint tasks, gpointer scratch);

/* For inspecting what OP, a CONV or CONV_DEPTHWISE without bands, does not leave in the arena:
 * computes row ROW of its first layer's outputs, for image 0, into OUT. SCRATCH:
 * effnet_conv_scratch(). */
void effnet_op_execute_row(const EffNetPlan *plan, const EffNetOp *op, const EffNetArena *arena,
                           guint row, gpointer out, gpointer scratch);

/* Computes what one task of OP, a linear layer, does: the outputs from PANEL on, its first. IN, a
 * vector of the layer's inputs, and OUT are outside of the arena. */
void effnet_op_execute_linear(const EffNetPlan *plan, const EffNetOp *op, guint panel,
                              const float *in, float *out, gpointer scratch);

static inline gpointer
effnet_tensor_data(const EffNetPlan *plan, const EffNetArena *arena, int tensor, guint image)
{
    const EffNetPlanTensor *t = &plan->tensors[tensor];

    if (!t->batched)
        return arena->image + t->offset;
    return arena->batch + t->offset * arena->n + t->bytes * image;
}

#endif
