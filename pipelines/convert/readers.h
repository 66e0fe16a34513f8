/* SPDX-License-Identifier: BSD-2-Clause */
/* The file formats' readers: each fills in a graph from DATA, which stays the caller's and must
 * live until the graph's numbers have been read. */
#ifndef EFFNET_CONVERT_READERS_H
#define EFFNET_CONVERT_READERS_H

#include "graph.h"

gboolean effnet_onnx_read(EffNetGraph *graph, const guint8 *data, gsize n, GError **error);
/* .h5, .weights.h5 and .keras. NAME: as for effnet_graph_write(). Only if the program was built
 * with the HDF5 library. */
gboolean effnet_keras_read(EffNetGraph *graph, const guint8 *data, gsize n, const char *name,
                           GError **error);
gboolean effnet_tflite_read(EffNetGraph *graph, const guint8 *data, gsize n, GError **error);

#endif
