/* SPDX-License-Identifier: BSD-2-Clause */
/* Packing a layer's weights for its kernel. */
#ifndef EFFNET_PACK_OP_H
#define EFFNET_PACK_OP_H

#include "op.h"

/* Packs ROWS, the weights of layer INDEX of OP, out_channels x filter channels x taps, into PACKED,
 * effnet_op_packed_bytes(). Reorders ROWS. */
void effnet_op_pack(const EffNetPlan *plan, const EffNetOp *op, guint index, float *rows,
                    gpointer packed);

#endif
