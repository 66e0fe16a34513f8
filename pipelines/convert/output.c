/* SPDX-License-Identifier: BSD-2-Clause */
#include "output.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "recognise/config.h"
#include "recognise/labels.h"
#include "recognise/naming.h"
#include "checkpoint/safetensors_writer.h"
#include "recognise/search.h"

static const EffNetGraphLayer *
get_layer(const EffNetGraph *graph, guint index)
{
    return g_ptr_array_index(graph->layers, index);
}

typedef struct {
    EffNetShapes base;
    const EffNetGraph *graph;
} GraphShapes;

/* By order only: in most files names say nothing. */
static gboolean
get_shape(const EffNetShapes *base, const EffNetLayer *layer, guint index, guint64 dims[4])
{
    const EffNetGraph *graph = ((const GraphShapes *)base)->graph;

    if (index >= graph->layers->len)
        return FALSE;
    memcpy(dims, get_layer(graph, index)->dims, sizeof get_layer(graph, index)->dims);
    return TRUE;
}

static void
explain(const GraphShapes *shapes, const char *name, GError **error)
{
    g_autoptr(EffNetArch) arch =
        name ? effnet_arch_new(name, NULL) : effnet_shapes_closest(&shapes->base);
    g_autoptr(EffNetNetwork) network = effnet_shapes_lay_out(&shapes->base, arch);
    EffNetFit fit = effnet_shapes_compare(&shapes->base, network);
    g_autofree char *layer = fit.first ? effnet_layer_name(fit.first) : g_strdup("no layer");

    effnet_graph_fail(shapes->graph, error,
                      "has %u layers with weights, of which %u are as those of %s, and %s is the "
                      "first that differs: it is no network of the family that is known",
                      shapes->base.n_weights, fit.n_right, effnet_arch_get_name(arch), layer);
}

/* The network with N hidden layers before its classifier. */
static EffNetArch *
find_with_hidden(GraphShapes *shapes, const char *name, guint n, GError **error)
{
    guint first = shapes->graph->layers->len - 1 - n;
    g_autoptr(EffNetArch) arch = NULL;
    EffNetHead head = {.n_hidden = n};

    if (shapes->graph->layers->len < n + 2)
        return NULL;
    for (guint i = 0; i < n; i++) {
        head.hidden[i].units =
            (guint)MIN(get_layer(shapes->graph, first + i)->dims[0], G_MAXUINT16);
        head.hidden[i].act = get_layer(shapes->graph, first + i)->act;
    }
    shapes->base.head = head;
    arch = effnet_shapes_search(&shapes->base, name, error);
    shapes->base.head.n_hidden = 0;
    for (guint i = 0; arch && i < n; i++)
        if (head.hidden[i].act == EFFNET_GRAPH_ACT_CLAMP) {
            effnet_graph_fail(shapes->graph, error,
                              "has a hidden layer %s, of whose activation its quantised outputs do "
                              "not tell whether it is ReLU or ReLU6",
                              get_layer(shapes->graph, first + i)->name);
            return NULL;
        }
    return arch ? effnet_arch_new_head(arch, &head) : NULL;
}

/* The last layer is the classifier, or there is none. */
static EffNetArch *
find_arch(const EffNetGraph *graph, const char *name, guint *n_classes, GError **error)
{
    guint n = graph->layers->len;
    GraphShapes shapes = {.base = {.path = graph->path, .n_weights = n, .get = get_shape},
                          .graph = graph};
    g_autoptr(GError) failed = NULL;
    EffNetArch *arch = NULL;

    if (n < 2 || get_layer(graph, n - 1)->dims[0] > G_MAXINT32 ||
        (get_layer(graph, 0)->dims[1] != 3 && get_layer(graph, 0)->dims[1] != 1)) {
        effnet_graph_fail(graph, error, "is no network that reads images of 1 or 3 channels");
        return NULL;
    }
    shapes.base.in_channels = (guint)get_layer(graph, 0)->dims[1];
    shapes.base.n_classes = (guint)get_layer(graph, n - 1)->dims[0];
    arch = effnet_shapes_search_head(&shapes.base, name, &failed);
    for (guint hidden = 1; !arch && !failed && hidden <= EFFNET_MAX_HIDDEN; hidden++)
        arch = find_with_hidden(&shapes, name, hidden, &failed);
    *n_classes = shapes.base.n_classes;
    if (failed)
        g_propagate_error(error, g_steal_pointer(&failed));
    else if (!arch)
        explain(&shapes, name, error);
    return arch;
}

/* Checks what networks with the same shapes may differ in: strides, activations, residuals. */
static gboolean
check_layers(const EffNetGraph *graph, const EffNetNetwork *network, GError **error)
{
    guint index = 0;

    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];
        gboolean depthwise = effnet_layer_is_depthwise(layer);
        const EffNetGraphLayer *found;

        if (!effnet_layer_has_weights(layer))
            continue;
        found = get_layer(graph, index++);
        if (found->stride != layer->stride || found->grouped != depthwise)
            return effnet_graph_fail(graph, error,
                                     "has a layer %s of stride %u%s, where stride %u%s was "
                                     "expected",
                                     found->name, found->stride,
                                     found->grouped ? " for each channel" : "", layer->stride,
                                     depthwise ? " for each channel" : "");
        if (found->averages != layer->averages)
            return effnet_graph_fail(
                graph, error, "has a layer %s that reads %s, where it was expected to read %s",
                found->name, found->averages ? "means of 2x2 pixels" : "every second pixel",
                layer->averages ? "means of 2x2 pixels" : "every second pixel");
        if (!depthwise && found->groups != layer->in_channels / effnet_layer_stored_channels(layer))
            return effnet_graph_fail(
                graph, error, "has a layer %s of %u groups, where %u was expected", found->name,
                found->groups, layer->in_channels / effnet_layer_stored_channels(layer));
    }
    return TRUE;
}

static gboolean
check_acts(const EffNetGraph *graph, const EffNetNetwork *network, gboolean *is_sigmoid,
           GError **error)
{
    guint expected[EFFNET_ACTS] = {0}, n_sums = 0;
    EffNetAct clamp;

    for (guint i = 0; i < network->n_layers; i++) {
        expected[network->layers[i].act]++;
        n_sums += network->layers[i].residual;
    }
    clamp = expected[EFFNET_ACT_RELU6] > 0 ? EFFNET_ACT_RELU6 : EFFNET_ACT_RELU;
    *is_sigmoid = graph->n_acts[EFFNET_ACT_SIGMOID] == expected[EFFNET_ACT_SIGMOID] + 1;
    expected[EFFNET_ACT_SIGMOID] += *is_sigmoid;
    for (EffNetAct act = EFFNET_ACT_NONE + 1; act < EFFNET_ACTS; act++) {
        guint found = graph->n_acts[act];

        if (act == clamp)
            found += graph->n_acts[EFFNET_GRAPH_ACT_CLAMP];
        if (found != expected[act])
            return effnet_graph_fail(graph, error,
                                     "computes %u times a %s, where a network of such layers has "
                                     "%u",
                                     found, effnet_act_get_names(act)->label, expected[act]);
    }
    if (graph->n_sums != n_sums)
        return effnet_graph_fail(graph, error,
                                 "has %u residuals, where a network of such layers has %u",
                                 graph->n_sums, n_sums);
    return TRUE;
}

static gboolean
are_finite(const float *values, guint64 n)
{
    for (guint64 i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return FALSE;
    return TRUE;
}

/* From scale * x + offset, for pixels stored as 0..255 or, if scale is too large for that, as
 * 0..1. */
static void
get_normalisation(const EffNetGraph *graph, float mean[3], float std[3])
{
    double range = graph->scale[0] > 0.5 && !graph->reads_bytes ? 1 : 255;

    for (int i = 0; i < 3; i++) {
        mean[i] = (float)((0 - graph->offset[i]) / graph->scale[i] / range);
        std[i] = (float)(1 / (graph->scale[i] * range));
    }
}

/* As opening the checkpoint will require. */
static gboolean
check_numbers(const EffNetGraph *graph, GError **error)
{
    float mean[3], std[3];

    for (guint i = 0; i < graph->layers->len; i++) {
        const EffNetGraphLayer *layer = get_layer(graph, i);

        if (!are_finite(layer->weights,
                        layer->dims[0] * layer->dims[1] * layer->dims[2] * layer->dims[3]) ||
            !are_finite(layer->bias, layer->dims[0]))
            return effnet_graph_fail(graph, error,
                                     "has a layer %s with weights or biases that are not finite, "
                                     "its batch norm counted in",
                                     layer->name);
    }
    get_normalisation(graph, mean, std);
    for (int i = 0; graph->is_normalised && i < 3; i++)
        if (!isfinite(mean[i]) || !isfinite(std[i]) || !(std[i] > 0))
            return effnet_graph_fail(graph, error,
                                     "normalises its input by a mean of %g and a std of %g, where "
                                     "finite numbers and a std above 0 were expected",
                                     mean[i], std[i]);
    return TRUE;
}

/* For images of odd size, "same" padding is the same on both sides. */
static EffNetPadding
tell_padding(const EffNetGraph *graph)
{
    EffNetPadding padding = EFFNET_PADDING_AUTO;

    for (guint i = 0; i < graph->layers->len; i++) {
        if (get_layer(graph, i)->padding == EFFNET_PADDING_SAME)
            return EFFNET_PADDING_SAME;
        if (get_layer(graph, i)->padding == EFFNET_PADDING_SYMMETRIC)
            padding = EFFNET_PADDING_SYMMETRIC;
    }
    return padding;
}

static void
set_config(EffNetSafetensorsWriter *writer, const EffNetGraph *graph, const char *name,
           guint n_classes, gboolean is_sigmoid, const char *const *labels)
{
    g_autofree char *config = NULL;
    EffNetModelInfo info = {
        .arch = name,
        .resolution = graph->resolution,
        .in_channels = (guint)get_layer(graph, 0)->dims[1],
        .n_classes = n_classes,
        .padding = tell_padding(graph),
        .activation = is_sigmoid ? EFFNET_ACTIVATION_SIGMOID : graph->activation,
        .crop_fraction = graph->is_uncropped ? 1 : 0,
        .labels = labels,
    };

    if (graph->is_normalised)
        get_normalisation(graph, info.mean, info.std);
    config = effnet_config_to_json(&info);
    effnet_safetensors_writer_set_metadata(writer, "format", "pt");
    effnet_safetensors_writer_set_metadata(writer, "config", config);
}

/* Adds PART of LAYER with VALUES, which stay FOUND's. */
static void
add_tensor(EffNetSafetensorsWriter *writer, const EffNetNaming *naming, const EffNetLayer *layer,
           EffNetPart part, const EffNetGraphLayer *found, const float *values)
{
    g_autofree char *name = effnet_naming_tensor(naming, layer, part);
    guint n_dims = part == EFFNET_PART_BIAS ? 1 : effnet_layer_is_of_head(layer) ? 2 : 4;
    gsize n = 1;

    for (guint i = 0; i < n_dims; i++)
        n *= found->dims[i];
    effnet_safetensors_writer_add(writer, name, EFFNET_DTYPE_F32, n_dims, found->dims,
                                  g_bytes_new_static(values, n * sizeof *values));
}

static void
add_tensors(EffNetSafetensorsWriter *writer, const EffNetGraph *graph, const EffNetNetwork *network)
{
    const EffNetNaming *naming = effnet_naming_of(network);
    guint index = 0;

    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];
        const EffNetGraphLayer *found;

        if (!effnet_layer_has_weights(layer))
            continue;
        found = get_layer(graph, index++);
        add_tensor(writer, naming, layer, EFFNET_PART_WEIGHT, found, found->weights);
        add_tensor(writer, naming, layer, EFFNET_PART_BIAS, found, found->bias);
    }
}

gboolean
effnet_graph_write(EffNetGraph *graph, const char *name, const char *labels_file, char **labels,
                   const char *path, GError **error)
{
    g_autoptr(EffNetArch) arch = NULL;
    g_autoptr(EffNetNetwork) network = NULL;
    g_autoptr(EffNetSafetensorsWriter) writer = effnet_safetensors_writer_new();
    gboolean is_sigmoid;
    guint n_classes;

    effnet_graph_sort(graph);
    arch = find_arch(graph, name, &n_classes, error);
    if (!arch)
        return FALSE;
    network =
        effnet_network_new(arch, effnet_arch_get_resolution(arch),
                           (guint)get_layer(graph, 0)->dims[1], n_classes, EFFNET_PADDING_SAME);
    if (!effnet_graph_check_norms(graph, error) || !check_layers(graph, network, error) ||
        !check_acts(graph, network, &is_sigmoid, error) || !check_numbers(graph, error))
        return FALSE;
    if (labels && !effnet_labels_check(labels_file, labels, n_classes, error))
        return FALSE;
    set_config(writer, graph, name ? name : effnet_arch_get_name(arch), n_classes, is_sigmoid,
               (const char *const *)labels);
    add_tensors(writer, graph, network);
    return effnet_safetensors_writer_finish(writer, path, error);
}
