/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's third job: how ops are cut into tasks, so that threads have even shares and what a
 * task reads stays in caches, and how much scratch that takes. Cuts depend only on the network and
 * the kernels, never on the number of threads, so that scores do not either. */
#ifndef EFFNET_CUTTING_H
#define EFFNET_CUTTING_H

#include "op.h"

/* Whether a depthwise layer of ROWS x ROWS pixels x PANELS lies between products that read more
 * weights than pixels. */
gboolean effnet_has_few_pixels(guint rows, guint panels);

/* Each cuts OP into tasks and returns the bytes of scratch that a task needs. */
gsize effnet_cut_conv(EffNetOp *op);
gsize effnet_cut_winograd(EffNetOp *op);
gsize effnet_cut_depthwise(EffNetOp *op); /* and MAX_POOL */
gsize effnet_cut_conv_depthwise(EffNetOp *op);
gsize effnet_cut_squeeze_excite(EffNetOp *op);

#endif
