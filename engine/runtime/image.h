/* SPDX-License-Identifier: BSD-2-Clause */
/* A network's input as it is in an arena: an image and the border that the first layer needs.
 * Pixels are normalised floats or, in int8, EFFNET_INPUT_BYTES each, as they come: then
 * normalisation is part of the weights. */
#ifndef EFFNET_IMAGE_H
#define EFFNET_IMAGE_H

#include "../frame/preprocess.h"
#include "../plan/plan.h"

/* Sets all of it, border included, to what normalises to 0. */
void effnet_image_clear(const EffNetPlan *plan, const EffNetModelInfo *info, gpointer image);

gboolean effnet_image_set_frame(const EffNetPlan *plan, EffNetPreprocess *preprocess,
                                gpointer image, const EffNetFrame *frame, GError **error);

/* CHW: in_channels x resolution x resolution normalised floats. */
void effnet_image_set_tensor(const EffNetPlan *plan, const EffNetModelInfo *info, gpointer image,
                             const float *chw);

/* What effnet_image_set_tensor() takes. */
void effnet_image_get_tensor(const EffNetPlan *plan, const EffNetModelInfo *info,
                             gconstpointer image, float *chw);

#endif
