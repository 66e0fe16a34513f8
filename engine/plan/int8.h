/* SPDX-License-Identifier: BSD-2-Clause */
/* Packing of quantised layers. */
#ifndef EFFNET_PLAN_INT8_H
#define EFFNET_PLAN_INT8_H

#include "../recognise/weights.h"
#include "op.h"

/* Packs the weights that `effnet quantize` wrote into PLAN, where they are placed. Also sets its
 * tensors' quantisation, which only those who inspect tensors need. */
gboolean effnet_plan_pack_int8(EffNetPlan *plan, EffNetWeights *weights, GError **error);

#endif
