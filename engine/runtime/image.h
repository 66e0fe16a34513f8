/* SPDX-License-Identifier: BSD-2-Clause */
/* A network's input as it lies in an arena: an image and the border that the first layer wants.
 * It is normalised floats, or, in int8, pixels of EFFNET_INPUT_BYTES as they come, whose
 * normalisation is in the weights. */
#ifndef EFFNET_IMAGE_H
#define EFFNET_IMAGE_H

#include "../frame/preprocess.h"
#include "../plan/plan.h"

/* All of it, with the border, to what is 0 when it is normalised. */
void effnet_image_clear(const EffNetPlan *plan, const EffNetModelInfo *info, gpointer image);

gboolean effnet_image_set_frame(const EffNetPlan *plan, EffNetPreprocess *preprocess,
                                gpointer image, const EffNetFrame *frame, GError **error);

/* CHW: normalised. */
void effnet_image_set_tensor(const EffNetPlan *plan, const EffNetModelInfo *info, gpointer image,
                             const float *chw);

#endif
