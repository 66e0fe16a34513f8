/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert/readers.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");

    if (effnet_tflite_read(graph, data, size, &error) != (error == NULL))
        g_error("neither a graph nor an error, or both");
    effnet_graph_sort(graph);
    return 0;
}
