/* SPDX-License-Identifier: BSD-2-Clause */
/* A network's input as it lies in an arena: a picture and the border that the first layer wants.
 * It is normalised floats, or, in int8, pixels of EFFNET_INPUT_BYTES as they come, whose
 * normalisation is in the weights. */
#ifndef EFFNET_PICTURE_H
#define EFFNET_PICTURE_H

#include "../frame/preprocess.h"
#include "../plan/plan.h"

/* All of it, with the border, to what is 0 when it is normalised. */
void effnet_picture_clear(const EffNetPlan *plan, const EffNetModelInfo *info, gpointer picture);

gboolean effnet_picture_set_frame(const EffNetPlan *plan, EffNetPreprocess *preprocess,
                                  gpointer picture, const EffNetFrame *frame, GError **error);

/* CHW: normalised. */
void effnet_picture_set_tensor(const EffNetPlan *plan, const EffNetModelInfo *info,
                               gpointer picture, const float *chw);

#endif
