/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's fourth job: where each tensor is in the arena, and each layer's numbers among the
 * packed weights. */
#ifndef EFFNET_PLACEMENT_H
#define EFFNET_PLACEMENT_H

#include "op.h"

/* Decides from which op on a batch goes together, and gives all tensors their offsets. */
void effnet_place_tensors(EffNetPlan *plan);

/* Gives those of the N tensors that are BATCHED, or are not, their offsets: what never lives at the
 * same time may share memory. Returns the bytes that they need. */
gsize effnet_place_in_arena(EffNetPlanTensor *tensors, guint n, gboolean batched);

/* Bytes that effnet_place_weights() needs: layer after layer, weights, bias and what int8 has
 * beside them. */
gsize effnet_plan_weight_bytes(const EffNetPlan *plan);

/* Points PLAN's ops to their parts of ROOM, of PLAN's weight_bytes, 64-byte aligned. */
void effnet_place_weights(EffNetPlan *plan, guint8 *room);

/* Bytes of the weights of layer INDEX of OP as its kernel reads them; 0 where it has none. */
gsize effnet_op_packed_bytes(const EffNetPlan *plan, const EffNetOp *op, guint index);

/* Bytes of numbers of 32 bits, one for each output channel, padded to panels. */
static inline gsize
effnet_layer_lane_bytes(const EffNetLayer *layer)
{
    return effnet_panels(layer->out_channels) * EFFNET_LANES * sizeof(float);
}

/* Bytes that a layer of an int8 network needs beside its weights and bias: scales, starts and
 * EffNetQuant. */
static inline gsize
effnet_layer_quant_bytes(const EffNetLayer *layer)
{
    return 2 * effnet_layer_lane_bytes(layer) + effnet_align(sizeof(EffNetQuant));
}

#endif
