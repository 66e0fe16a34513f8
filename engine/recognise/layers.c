/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "../arch/arch.h"
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
effnet_layer_is_folded(const EffNetState *state, const EffNetLayer *layer)
{
    g_autofree char *gamma = effnet_state_tensor(state, layer, EFFNET_PART_NORM_GAMMA);

    return layer->has_norm && gamma && !effnet_checkpoint_find(state->checkpoint, gamma) &&
           effnet_state_find(state, layer, EFFNET_PART_BIAS);
}

gboolean
effnet_layer_lacks_bias(const EffNetState *state, const EffNetLayer *layer, EffNetPart part)
{
    gboolean may = layer->unbiased || (effnet_layer_is_of_head(layer) &&
                                       effnet_head_may_lack_bias(&state->head, layer));

    return part == EFFNET_PART_BIAS && may && !effnet_state_find(state, layer, part);
}

/* Sets DIMS to the shape of PART of LAYER; returns the number of dimensions. */
static guint
get_shape(const EffNetLayer *layer, EffNetPart part, guint64 dims[4])
{
    dims[0] = layer->out_channels;
    if (part != EFFNET_PART_WEIGHT)
        return 1;
    dims[1] = effnet_layer_stored_channels(layer);
    dims[2] = dims[3] = layer->kernel;
    return effnet_layer_is_of_head(layer) ? 2 : 4;
}

/* Trailing dimensions of 1 do not count: a linear layer and a 1x1 convolution hold the same
 * numbers. */
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

/* What is wrong with the tensor of PART of LAYER, as the end of a sentence. For g_free(). */
static char *
describe(const EffNetState *state, const EffNetLayer *layer, EffNetPart part)
{
    g_autofree char *name = effnet_state_tensor(state, layer, part);
    g_autofree char *expected = NULL, *found = NULL, *own = NULL;
    const EffNetTensor *tensor = effnet_state_find(state, layer, part);
    guint64 dims[4];

    expected = format_shape(dims, get_shape(layer, part, dims));
    if (!name) {
        own = effnet_layer_name(layer);
        return g_strdup_printf("has %s's names, in which there is none for %s", state->naming->name,
                               own);
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
effnet_layer_find(const EffNetState *state, const EffNetLayer *layer, EffNetPart part,
                  GError **error)
{
    const EffNetTensor *tensor = effnet_state_find(state, layer, part);
    g_autofree char *what = NULL;

    if (has_shape(tensor, layer, part) && effnet_dtype_is_float(tensor->dtype))
        return tensor;
    what = describe(state, layer, part);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s %s",
                effnet_checkpoint_get_path(state->checkpoint), what);
    return NULL;
}

/* Counts the weights of convolutions and linear layers. */
static guint
count_weights(const EffNetState *state)
{
    guint n = 0;

    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(state->checkpoint); i++)
        n += effnet_state_is_weight(state, effnet_checkpoint_get_tensor(state->checkpoint, i));
    return n;
}

/* The names of NETWORK's tensors, of the parts up to LAST. */
static GHashTable *
list_names(const EffNetState *state, const EffNetNetwork *network, EffNetPart last)
{
    GHashTable *names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < network->n_layers; i++) {
        EffNetLayer layer = network->layers[i];

        if (effnet_layer_is_folded(state, &layer))
            layer.has_norm = FALSE;
        for (EffNetPart part = EFFNET_PART_WEIGHT; part <= last; part++) {
            char *name =
                effnet_layer_has(&layer, part) ? effnet_state_tensor(state, &layer, part) : NULL;

            if (name)
                g_hash_table_add(names, name);
        }
    }
    effnet_head_add_norms(&state->head, names);
    return names;
}

static const char *
find_stranger(const EffNetState *state, const EffNetNetwork *network)
{
    g_autoptr(GHashTable) names = list_names(state, network, EFFNET_PART_WEIGHT);

    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(state->checkpoint); i++) {
        const EffNetTensor *tensor = effnet_checkpoint_get_tensor(state->checkpoint, i);

        if (effnet_state_is_weight(state, tensor) && !g_hash_table_contains(names, tensor->name))
            return tensor->name;
    }
    return NULL;
}

typedef struct {
    EffNetShapes base;
    const EffNetState *state;
} NamedShapes;

static gboolean
get_named(const EffNetShapes *base, const EffNetLayer *layer, guint index, guint64 dims[4])
{
    const EffNetTensor *tensor =
        effnet_state_find(((const NamedShapes *)base)->state, layer, EFFNET_PART_WEIGHT);

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

/* Checks all parts, not only weights, and that no other tensor counts. */
static gboolean
check_parts(const NamedShapes *shapes, const EffNetArch *arch, GPtrArray *left_out, GError **error)
{
    g_autoptr(EffNetNetwork) network = effnet_shapes_lay_out(&shapes->base, arch);
    g_autoptr(GHashTable) used = NULL;

    for (guint i = 0; i < network->n_layers; i++) {
        EffNetLayer layer = network->layers[i];

        if (effnet_layer_is_folded(shapes->state, &layer))
            layer.has_norm = FALSE;
        for (EffNetPart part = EFFNET_PART_WEIGHT; part <= EFFNET_PART_NORM_VARIANCE; part++)
            if (effnet_layer_has(&layer, part) &&
                !effnet_layer_lacks_bias(shapes->state, &layer, part) &&
                !effnet_layer_find(shapes->state, &layer, part, error))
                return FALSE;
    }
    used = list_names(shapes->state, network, EFFNET_PART_NORM_VARIANCE);
    return effnet_state_check_rest(shapes->state, used, left_out, error);
}

/* Networks without a row that are known by a tensor's name, as timm, torchvision and others give
 * it. */
static const struct {
    const char *tensor, *what;
} unsupported[] = {
    {"*.routing_fn.*", "CondConv, whose weights are mixed anew for each image"},
    {"*blocks.*.conv_dw.0.weight", "MixNet, whose layers have kernels of several sizes"},
    {"*layer?.*.se.fc1.weight", "SE-ResNet, which has gates before its shortcuts"},
    {"*layer?.*.se_module.fc1.weight", "SE-ResNet, which has gates before its shortcuts"},
    {"*layer?.*.se.conv.weight", "ECA-ResNet, which has gates before its shortcuts"},
    {"*s1.b1.conv1.conv.weight", "RegNet, whose convolutions are in groups"},
    {"*trunk_output.block1.*", "RegNet, whose convolutions are in groups"},
    {"*.attn.*", "a network with attention"},
    {"*attnpool.*", "a network with attention"},
};

/* What the network is, where it is known and has no row; else NULL. */
static const char *
find_unsupported(const EffNetCheckpoint *checkpoint)
{
    guint n = effnet_checkpoint_get_n_tensors(checkpoint);

    for (gsize i = 0; i < G_N_ELEMENTS(unsupported); i++)
        for (guint k = 0; k < n; k++)
            if (g_pattern_match_simple(unsupported[i].tensor,
                                       effnet_checkpoint_get_tensor(checkpoint, k)->name))
                return unsupported[i].what;
    return NULL;
}

static void
explain(const NamedShapes *shapes, const EffNetArch *arch, gboolean asked_for, GError **error)
{
    g_autoptr(EffNetNetwork) network = effnet_shapes_lay_out(&shapes->base, arch);
    EffNetFit fit = effnet_shapes_compare(&shapes->base, network);
    const char *known = find_unsupported(shapes->state->checkpoint);
    g_autofree char *what = NULL;

    if (known) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s is not supported: it is of %s",
                    shapes->base.path, known);
        return;
    }
    if (fit.first)
        what = describe(shapes->state, fit.first, EFFNET_PART_WEIGHT);
    else
        what = g_strdup_printf("has a tensor %s that is not in it",
                               find_stranger(shapes->state, network));
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                asked_for ? "%s is not of the network %s: it %s"
                          : "%s is of no known network (%s comes closest): it %s",
                shapes->base.path, effnet_arch_get_name(arch), what);
}

/* The network that fits, with a head that reads maxima of channels if that is what fits. */
static EffNetArch *
search(NamedShapes *shapes, const char *name, GError **error)
{
    g_autoptr(GError) failed = NULL;
    g_autoptr(EffNetArch) arch = effnet_shapes_search(&shapes->base, name, &failed);
    EffNetHead head;

    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return NULL;
    }
    if (arch || shapes->base.n_classes == 0)
        return g_steal_pointer(&arch);
    shapes->base.head.max_pool = TRUE;
    arch = effnet_shapes_search(&shapes->base, name, error);
    shapes->base.head.max_pool = arch != NULL;
    if (!arch)
        return NULL;
    head = arch->head;
    head.max_pool = TRUE;
    return effnet_arch_new_head(arch, &head);
}

EffNetArch *
effnet_layers_match(const EffNetState *state, const char *name, guint in_channels, guint n_classes,
                    GPtrArray *left_out, GError **error)
{
    NamedShapes shapes = {
        .base = {.path = effnet_checkpoint_get_path(state->checkpoint),
                 .n_weights = count_weights(state),
                 .in_channels = in_channels,
                 .n_classes = n_classes,
                 .get = get_named},
        .state = state,
    };
    g_autoptr(GError) failed = NULL;
    g_autoptr(EffNetArch) arch = NULL, other = NULL;

    effnet_head_get(&state->head, state->checkpoint, &shapes.base.head);
    arch = search(&shapes, name, &failed);
    if (failed) {
        g_propagate_error(error, g_steal_pointer(&failed));
        return NULL;
    }
    if (arch)
        return check_parts(&shapes, arch, left_out, error) ? g_steal_pointer(&arch) : NULL;
    other = name ? effnet_arch_new(name, NULL) : effnet_shapes_closest(&shapes.base);
    explain(&shapes, other, name != NULL, error);
    return NULL;
}
