/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/error.h>

#include "layers.h"

gboolean
effnet_layer_has(const EffNetLayer *layer, EffNetPart part)
{
    if (part == EFFNET_PART_WEIGHT || !effnet_layer_has_weights(layer))
        return effnet_layer_has_weights(layer);
    return layer->has_norm == (part != EFFNET_PART_BIAS);
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
    if (tensor->dtype == EFFNET_DTYPE_OTHER)
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

    if (has_shape(tensor, layer, part) && tensor->dtype != EFFNET_DTYPE_OTHER)
        return tensor;
    what = describe(checkpoint, naming, layer, part);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s %s",
                effnet_checkpoint_get_path(checkpoint), what);
    return NULL;
}

/* How far a network is from what is in the checkpoint. */
typedef struct {
    guint n_wrong; /* weights missing or of another shape */
    guint n_right;
    const EffNetLayer *first; /* of those that are wrong */
} Fit;

static Fit
compare(const EffNetCheckpoint *checkpoint, const EffNetNaming *naming,
        const EffNetNetwork *network)
{
    Fit fit = {0};

    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];
        g_autofree char *name = effnet_naming_tensor(naming, layer, EFFNET_PART_WEIGHT);

        if (!effnet_layer_has_weights(layer))
            continue;
        if (name &&
            has_shape(effnet_checkpoint_find(checkpoint, name), layer, EFFNET_PART_WEIGHT)) {
            fit.n_right++;
            continue;
        }
        if (!fit.n_wrong++)
            fit.first = layer;
    }
    return fit;
}

/* The weights of convolutions and linear layers in the checkpoint. */
static gboolean
is_weight(const EffNetTensor *tensor)
{
    return tensor->n_dims >= 2 && tensor->dtype != EFFNET_DTYPE_OTHER;
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
    const EffNetCheckpoint *checkpoint;
    const EffNetNaming *naming;
    guint in_channels, n_classes, n_weights;
} Matcher;

static EffNetNetwork *
lay_out(const Matcher *matcher, const EffNetArch *arch)
{
    return effnet_network_new(arch, effnet_arch_get_resolution(arch), matcher->in_channels,
                              matcher->n_classes, EFFNET_PADDING_SAME);
}

/* 0: it fits. */
static guint
distance(const Matcher *matcher, const EffNetArch *arch)
{
    g_autoptr(EffNetNetwork) network = lay_out(matcher, arch);
    Fit fit = compare(matcher->checkpoint, matcher->naming, network);

    return fit.n_wrong + (matcher->n_weights - MIN(fit.n_right, matcher->n_weights));
}

/* All parts, not the weights alone. */
static gboolean
check_parts(const Matcher *matcher, const EffNetArch *arch, GError **error)
{
    g_autoptr(EffNetNetwork) network = lay_out(matcher, arch);

    for (guint i = 0; i < network->n_layers; i++)
        for (EffNetPart part = EFFNET_PART_WEIGHT; part <= EFFNET_PART_NORM_VARIANCE; part++)
            if (effnet_layer_has(&network->layers[i], part) &&
                !effnet_layer_find(matcher->checkpoint, matcher->naming, &network->layers[i], part,
                                   error))
                return FALSE;
    return TRUE;
}

static void
explain(const Matcher *matcher, const EffNetArch *arch, gboolean asked_for, GError **error)
{
    g_autoptr(EffNetNetwork) network = lay_out(matcher, arch);
    Fit fit = compare(matcher->checkpoint, matcher->naming, network);
    g_autofree char *what = NULL;

    if (fit.first)
        what = describe(matcher->checkpoint, matcher->naming, fit.first, EFFNET_PART_WEIGHT);
    else
        what = g_strdup_printf("has a tensor %s that is not in it",
                               find_stranger(matcher->checkpoint, matcher->naming, network));
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL,
                asked_for ? "%s is not of the network %s: it %s"
                          : "%s is of no known network (%s comes closest): it %s",
                effnet_checkpoint_get_path(matcher->checkpoint), effnet_arch_get_name(arch), what);
}

/* The one that fits is found without looking at those that have another number of layers. */
static gboolean
has_as_many_weights(const Matcher *matcher, const EffNetArch *arch)
{
    g_autoptr(EffNetNetwork) network = lay_out(matcher, arch);
    guint n = 0;

    for (guint i = 0; i < network->n_layers; i++)
        n += effnet_layer_has_weights(&network->layers[i]);
    return n == matcher->n_weights;
}

static EffNetArch *
find_fitting(const Matcher *matcher)
{
    for (const char *const *name = effnet_arch_list(); *name; name++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(*name, NULL);

        if (has_as_many_weights(matcher, arch) && distance(matcher, arch) == 0)
            return g_steal_pointer(&arch);
    }
    return NULL;
}

static EffNetArch *
find_closest(const Matcher *matcher, guint *least)
{
    EffNetArch *closest = NULL;

    *least = G_MAXUINT;
    for (const char *const *name = effnet_arch_list(); *name; name++) {
        EffNetArch *arch = effnet_arch_new(*name, NULL);
        guint far = distance(matcher, arch);

        if (far < *least) {
            g_clear_pointer(&closest, effnet_arch_unref);
            closest = g_steal_pointer(&arch);
            *least = far;
        }
        g_clear_pointer(&arch, effnet_arch_unref);
    }
    return closest;
}

EffNetArch *
effnet_layers_match(const EffNetCheckpoint *checkpoint, const EffNetNaming *naming,
                    const char *name, guint in_channels, guint n_classes, GError **error)
{
    Matcher matcher = {checkpoint, naming, in_channels, n_classes, count_weights(checkpoint)};
    g_autoptr(EffNetArch) arch = NULL;
    guint far = 0;

    if (name) {
        arch = effnet_arch_new(name, error);
        if (!arch)
            return NULL;
        far = distance(&matcher, arch);
    } else {
        arch = find_fitting(&matcher);
        if (!arch)
            arch = find_closest(&matcher, &far);
    }
    if (far > 0) {
        explain(&matcher, arch, name != NULL, error);
        return NULL;
    }
    return check_parts(&matcher, arch, error) ? g_steal_pointer(&arch) : NULL;
}
