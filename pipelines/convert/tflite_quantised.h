/* SPDX-License-Identifier: BSD-2-Clause */
/* How a TFLite tensor's integers stand for real numbers. */
#ifndef EFFNET_CONVERT_TFLITE_QUANTISED_H
#define EFFNET_CONVERT_TFLITE_QUANTISED_H

#include "flatbuffer.h"
#include "graph.h"

/* Sets QUANTISATION from TENSOR, which errors call by its NUMBER; n_bytes stays 0 if it is not
 * quantised. There is one scale, or one for each element of a dimension of SHAPE. */
gboolean effnet_tflite_read_quantisation(EffNetFlat *flat, EffNetFlatTable tensor, guint number,
                                         const EffNetConstant *shape,
                                         EffNetQuantisation *quantisation, const EffNetGraph *graph,
                                         GError **error);

#endif
