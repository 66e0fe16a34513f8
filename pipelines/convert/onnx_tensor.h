/* SPDX-License-Identifier: BSD-2-Clause */
/* ONNX's tensors, whose numbers are in the file itself or in one beside it. */
#ifndef EFFNET_CONVERT_ONNX_TENSOR_H
#define EFFNET_CONVERT_ONNX_TENSOR_H

#include "graph.h"
#include "protobuf.h"

#define EFFNET_ONNX_MAX_INTS 8

typedef struct {
    guint n; /* integers that are kept */
    gint64 at[EFFNET_ONNX_MAX_INTS];
} EffNetOnnxInts;

/* Appends one integer, or packed ones. */
void effnet_onnx_append_ints(EffNetOnnxInts *ints, const EffNetProtoField *field);

typedef struct {
    EffNetProtoField name;
    EffNetConstant constant; /* its data live as long as the graph and the message */
    EffNetOnnxInts ints;     /* if CONSTANT has no floats */
    guint64 n_counted;       /* how many they are, if they are 0, 1, 2 and so on; otherwise 0 */
} EffNetOnnxTensor;

/* Reads the message PROTO in GRAPH's file. */
gboolean effnet_onnx_tensor_read(EffNetOnnxTensor *tensor, EffNetProto proto, EffNetGraph *graph,
                                 GError **error);

#endif
