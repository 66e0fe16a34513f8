/* SPDX-License-Identifier: BSD-2-Clause */
/* Rounding weights shifts the mean of a layer's outputs, since inputs after an activation are
 * seldom below 0. By how much can be told without images, if the layer before has a batch norm as
 * well. In networks of ReLU6 this shift is most of what bf16 loses. */
#ifndef EFFNET_ROUNDING_H
#define EFFNET_ROUNDING_H

#include "../arch/network.h"

/* The mean of each of LAYER's output channels, assuming that they are normal before the activation,
 * with the mean and deviation that NORM, from effnet_layer_fold(), gives them. For g_free(). */
float *effnet_layer_new_means(const EffNetLayer *layer, const float *norm);

/* Subtracts from BIAS what the outputs' means gain by rounding ROWS, with NORM folded into them, to
 * bf16. Inputs are assumed to be MEANS times the factor that explains NORM's means best (Nagel et
 * al. 2019, section 4.2.1). */
void effnet_layer_correct_bias(const EffNetLayer *layer, const float *means, const float *norm,
                               const float *rows, float *bias);

#endif
