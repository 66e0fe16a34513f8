/* SPDX-License-Identifier: BSD-2-Clause */
#include "search.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "../arch/arch.h"

/* Farther than anybody scales; effnet_arch_new_scaled() has the final say. */
#define MIN_FACTOR 0.01
#define MAX_FACTOR 64.0
#define HALVINGS   48

EffNetNetwork *
effnet_shapes_lay_out(const EffNetShapes *shapes, const EffNetArch *arch)
{
    EffNetArch with = *arch;

    if (with.head.n_hidden == 0)
        with.head = shapes->head;
    with.head.max_pool = arch->head.max_pool || shapes->head.max_pool;
    return effnet_network_new(&with, effnet_arch_get_resolution(arch), shapes->in_channels,
                              shapes->n_classes, EFFNET_PADDING_SAME);
}

static gboolean
has_shape(const EffNetLayer *layer, const guint64 dims[4])
{
    return dims[0] == layer->out_channels && dims[1] == effnet_layer_stored_channels(layer) &&
           dims[2] == layer->kernel && dims[3] == layer->kernel;
}

EffNetFit
effnet_shapes_compare(const EffNetShapes *shapes, const EffNetNetwork *network)
{
    EffNetFit fit = {0};
    guint index = 0;
    guint64 dims[4];

    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];

        if (!effnet_layer_has_weights(layer))
            continue;
        if (shapes->get(shapes, layer, index++, dims) && has_shape(layer, dims))
            fit.n_right++;
        else if (!fit.n_wrong++)
            fit.first = layer;
    }
    return fit;
}

guint
effnet_shapes_distance(const EffNetShapes *shapes, const EffNetArch *arch)
{
    g_autoptr(EffNetNetwork) network = effnet_shapes_lay_out(shapes, arch);
    EffNetFit fit = effnet_shapes_compare(shapes, network);

    return fit.n_wrong + (shapes->n_weights - MIN(fit.n_right, shapes->n_weights));
}

static guint
count_weights(const EffNetShapes *shapes, const EffNetArch *arch)
{
    g_autoptr(EffNetNetwork) network = effnet_shapes_lay_out(shapes, arch);
    guint n = 0;

    for (guint i = 0; i < network->n_layers; i++)
        n += effnet_layer_has_weights(&network->layers[i]);
    return n;
}

/* Whether ARCH fits. Networks with another number of layers are excluded first. */
static gboolean
fits(const EffNetShapes *shapes, const EffNetArch *arch)
{
    return count_weights(shapes, arch) == shapes->n_weights &&
           effnet_shapes_distance(shapes, arch) == 0;
}

static EffNetArch *
find_named(const EffNetShapes *shapes)
{
    for (const char *const *name = effnet_arch_list(); *name; name++) {
        g_autoptr(EffNetArch) arch = effnet_arch_new(*name, NULL);

        if (fits(shapes, arch))
            return g_steal_pointer(&arch);
    }
    return NULL;
}

/* A question about a factor, answered with no up to some value and with yes beyond. */
typedef gboolean (*Question)(const EffNetShapes *shapes, EffNetArch *arch, double factor);

static gboolean
has_enough_layers(const EffNetShapes *shapes, EffNetArch *arch, double depth)
{
    arch->depth = depth;
    return count_weights(shapes, arch) >= shapes->n_weights;
}

static gboolean
has_too_many_layers(const EffNetShapes *shapes, EffNetArch *arch, double depth)
{
    arch->depth = depth;
    return count_weights(shapes, arch) > shapes->n_weights;
}

/* If TOO_WIDE, whether any layer has more channels than the shapes; if not, whether none has
 * fewer. */
static gboolean
compare_widths(const EffNetShapes *shapes, EffNetArch *arch, double width, gboolean too_wide)
{
    g_autoptr(EffNetNetwork) network = NULL;
    guint index = 0;
    guint64 dims[4];

    arch->width = width;
    network = effnet_shapes_lay_out(shapes, arch);
    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];

        if (!effnet_layer_has_weights(layer) || !shapes->get(shapes, layer, index++, dims))
            continue;
        if (layer->out_channels > dims[0] && too_wide)
            return TRUE;
        if (layer->out_channels < dims[0] && !too_wide)
            return FALSE;
    }
    return !too_wide;
}

static gboolean
is_wide_enough(const EffNetShapes *shapes, EffNetArch *arch, double width)
{
    return compare_widths(shapes, arch, width, FALSE);
}

static gboolean
is_too_wide(const EffNetShapes *shapes, EffNetArch *arch, double width)
{
    return compare_widths(shapes, arch, width, TRUE);
}

/* Finds where the answer changes: *NO and *YES end up on either side. */
static void
bisect(Question question, const EffNetShapes *shapes, EffNetArch *arch, double *no, double *yes)
{
    *no = MIN_FACTOR;
    *yes = MAX_FACTOR;
    for (int i = 0; i < HALVINGS; i++) {
        double middle = (*no + *yes) / 2;

        if (question(shapes, arch, middle))
            *yes = middle;
        else
            *no = middle;
    }
}

/* Sets *FACTOR to the number with the fewest digits that is ENOUGH and not TOO_MUCH; FALSE if there
 * is none. */
static gboolean
solve(Question enough, Question too_much, const EffNetShapes *shapes, EffNetArch *arch,
      double *factor)
{
    double low, high, unused;

    bisect(enough, shapes, arch, &unused, &low);
    bisect(too_much, shapes, arch, &high, &unused);
    if (low > high)
        return FALSE;
    /* A number with few digits may be exactly an end, which bisection only approaches. */
    for (double scale = 1; scale <= 1e6; scale *= 10)
        for (double digits = floor(low * scale); digits <= ceil(low * scale) + 1; digits++) {
            *factor = digits / scale;
            if (*factor >= MIN_FACTOR && enough(shapes, arch, *factor) &&
                !too_much(shapes, arch, *factor))
                return TRUE;
        }
    *factor = low;
    return TRUE;
}

/* VARIANT's family with the factors that fit, or NULL: the number of layers gives the depth; the
 * layers' channels give the width. */
static EffNetArch *
find_scaled(const EffNetShapes *shapes, const EffNetVariant *variant)
{
    g_autoptr(EffNetArch) trial = effnet_arch_new(variant->name, NULL), arch = NULL;
    EffNetScaling scaling = {.resolution = variant->resolution};

    if (!solve(has_enough_layers, has_too_many_layers, shapes, trial, &scaling.depth))
        return NULL;
    trial->depth = scaling.depth;
    if (!solve(is_wide_enough, is_too_wide, shapes, trial, &scaling.width))
        return NULL;
    scaling.depth /= variant->depth;
    scaling.width /= variant->width;
    arch = effnet_arch_new_scaled(variant->name, &scaling, NULL);
    return arch && fits(shapes, arch) ? g_steal_pointer(&arch) : NULL;
}

static gboolean
is_unscaled(const EffNetVariant *variant)
{
    return variant->width == 1 && variant->depth == 1;
}

/* One variant of each family that scales: the one that is not scaled, if there is one. */
static GPtrArray *
list_families(void)
{
    GPtrArray *variants = g_ptr_array_new();

    for (const char *const *name = effnet_arch_list(); *name; name++) {
        const EffNetVariant *variant = effnet_arch_find(*name), *known = NULL;
        guint i = 0;

        if (variant->pruned)
            continue;
        for (; i < variants->len; i++) {
            known = g_ptr_array_index(variants, i);
            if (known->family == variant->family)
                break;
        }
        if (i == variants->len)
            g_ptr_array_add(variants, (gpointer)variant);
        else if (is_unscaled(variant) && !is_unscaled(known))
            variants->pdata[i] = (gpointer)variant;
    }
    return variants;
}

/* Whether A and B have equal layers, so that either may be taken. */
static gboolean
compute_the_same(const EffNetVariant *a, const EffNetVariant *b)
{
    const EffNetTraining *x = a->training, *y = b->training;
    gboolean ported = a->family->ported || b->family->ported; /* then the table does not tell */

    return a->family->act == b->family->act &&
           (ported || (x->padding == y->padding && x->epsilon == y->epsilon)) &&
           memcmp(x->mean, y->mean, sizeof x->mean) == 0 &&
           memcmp(x->std, y->std, sizeof x->std) == 0;
}

static EffNetArch *
search_scaled(const EffNetShapes *shapes, GError **error)
{
    g_autoptr(GPtrArray) variants = list_families();
    g_autoptr(EffNetArch) found = NULL;

    for (guint i = 0; i < variants->len; i++) {
        g_autoptr(EffNetArch) arch = find_scaled(shapes, g_ptr_array_index(variants, i));

        if (found && arch && !compute_the_same(found->base, arch->base)) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                        "%s has the shapes of both %s and %s: set the option arch to one of them",
                        shapes->path, found->name, arch->name);
            return NULL;
        }
        if (!found)
            found = g_steal_pointer(&arch);
    }
    return g_steal_pointer(&found);
}

EffNetArch *
effnet_shapes_search(const EffNetShapes *shapes, const char *name, GError **error)
{
    g_autoptr(EffNetArch) arch = name ? effnet_arch_new(name, error) : find_named(shapes);

    if (name)
        return arch && fits(shapes, arch) ? g_steal_pointer(&arch) : NULL;
    return arch ? g_steal_pointer(&arch) : search_scaled(shapes, error);
}

EffNetArch *
effnet_shapes_search_head(EffNetShapes *shapes, const char *name, GError **error)
{
    g_autoptr(GError) failed = NULL;
    EffNetArch *arch = effnet_shapes_search(shapes, name, &failed);
    guint n_classes = shapes->n_classes;

    if (!arch && !failed) {
        shapes->n_classes = 0;
        arch = effnet_shapes_search(shapes, name, &failed);
        if (!arch)
            shapes->n_classes = n_classes;
    }
    if (failed)
        g_propagate_error(error, g_steal_pointer(&failed));
    return arch;
}

EffNetArch *
effnet_shapes_closest(const EffNetShapes *shapes)
{
    EffNetArch *closest = NULL;
    guint least = G_MAXUINT;

    for (const char *const *name = effnet_arch_list(); *name; name++) {
        EffNetArch *arch = effnet_arch_new(*name, NULL);
        guint far = effnet_shapes_distance(shapes, arch);

        if (far < least) {
            g_clear_pointer(&closest, effnet_arch_unref);
            closest = g_steal_pointer(&arch);
            least = far;
        }
        g_clear_pointer(&arch, effnet_arch_unref);
    }
    return closest;
}
