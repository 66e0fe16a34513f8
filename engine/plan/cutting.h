/* SPDX-License-Identifier: BSD-2-Clause */
/* The plan's third job: how each op is cut into tasks, so that threads have even shares and what a
 * task reads stays in caches, and what scratch that takes. Cuts depend on the network and the
 * kernels alone, never on the number of threads, so that scores do not depend on it either. */
#ifndef EFFNET_CUTTING_H
#define EFFNET_CUTTING_H

#include "op.h"

/* Whether a feature map of ROWS rows is among products that read more weights than pixels. */
gboolean effnet_has_few_pixels(guint rows, guint panels);

/* Cut OP into tasks; return the bytes of scratch that each of them needs. */
gsize effnet_cut_conv(EffNetOp *op);
gsize effnet_cut_winograd(EffNetOp *op);
gsize effnet_cut_depthwise(EffNetOp *op); /* and MAX_POOL */
gsize effnet_cut_conv_depthwise(EffNetOp *op);
gsize effnet_cut_squeeze_excite(EffNetOp *op);

#endif
