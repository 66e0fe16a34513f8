/* SPDX-License-Identifier: BSD-2-Clause */
/* What the layers of a network of floats read and write, observed while images pass through it. */
#ifndef EFFNET_STATISTICS_H
#define EFFNET_STATISTICS_H

#include "../runtime/execute.h"

/* A layer's; all 0 before the first image. */
typedef struct {
    float range;    /* the largest absolute value of its outputs */
    double *inputs; /* per input channel: the sum over the images of its mean; NULL: unknown */
    guint images;   /* images so far */
} EffNetStatistics;

/* The largest absolute value of N floats. */
float effnet_farthest(const float *values, gsize n);

/* Computes again the outputs of OP's first layer, which are not in ARENA: sets N to how many there
 * are, of TYPE. For free(). NULL with the error set: not enough memory. */
gpointer effnet_first_outputs_new(const EffNetPlan *plan, const EffNetOp *op,
                                  const EffNetArena *arena, EffNetType type, gsize *n,
                                  GError **error);

/* Adds to STATISTICS, one per layer of the network, what OP of a plan of floats has just read and
 * written; except the stem's input, and what squeeze-excite reads. */
gboolean effnet_statistics_observe(EffNetStatistics *statistics, const EffNetPlan *plan,
                                   const EffNetOp *op, const EffNetArena *arena, GError **error);

/* STATISTICS of N_LAYERS, or NULL. */
void effnet_statistics_free(EffNetStatistics *statistics, guint n_layers);

#endif
