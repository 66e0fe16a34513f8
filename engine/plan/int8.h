/* SPDX-License-Identifier: BSD-2-Clause */
/* The packing of quantised layers. */
#ifndef EFFNET_PLAN_INT8_H
#define EFFNET_PLAN_INT8_H

#include "../recognise/weights.h"
#include "op.h"

/* Fills PLAN's weights, which are placed, from those that `effnet quantize` wrote, and its tensors'
 * quantisation, which only who looks at tensors needs. */
gboolean effnet_plan_pack_int8(EffNetPlan *plan, EffNetWeights *weights, GError **error);

#endif
