/* SPDX-License-Identifier: BSD-2-Clause */
/* From a graph to one of our checkpoints. */
#ifndef EFFNET_CONVERT_OUTPUT_H
#define EFFNET_CONVERT_OUTPUT_H

#include "graph.h"

/* Recognises GRAPH's network (if ARCH is not NULL, as ARCH), and writes it to PATH as safetensors
 * with timm's names, and with LABELS (NULL: none), which are those of the file LABELS_FILE. An
 * existing file is replaced once all is written. */
gboolean effnet_graph_write(EffNetGraph *graph, const char *arch, const char *labels_file,
                            char **labels, const char *path, GError **error);

#endif
