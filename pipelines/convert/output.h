/* SPDX-License-Identifier: BSD-2-Clause */
/* From a graph to a checkpoint of ours. */
#ifndef EFFNET_CONVERT_OUTPUT_H
#define EFFNET_CONVERT_OUTPUT_H

#include "graph.h"

/* Recognises the network of GRAPH (or that it is ARCH, where this is not NULL) and writes it to
 * PATH as safetensors with timm's names. An existing file is replaced once all is written. */
gboolean effnet_graph_write(EffNetGraph *graph, const char *arch, const char *path, GError **error);

#endif
