/* SPDX-License-Identifier: BSD-2-Clause */
#include "output.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <effnet/error.h>

#include "model/names.h"
#include "model/search.h"

static const EffNetGraphLayer *
get_layer(const EffNetGraph *graph, guint index)
{
    return g_ptr_array_index(graph->layers, index);
}

typedef struct {
    EffNetShapes base;
    const EffNetGraph *graph;
} GraphShapes;

/* By their order alone: names say nothing in most files. */
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

/* The last layer is a classifier, or there is none. */
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
        effnet_graph_fail(graph, error, "is no network that reads pictures of 1 or 3 channels");
        return NULL;
    }
    shapes.base.in_channels = (guint)get_layer(graph, 0)->dims[1];
    shapes.base.n_classes = *n_classes = (guint)get_layer(graph, n - 1)->dims[0];
    arch = effnet_shapes_search(&shapes.base, name, &failed);
    if (!arch && !failed) {
        shapes.base.n_classes = 0;
        arch = effnet_shapes_search(&shapes.base, name, &failed);
        shapes.base.n_classes = arch ? 0 : *n_classes;
        *n_classes = shapes.base.n_classes;
    }
    if (failed)
        g_propagate_error(error, g_steal_pointer(&failed));
    else if (!arch)
        explain(&shapes, name, error);
    return arch;
}

/* What networks of the same shapes may differ in: strides, activations, residuals. */
static gboolean
check_layers(const EffNetGraph *graph, const EffNetNetwork *network, GError **error)
{
    guint index = 0;

    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];
        const EffNetGraphLayer *found;

        if (!effnet_layer_has_weights(layer))
            continue;
        found = get_layer(graph, index++);
        if (found->stride != layer->stride ||
            found->grouped != (layer->role == EFFNET_ROLE_DEPTHWISE))
            return effnet_graph_fail(
                graph, error,
                "has a layer %s of stride %u%s, where stride %u%s was "
                "expected",
                found->name, found->stride, found->grouped ? " for each channel" : "",
                layer->stride, layer->role == EFFNET_ROLE_DEPTHWISE ? " for each channel" : "");
    }
    return TRUE;
}

static gboolean
check_acts(const EffNetGraph *graph, const EffNetNetwork *network, gboolean *is_sigmoid,
           GError **error)
{
    static const char *const names[] = {
        [EFFNET_ACT_RELU] = "ReLU",
        [EFFNET_ACT_RELU6] = "ReLU6",
        [EFFNET_ACT_SILU] = "swish",
        [EFFNET_ACT_SIGMOID] = "sigmoid",
    };
    guint expected[EFFNET_ACT_SIGMOID + 1] = {0}, n_sums = 0;

    for (guint i = 0; i < network->n_layers; i++) {
        expected[network->layers[i].act]++;
        n_sums += network->layers[i].residual;
    }
    *is_sigmoid = graph->n_acts[EFFNET_ACT_SIGMOID] == expected[EFFNET_ACT_SIGMOID] + 1;
    expected[EFFNET_ACT_SIGMOID] += *is_sigmoid;
    for (EffNetAct act = EFFNET_ACT_RELU; act <= EFFNET_ACT_SIGMOID; act++)
        if (graph->n_acts[act] != expected[act])
            return effnet_graph_fail(graph, error,
                                     "computes %u times a %s, where a network of such layers has "
                                     "%u",
                                     graph->n_acts[act], names[act], expected[act]);
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

/* scale x + offset of what was stored as 0..255, or, where scale is so large, as 0..1. */
static void
get_normalisation(const EffNetGraph *graph, double mean[3], double std[3])
{
    double range = graph->scale[0] > 0.5 ? 1 : 255;

    for (int i = 0; i < 3; i++) {
        mean[i] = -graph->offset[i] / graph->scale[i] / range;
        std[i] = 1 / (graph->scale[i] * range);
    }
}

/* As whoever opens the checkpoint will demand them. */
static gboolean
check_numbers(const EffNetGraph *graph, GError **error)
{
    double mean[3], std[3];

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
        if (!isfinite((float)mean[i]) || !isfinite((float)std[i]) || !((float)std[i] > 0))
            return effnet_graph_fail(graph, error,
                                     "normalises its picture by a mean of %g and a std of %g, "
                                     "where finite numbers and a std above 0 were expected",
                                     mean[i], std[i]);
    return TRUE;
}

static const char *
tell_padding(const EffNetGraph *graph)
{
    const char *padding = NULL;

    for (guint i = 0; i < graph->layers->len; i++) {
        /* Of odd pictures, "same" has as much on both sides. */
        if (get_layer(graph, i)->padding == EFFNET_PADDING_SAME)
            return "same";
        if (get_layer(graph, i)->padding == EFFNET_PADDING_SYMMETRIC)
            padding = "symmetric";
    }
    return padding;
}

static void
append_channels(GString *text, const char *key, const double values[3])
{
    char number[G_ASCII_DTOSTR_BUF_SIZE];

    g_string_append_printf(text, ",\"%s\":[", key);
    for (int i = 0; i < 3; i++)
        g_string_append_printf(text, "%s%s", i ? "," : "",
                               g_ascii_formatd(number, sizeof number, "%.9g", values[i]));
    g_string_append_c(text, ']');
}

static void
append_normalisation(GString *text, const EffNetGraph *graph)
{
    double mean[3], std[3];

    get_normalisation(graph, mean, std);
    append_channels(text, "mean", mean);
    append_channels(text, "std", std);
}

/* As the hub's config.json, with what it has no key for. Names of ours need no escapes. */
static char *
make_config(const EffNetGraph *graph, const char *name, guint n_classes, gboolean is_sigmoid)
{
    GString *text = g_string_new(NULL);
    const char *padding = tell_padding(graph);
    guint channels = (guint)get_layer(graph, 0)->dims[1];

    g_string_append_printf(text, "{\"architecture\":\"%s\",\"num_classes\":%u", name, n_classes);
    if (is_sigmoid)
        g_string_append(text, ",\"problem_type\":\"multi_label_classification\"");
    g_string_append_printf(text, ",\"pretrained_cfg\":{\"num_classes\":%u", n_classes);
    if (graph->resolution)
        g_string_append_printf(text, ",\"input_size\":[%u,%u,%u]", channels, graph->resolution,
                               graph->resolution);
    if (padding)
        g_string_append_printf(text, ",\"padding\":\"%s\"", padding);
    if (graph->is_normalised)
        append_normalisation(text, graph);
    g_string_append(text, "}}");
    return g_string_free(text, FALSE);
}

typedef struct {
    char *name;
    guint n_dims;
    guint64 dims[4];
    const float *values;
} Tensor;

static void
clear_tensor(gpointer tensor)
{
    g_free(((Tensor *)tensor)->name);
}

static guint64
n_elements(const Tensor *tensor)
{
    guint64 n = 1;

    for (guint i = 0; i < tensor->n_dims; i++)
        n *= tensor->dims[i];
    return n;
}

static GArray *
name_tensors(const EffNetGraph *graph, const EffNetNetwork *network)
{
    const EffNetNaming *naming = effnet_naming_of(network);
    GArray *tensors = g_array_new(FALSE, FALSE, sizeof(Tensor));
    guint index = 0;

    g_array_set_clear_func(tensors, clear_tensor);
    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];
        const EffNetGraphLayer *found;
        Tensor weight = {.n_dims = 4}, bias = {.n_dims = 1};

        if (!effnet_layer_has_weights(layer))
            continue;
        found = get_layer(graph, index++);
        if (layer->role == EFFNET_ROLE_CLASSIFIER)
            weight.n_dims = 2;
        memcpy(weight.dims, found->dims, sizeof weight.dims);
        bias.dims[0] = found->dims[0];
        weight.values = found->weights;
        bias.values = found->bias;
        weight.name = effnet_naming_tensor(naming, layer, EFFNET_PART_WEIGHT);
        bias.name = effnet_naming_tensor(naming, layer, EFFNET_PART_BIAS);
        g_array_append_val(tensors, weight);
        g_array_append_val(tensors, bias);
    }
    return tensors;
}

static char *
make_header(const GArray *tensors, const char *config)
{
    GString *text = g_string_new("{\"__metadata__\":{\"format\":\"pt\",\"config\":\"");
    g_autofree char *escaped = g_strescape(config, NULL);
    guint64 end = 0;

    g_string_append_printf(text, "%s\"}", escaped);
    for (guint i = 0; i < tensors->len; i++) {
        const Tensor *tensor = &g_array_index(tensors, Tensor, i);
        guint64 begin = end;

        end += n_elements(tensor) * sizeof(float);
        g_string_append_printf(text, ",\"%s\":{\"dtype\":\"F32\",\"shape\":[", tensor->name);
        for (guint d = 0; d < tensor->n_dims; d++)
            g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, d ? "," : "", tensor->dims[d]);
        g_string_append_printf(
            text, "],\"data_offsets\":[%" G_GUINT64_FORMAT ",%" G_GUINT64_FORMAT "]}", begin, end);
    }
    g_string_append_c(text, '}');
    while (text->len % 8 != 0) /* tensors are aligned then */
        g_string_append_c(text, ' ');
    return g_string_free(text, FALSE);
}

static gboolean
write_floats(FILE *file, const float *values, guint64 n)
{
    for (guint64 i = 0; i < n; i++) {
        guint32 bits;

        memcpy(&bits, &values[i], sizeof bits);
        bits = GUINT32_TO_LE(bits);
        if (fwrite(&bits, sizeof bits, 1, file) != 1)
            return FALSE;
    }
    return TRUE;
}

static gboolean
write_tensors(FILE *file, const GArray *tensors, const char *header)
{
    guint64 length = GUINT64_TO_LE(strlen(header));
    gboolean ok = fwrite(&length, sizeof length, 1, file) == 1 && fputs(header, file) >= 0;

    for (guint i = 0; ok && i < tensors->len; i++) {
        const Tensor *tensor = &g_array_index(tensors, Tensor, i);

        ok = write_floats(file, tensor->values, n_elements(tensor));
    }
    return ok;
}

static gboolean
write_file(const char *path, const GArray *tensors, const char *config, GError **error)
{
    g_autofree char *part = g_strdup_printf("%s.part", path), *header = NULL;
    FILE *file = g_fopen(part, "wb");
    gboolean ok = file != NULL;
    int why = errno;

    if (ok) {
        header = make_header(tensors, config);
        ok = write_tensors(file, tensors, header);
        why = errno;
        if (fclose(file) != 0 && ok) {
            ok = FALSE;
            why = errno;
        }
        if (ok && g_rename(part, path) != 0) {
            ok = FALSE;
            why = errno;
        }
        if (!ok)
            g_remove(part);
    }
    if (!ok)
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be written: %s", path,
                    g_strerror(why));
    return ok;
}

gboolean
effnet_graph_write(EffNetGraph *graph, const char *name, const char *path, GError **error)
{
    g_autoptr(EffNetArch) arch = NULL;
    g_autoptr(EffNetNetwork) network = NULL;
    g_autoptr(GArray) tensors = NULL;
    g_autofree char *config = NULL;
    gboolean is_sigmoid;
    guint n_classes;

    effnet_graph_sort(graph);
    arch = find_arch(graph, name, &n_classes, error);
    if (!arch)
        return FALSE;
    network =
        effnet_network_new(arch, effnet_arch_get_resolution(arch),
                           (guint)get_layer(graph, 0)->dims[1], n_classes, EFFNET_PADDING_SAME);
    if (!check_layers(graph, network, error) || !check_acts(graph, network, &is_sigmoid, error) ||
        !check_numbers(graph, error))
        return FALSE;
    tensors = name_tensors(graph, network);
    config = make_config(graph, name ? name : effnet_arch_get_name(arch), n_classes, is_sigmoid);
    return write_file(path, tensors, config, error);
}
