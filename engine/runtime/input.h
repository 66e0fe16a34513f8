/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_INPUT_INTERNAL_H
#define EFFNET_INPUT_INTERNAL_H

#include <effnet/input.h>

#include "../model.h"

EffNetModel *effnet_input_get_model(const EffNetInput *input);

/* The picture with its border of zeros, as it lies in an arena. */
gconstpointer effnet_input_get_picture(const EffNetInput *input);

/* PICTURE's first pixel inside of the border, and the floats from a row to the next. */
static inline float *
effnet_picture_begin(const EffNetPlan *plan, gpointer picture, gsize *row_stride)
{
    const EffNetTensorPlan *input = &plan->activations[plan->input];
    gsize pad = plan->network->layers[0].pad_before;

    *row_stride = (gsize)input->size * input->channels;
    return (float *)picture + pad * *row_stride + pad * input->channels;
}

#endif
