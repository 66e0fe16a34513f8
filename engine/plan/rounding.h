/* SPDX-License-Identifier: BSD-2-Clause */
/* Rounded weights move a layer's outputs, since inputs behind an activation are seldom below 0. By
 * how much is known without images: the layer before has a batch norm as well. That is most of what
 * bf16 loses in ReLU6's networks. */
#ifndef EFFNET_ROUNDING_H
#define EFFNET_ROUNDING_H

#include "../arch/network.h"

/* What LAYER's outputs are on average where they are normal before their activation, of the mean
 * and the deviation that NORM (effnet_layer_fold()) gives them. For g_free(). */
float *effnet_layer_new_means(const EffNetLayer *layer, const float *norm);

/* Takes from BIAS what outputs gain where ROWS, with NORM folded into them, are rounded to bf16 and
 * inputs are MEANS times what explains NORM's means best (Nagel et al. 2019, section 4.2.1). */
void effnet_layer_correct_bias(const EffNetLayer *layer, const float *means, const float *norm,
                               const float *rows, float *bias);

#endif
