/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's fourth job: where each tensor is in the arena, and each layer's weights in the packed
 * ones. */
#ifndef EFFNET_PLACEMENT_H
#define EFFNET_PLACEMENT_H

#include "op.h"

/* Decides from which op on a batch goes together, and sets all tensors' offsets. */
void effnet_place_tensors(EffNetPlan *plan);

/* Sets the offsets of those of N tensors whose batched is BATCHED: tensors that do not live at the
 * same time may share memory. Returns the bytes needed. */
gsize effnet_place_in_arena(EffNetPlanTensor *tensors, guint n, gboolean batched);

/* Bytes that effnet_place_weights() needs: for each layer its weights, its bias and, in int8, the
 * rest of EffNetPacked. */
gsize effnet_plan_weight_bytes(const EffNetPlan *plan);

/* Points PLAN's ops to their parts of ROOM: PLAN's weight_bytes, 64-byte aligned, which PLAN then
 * owns. */
void effnet_place_weights(EffNetPlan *plan, guint8 *room);

/* Bytes of the packed weights of layer INDEX of OP; 0 if it has none. */
gsize effnet_op_packed_bytes(const EffNetPlan *plan, const EffNetOp *op, guint index);

/* Bytes of one 32-bit number per output channel, padded to panels. */
static inline gsize
effnet_layer_lane_bytes(const EffNetLayer *layer)
{
    return effnet_panels(layer->out_channels) * EFFNET_LANES * sizeof(float);
}

/* Bytes that a layer of an int8 network needs beyond its weights and bias: scale, start and
 * EffNetQuant. */
static inline gsize
effnet_layer_quant_bytes(const EffNetLayer *layer)
{
    return 2 * effnet_layer_lane_bytes(layer) + effnet_align(sizeof(EffNetQuant));
}

#endif
