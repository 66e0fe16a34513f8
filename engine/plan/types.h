/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's first job: the type, and the factor, in which each layer's outputs are kept, and the
 * kernels that compute them. */
#ifndef EFFNET_TYPES_H
#define EFFNET_TYPES_H

#include "op.h"

/* Whether only a depthwise layer reads what CONV writes. After the stem, the block's residual may
 * read it too. */
gboolean effnet_layer_feeds_depthwise_only(const EffNetLayer *conv);

/* The type of what the last of an op's N_LAYERS writes, in a plan of TYPE, if the first of them,
 * LAYER, reads a tensor of type IN. */
EffNetType effnet_layers_out_type(const EffNetLayer *layer, guint n_layers, EffNetType in,
                                  EffNetType type);

/* What LAYER's outputs, after its activation, are multiplied by in memory: SiLU in F32 has a factor
 * (see EFFNET_ACTIVATIONS). */
float effnet_layer_factor(const EffNetLayer *layer, EffNetType type);

/* The factor of the outputs of layer INDEX of OP. */
float effnet_op_factor(const EffNetPlan *plan, const EffNetOp *op, guint index);

/* The type whose kernels read the weights of layer INDEX of OP. */
EffNetType effnet_op_type(const EffNetPlan *plan, const EffNetOp *op, guint index);

/* Whether LAYER is computed by Winograd's method: where that saves time for its shape, and KERNELS
 * can apply its activation. */
gboolean effnet_layer_is_winograd(const EffNetLayer *layer, const EffNetKernels *kernels,
                                  EffNetType type);

/* Sets OP's kernels by what their contracts can do; its kind, types and layers are set. */
void effnet_op_choose_kernels(const EffNetPlan *plan, EffNetOp *op);

#endif
