/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "layers.h"
#include "search.h"

gboolean
effnet_layer_has(const EffNetLayer *layer, EffNetPart part)
{
    if (part == EFFNET_PART_WEIGHT || !effnet_layer_has_weights(layer))
        return effnet_layer_has_weights(layer);
    return layer->has_norm == (part != EFFNET_PART_BIAS);
}

gboolean
effnet_layer_is_folded(const EffNetCheckpoint *checkpoint, const EffNetNaming *naming,
                       const EffNetLayer *layer)
{
    g_autofree char *gamma = effnet_naming_tensor(naming, layer, EFFNET_PART_NORM_GAMMA);
    g_autofree char *bias = effnet_naming_tensor(naming, layer, EFFNET_PART_BIAS);

    return layer->has_norm && gamma && !effnet_checkpoint_find(checkpoint, gamma) && bias &&
           effnet_checkpoint_find(checkpoint, bias);
}

/* Returns how many dimensions there are. */
static guint
get_shape(const EffNetLayer *layer, EffNetPart part, guint64 dims[4])
{
    dims[0] = layer->out_channels;
    if (part != EFFNET_PART_WEIGHT)
        return 1;
    dims[1] = effnet_layer_filter_channels(layer);
    dims[2] = dims[3] = layer->kernel;
    return layer->role == EFFNET_ROLE_CLASSIFIER ? 2 : 4;
}

/* Dimensions of 1 behind the others do not count: a linear layer and a 1x1 convolution hold the
 * same numbers. */
static gboolean
same_shape(const guint64 *a, guint n_a, const guint64 *b, guint n_b)
{
    for (guint i = 0; i < MAX(n_a, n_b); i++)
        if ((i < n_a ? a[i] : 1) != (i < n_b ? b[i] : 1))
            return FALSE;
    return TRUE;
}

static char *
format_shape(const guint64 *dims, guint n)
{
    GString *text = g_string_new(NULL);

    for (guint i = 0; i < n; i++)
        g_string_append_printf(text, "%s%" G_GUINT64_FORMAT, i ? "x" : "", dims[i]);
    return g_string_free(text, FALSE);
}

static gboolean
has_shape(const EffNetTensor *tensor, const EffNetLayer *layer, EffNetPart part)
{
    guint64 dims[4];
    guint n = get_shape(layer, part, dims);

    return tensor && same_shape(tensor->dims, tensor->n_dims, dims, n);
}

/* What is wrong with the tensor of PART of LAYER, as the end of a sentence. */
static char *
describe(const EffNetCheckpoint *checkpoint, const EffNetNaming *naming, const EffNetLayer *layer,
         EffNetPart part)
{
    g_autofree char *name = effnet_naming_tensor(naming, layer, part);
    g_autofree char *expected = NULL, *found = NULL, *own = NULL;
    const EffNetTensor *tensor = name ? effnet_checkpoint_find(checkpoint, name) : NULL;
    guint64 dims[4];

    expected = format_shape(dims, get_shape(layer, part, dims));
    if (!name) {
        own = effnet_layer_name(layer);
        return g_strdup_printf("has %s's names, in which there is none for %s",
                               effnet_naming_get_name(naming), own);
    }
    if (!tensor)
        return g_strdup_printf("has no tensor %s, where one of shape %s was expected", name,
                               expected);
    if (!effnet_dtype_is_float(tensor->dtype))
        return g_strdup_printf("has a tensor %s of integers, where floating-point numbers were "
                               "expected",
                               name);
    found = format_shape(tensor->dims, tensor->n_dims);
    return g_strdup_printf("has a tensor %s of shape %s, where %s was expected", name, found,
                           expected);
}

const EffNetTensor *
effnet_layer_find(const EffNetCheckpoint *checkpoint, const EffNetNaming *naming,
                  const EffNetLayer *layer, EffNetPart part, GError **error)
{
    g_autofree char *name = effnet_naming_tensor(naming, layer, part), *what = NULL;
    const EffNetTensor *tensor = name ? effnet_checkpoint_find(checkpoint, name) : NULL;

    if (has_shape(tensor, layer, part) && effnet_dtype_is_float(tensor->dtype))
        return tensor;
    what = describe(checkpoint, naming, layer, part);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s %s",
                effnet_checkpoint_get_path(checkpoint), what);
    return NULL;
}

/* The weights of convolutions and linear layers in the checkpoint. */
static gboolean
is_weight(const EffNetTensor *tensor)
{
    return tensor->n_dims >= 2 && effnet_dtype_is_float(tensor->dtype);
}

static guint
count_weights(const EffNetCheckpoint *checkpoint)
{
    guint n = 0;

    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(checkpoint); i++)
        n += is_weight(effnet_checkpoint_get_tensor(checkpoint, i));
    return n;
}

static const char *
find_stranger(const EffNetCheckpoint *checkpoint, const EffNetNaming *naming,
              const EffNetNetwork *network)
{
    g_autoptr(GHashTable) names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < network->n_layers; i++) {
        char *name = effnet_naming_tensor(naming, &network->layers[i], EFFNET_PART_WEIGHT);

        if (name)
            g_hash_table_add(names, name);
    }
    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(checkpoint); i++) {
        const EffNetTensor *tensor = effnet_checkpoint_get_tensor(checkpoint, i);

        if (is_weight(tensor) && !g_hash_table_contains(names, tensor->name))
            return tensor->name;
    }
    return NULL;
}

typedef struct {
    EffNetShapes base;
    const EffNetCheckpoint *checkpoint;
    const EffNetNaming *naming;
} NamedShapes;

static gboolean
get_named(const EffNetShapes *base, const EffNetLayer *layer, guint index, guint64 dims[4])
{
    const NamedShapes *shapes = (const NamedShapes *)base;
    g_autofree char *name = effnet_naming_tensor(shapes->naming, layer, EFFNET_PART_WEIGHT);
    const EffNetTensor *tensor = name ? effnet_checkpoint_find(shapes->checkpoint, name) : NULL;

    if (!tensor)
        return FALSE;
    for (guint i = 0; i < MAX(4, tensor->n_dims); i++) {
        guint64 dim = i < tensor->n_dims ? tensor->dims[i] : 1;

        if (i < 4)
            dims[i] = dim;
        else if (dim != 1)
            return FALSE;
    }
    return TRUE;
}

/* All parts, not the weights alone. */
static gboolean
check_parts(const NamedShapes *shapes, const EffNetArch *arch, GError **error)
{
    g_autoptr(EffNetNetwork) network = effnet_shapes_lay_out(&shapes->base, arch);

    for (guint i = 0; i < network->n_layers; i++) {
        EffNetLayer layer = network->layers[i];

        if (effnet_layer_is_folded(shapes->checkpoint, shapes->naming, &layer))
            layer.has_norm = FALSE;
        for (EffNetPart part = EFFNET_PART_WEIGHT; part <= EFFNET_PART_NORM_VARIANCE; part++)
            if (effnet_layer_has(&layer, part) &&
                !effnet_layer_find(shapes->checkpoint, shapes->naming, &layer, part, error))
                return FALSE;
    }
    return TRUE;
}

/* CondConv: a block's weights are mixed of several, for each picture by what its router says. */
static gboolean
is_conditional(const EffNetCheckpoint *checkpoint)
{
    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(checkpoint); i++)
        if (strstr(effnet_checkpoint_get_tensor(checkpoint, i)->name, ".routing_fn."))
            return TRUE;
    return FALSE;
}

static void
explain(const NamedShapes *shapes, const EffNetArch *arch, gboolean asked_for, GError **error)
{
    g_autoptr(EffNetNetwork) network = effnet_shapes_lay_out(&shapes->base, arch);
    EffNetFit fit = effnet_shapes_compare(&shapes->base, network);
    g_autofree char *what = NULL;

    if (is_conditional(shapes->checkpoint)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                    "%s is of a CondConv network, whose weights are mixed anew for each picture, "
                    "which is not supported",
                    shapes->base.path);
        return;
    }
    if (fit.first)
        what = describe(shapes->checkpoint, shapes->naming, fit.first, EFFNET_PART_WEIGHT);
    else
        what = g_strdup_printf("has a tensor %s that is not in it",
                               find_stranger(shapes->checkpoint, shapes->naming, network));
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                asked_for ? "%s is not of the network %s: it %s"
                          : "%s is of no known network (%s comes closest): it %s",
                shapes->base.path, effnet_arch_get_name(arch), what);
}

EffNetArch *
effnet_layers_match(const EffNetCheckpoint *checkpoint, const EffNetNaming *naming,
                    const char *name, guint in_channels, guint n_classes, GError **error)
{
    const NamedShapes shapes = {
        .base = {.path = effnet_checkpoint_get_path(checkpoint),
                 .n_weights = count_weights(checkpoint),
                 .in_channels = in_channels,
                 .n_classes = n_classes,
                 .get = get_named},
        .checkpoint = checkpoint,
        .naming = naming,
    };
    g_autoptr(GError) failed = NULL;
    g_autoptr(EffNetArch) arch = effnet_shapes_search(&shapes.base, name, &failed), other = NULL;

    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return NULL;
    }
    if (arch)
        return check_parts(&shapes, arch, error) ? g_steal_pointer(&arch) : NULL;
    other = name ? effnet_arch_new(name, NULL) : effnet_shapes_closest(&shapes.base);
    explain(&shapes, other, name != NULL, error);
    return NULL;
}
