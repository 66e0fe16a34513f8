/* SPDX-License-Identifier: BSD-2-Clause */
/* What the layers of a network of floats read and write while images pass through it. */
#ifndef EFFNET_STATISTICS_H
#define EFFNET_STATISTICS_H

#include "../runtime/execute.h"

/* Of a layer; all 0 before the first image. */
typedef struct {
    float range;    /* how far from 0 its outputs go */
    double *inputs; /* per channel that it reads: the sum of the images' means; NULL: unknown */
    guint images;   /* that have passed */
} EffNetStatistics;

/* The largest absolute value of N. */
float effnet_farthest(const float *values, gsize n);

/* Computes again the outputs of OP's first layer, which are not in ARENA: N of TYPE, for free().
 * NULL: there is no memory. */
gpointer effnet_first_outputs_new(const EffNetPlan *plan, const EffNetOp *op,
                                  const EffNetArena *arena, EffNetType type, gsize *n,
                                  GError **error);

/* Adds to STATISTICS, one per layer of the network, what OP of a plan of floats has read and
 * written; but not the stem's input, nor what squeeze-excite reads. */
gboolean effnet_statistics_observe(EffNetStatistics *statistics, const EffNetPlan *plan,
                                   const EffNetOp *op, const EffNetArena *arena, GError **error);

/* Of N_LAYERS; NULL is allowed. */
void effnet_statistics_free(EffNetStatistics *statistics, guint n_layers);

#endif
