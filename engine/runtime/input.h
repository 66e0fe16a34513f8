/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_INPUT_INTERNAL_H
#define EFFNET_INPUT_INTERNAL_H

#include <effnet/input.h>

#include "../model.h"

/* Owned by INPUT. */
EffNetModel *effnet_input_get_model(const EffNetInput *input);

/* The image with its border, as image.h describes it. */
gconstpointer effnet_input_get_image(const EffNetInput *input);

#endif
