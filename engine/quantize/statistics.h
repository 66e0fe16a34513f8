/* SPDX-License-Identifier: BSD-2-Clause */
/* What a layer reads and puts out while images pass through a network of floats. */
#ifndef EFFNET_STATISTICS_H
#define EFFNET_STATISTICS_H

#include "../runtime/execute.h"

/* Of a layer; all 0 before the first image. */
typedef struct {
    float range;    /* how far from 0 its outputs go */
    double *inputs; /* of each channel that it reads, the images' means added up; NULL: none */
    guint images;   /* that these are of */
} EffNetStatistics;

/* How far from 0 that of N values is which is farthest. */
float effnet_farthest(const float *values, gsize n);

/* The N outputs, of TYPE, of OP's first layer, which it does not leave in ARENA (as
 * effnet_op_execute_row() says), computed again; for free(). NULL: there is no memory. */
gpointer effnet_first_outputs_new(const EffNetPlan *plan, const EffNetOp *op,
                                  const EffNetArena *arena, EffNetType type, gsize *n,
                                  GError **error);

/* Adds what OP of a plan of floats read and wrote to STATISTICS, one for each layer of the
 * network. The stem's input is not looked at, nor what squeeze-excite reads. */
gboolean effnet_statistics_observe(EffNetStatistics *statistics, const EffNetPlan *plan,
                                   const EffNetOp *op, const EffNetArena *arena, GError **error);

/* Of N_LAYERS; NULL is allowed. */
void effnet_statistics_free(EffNetStatistics *statistics, guint n_layers);

#endif
