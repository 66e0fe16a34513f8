/* SPDX-License-Identifier: BSD-2-Clause */
/* A layer's weights in the order in which its kernel reads them. */
#ifndef EFFNET_PACK_OP_H
#define EFFNET_PACK_OP_H

#include "op.h"

/* ROWS, the weights of layer INDEX of OP, as its kernel reads them; they are put in another order.
 */
void effnet_op_pack(const EffNetPlan *plan, const EffNetOp *op, guint index, float *rows,
                    gpointer packed);

#endif
