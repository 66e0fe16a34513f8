/* SPDX-License-Identifier: BSD-2-Clause */
/* How the whole numbers of a TFLite tensor stand for real ones. */
#ifndef EFFNET_CONVERT_TFLITE_QUANTISED_H
#define EFFNET_CONVERT_TFLITE_QUANTISED_H

#include "flatbuffer.h"
#include "graph.h"

/* Fills QUANTISATION by what TENSOR, which errors call by its NUMBER, says; n_bytes stays 0 where
 * it is not quantised. There is one scale, or one for each element of a dimension of SHAPE. */
gboolean effnet_tflite_read_quantisation(EffNetFlat *flat, EffNetFlatTable tensor, guint number,
                                         const EffNetConstant *shape,
                                         EffNetQuantisation *quantisation, const EffNetGraph *graph,
                                         GError **error);

#endif
