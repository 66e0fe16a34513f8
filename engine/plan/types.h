/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's first job: in what type, and times which factor, each layer's outputs are kept, and
 * which kernels compute them. */
#ifndef EFFNET_TYPES_H
#define EFFNET_TYPES_H

#include "op.h"

/* Whether a depthwise layer alone reads what CONV writes: behind the stem, the block's residual may
 * do so as well. */
gboolean effnet_layer_feeds_depthwise_only(const EffNetLayer *conv);

/* The type in a plan of TYPE of what the last of the N_LAYERS of an op leaves, where LAYER, the
 * first, reads a tensor of IN. */
EffNetType effnet_layers_out_type(const EffNetLayer *layer, guint n_layers, EffNetType in,
                                  EffNetType type);

/* What LAYER's outputs are multiplied with, behind its activation: SiLU of floats has a factor. */
float effnet_layer_factor(const EffNetLayer *layer, EffNetType type);

/* What the outputs of layer INDEX of OP are multiplied with. */
float effnet_op_factor(const EffNetPlan *plan, const EffNetOp *op, guint index);

/* The type of the kernels that read the weights of layer INDEX of OP. */
EffNetType effnet_op_type(const EffNetPlan *plan, const EffNetOp *op, guint index);

/* Whether LAYER is convolved by Winograd's method. */
gboolean effnet_layer_is_winograd(const EffNetLayer *layer, const EffNetKernels *kernels,
                                  EffNetType type);

/* Sets the kernels of OP, whose kind, types and layers are set, by what their contracts have. */
void effnet_op_choose_kernels(const EffNetPlan *plan, EffNetOp *op);

#endif
