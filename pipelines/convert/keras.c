/* SPDX-License-Identifier: BSD-2-Clause */
/* Keras applications: MobileNet, MobileNetV2, EfficientNet and EfficientNetV2. Their files hold
 * variables, layer after layer; what is computed with them follows from the network with these
 * shapes. */
#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "hdf5.h"
#include "keras_config.h"
#include "checkpoint/json.h"
#include "recognise/search.h"
#include "checkpoint/zip.h"
#include "readers.h"

#define DEFAULT_EPSILON 1e-3 /* Keras's */

/* A layer's variables. */
typedef struct {
    const char *name;
    gboolean is_depthwise;
    const EffNetConstant *kernel, *bias, *gamma, *beta, *mean, *variance;
} Layer;

typedef struct {
    EffNetShapes base;
    EffNetKerasConfig config;
    GArray *convs, *depthwise, *dense, *norms; /* Layer, in the model's order */
    GArray *normalizations;                    /* EffNetKerasNormalization, for the image */
    guint n_convs, n_depthwise, n_dense;       /* how many of each get() has passed */
} Keras;

static const struct {
    const char *kind;
    gsize offset;
} fields[] = {
    {"kernel", G_STRUCT_OFFSET(Layer, kernel)},
    {"depthwise_kernel", G_STRUCT_OFFSET(Layer, kernel)},
    {"bias", G_STRUCT_OFFSET(Layer, bias)},
    {"gamma", G_STRUCT_OFFSET(Layer, gamma)},
    {"beta", G_STRUCT_OFFSET(Layer, beta)},
    {"moving_mean", G_STRUCT_OFFSET(Layer, mean)},
    {"moving_variance", G_STRUCT_OFFSET(Layer, variance)},
    {"mean", G_STRUCT_OFFSET(Layer, mean)},
    {"variance", G_STRUCT_OFFSET(Layer, variance)},
};

static void
set_field(Layer *layer, const EffNetVariable *variable)
{
    const EffNetConstant *constant = &variable->constant;

    for (gsize i = 0; i < G_N_ELEMENTS(fields); i++)
        if (g_str_equal(fields[i].kind, variable->kind))
            G_STRUCT_MEMBER(const EffNetConstant *, layer, fields[i].offset) = constant;
    if (g_str_equal(variable->kind, "depthwise_kernel"))
        layer->is_depthwise = TRUE;
    /* Keras 3 also calls a depthwise kernel "kernel": one output per channel. */
    if (g_str_equal(variable->kind, "kernel") && constant->n_dims == 4 && constant->dims[3] == 1 &&
        constant->dims[0] > 1)
        layer->is_depthwise = TRUE;
}

static void
sort_layer(Keras *keras, const Layer *layer)
{
    const EffNetKerasNormalization normalization = {layer->mean, layer->variance};
    GArray *to = NULL;

    if (layer->kernel)
        to = layer->is_depthwise          ? keras->depthwise
             : layer->kernel->n_dims == 2 ? keras->dense
                                          : keras->convs;
    else if (layer->gamma || layer->beta)
        to = keras->norms;
    else if (layer->mean && layer->variance)
        g_array_append_val(keras->normalizations, normalization);
    if (to)
        g_array_append_vals(to, layer, 1);
}

static void
sort_variables(Keras *keras, const EffNetHdf5 *hdf5)
{
    Layer layer = {.name = ""};

    for (guint i = 0; i < hdf5->variables->len; i++) {
        const EffNetVariable *variable = &g_array_index(hdf5->variables, EffNetVariable, i);

        if (!g_str_equal(variable->layer, layer.name)) {
            sort_layer(keras, &layer);
            layer = (Layer){.name = variable->layer};
        }
        set_field(&layer, variable);
    }
    sort_layer(keras, &layer);
}

/* The next layer of the kind that ROLE needs; NULL if there is none. Without linear layers, the
 * last convolution is the classifier. */
static const Layer *
next_layer(Keras *keras, EffNetRole role, guint index)
{
    GArray *from = keras->convs;
    guint *n = &keras->n_convs;

    if (index == 0)
        keras->n_convs = keras->n_depthwise = keras->n_dense = 0;
    if (role == EFFNET_ROLE_DEPTHWISE) {
        from = keras->depthwise;
        n = &keras->n_depthwise;
    } else if (role == EFFNET_ROLE_HIDDEN ||
               (role == EFFNET_ROLE_CLASSIFIER && keras->dense->len)) {
        from = keras->dense;
        n = &keras->n_dense;
    }
    return *n < from->len ? &g_array_index(from, Layer, (*n)++) : NULL;
}

/* Sets DIMS to out, in, height, width. */
static gboolean
get_shape(const EffNetShapes *base, const EffNetLayer *layer, guint index, guint64 dims[4])
{
    const Layer *found = next_layer((Keras *)base, layer->role, index);
    const guint64 *d = found ? found->kernel->dims : NULL;

    if (!found || (found->kernel->n_dims != 2 && found->kernel->n_dims != 4))
        return FALSE;
    if (found->kernel->n_dims == 2) {
        dims[0] = d[1];
        dims[1] = d[0];
        dims[2] = dims[3] = 1;
        return TRUE;
    }
    dims[0] = found->is_depthwise ? d[2] : d[3];
    dims[1] = found->is_depthwise ? d[3] : d[2];
    dims[2] = d[0];
    dims[3] = d[1];
    return TRUE;
}

/* The units of the linear layers before the last one. */
static gboolean
set_hidden(Keras *keras, const EffNetGraph *graph, GError **error)
{
    EffNetHead *head = &keras->base.head;

    if (keras->dense->len > EFFNET_MAX_HIDDEN + 1)
        return effnet_graph_fail(graph, error,
                                 "has %u linear layers, where up to %u, the classifier among "
                                 "them, are known",
                                 keras->dense->len, EFFNET_MAX_HIDDEN + 1);
    for (guint i = 0; i + 1 < keras->dense->len; i++)
        head->hidden[head->n_hidden++].units =
            (guint)MIN(g_array_index(keras->dense, Layer, i).kernel->dims[1], G_MAXUINT16);
    return TRUE;
}

/* ARCH with the activations of its hidden layers, which only the configuration tells. */
static EffNetArch *
add_hidden(Keras *keras, const EffNetGraph *graph, const EffNetArch *arch, GError **error)
{
    EffNetHead *head = &keras->base.head;
    const GArray *acts = keras->config.dense;

    if (head->n_hidden > 0 && (!keras->config.has_layers || acts->len <= head->n_hidden)) {
        effnet_graph_fail(graph, error,
                          "has hidden layers, but no configuration that tells their activations");
        return NULL;
    }
    for (guint i = 0; i < head->n_hidden; i++)
        head->hidden[i].act = g_array_index(acts, EffNetAct, i);
    return effnet_arch_new_head(arch, head);
}

static EffNetArch *
find_arch(Keras *keras, const EffNetGraph *graph, const char *name, GError **error)
{
    const Layer *stem = keras->convs->len ? &g_array_index(keras->convs, Layer, 0) : NULL;
    const Layer *last = keras->dense->len
                            ? &g_array_index(keras->dense, Layer, keras->dense->len - 1)
                        : stem ? &g_array_index(keras->convs, Layer, keras->convs->len - 1)
                               : NULL;
    g_autoptr(GError) failed = NULL;
    EffNetArch *arch = NULL;
    guint64 channels = stem && stem->kernel->n_dims == 4 ? stem->kernel->dims[2] : 0;

    keras->base.path = graph->path;
    keras->base.get = get_shape;
    keras->base.n_weights = keras->convs->len + keras->depthwise->len + keras->dense->len;
    keras->base.in_channels = (guint)channels;
    if (stem && keras->depthwise->len == 0) {
        effnet_graph_fail(graph, error,
                          "has no depthwise convolutions: a ResNet of Keras, whose blocks have "
                          "their stride in the first convolution, is not in the family here");
        return NULL;
    }
    if (!set_hidden(keras, graph, error))
        return NULL;
    if (channels == 1 || channels == 3) {
        const EffNetConstant *kernel = last->kernel;
        guint64 n = kernel->n_dims ? kernel->dims[kernel->n_dims - 1] : 0;

        keras->base.n_classes = n <= G_MAXINT32 ? (guint)n : 0;
        arch = effnet_shapes_search_head(&keras->base, name, &failed);
    }
    if (failed)
        g_propagate_error(error, g_steal_pointer(&failed));
    else if (!arch)
        effnet_graph_fail(graph, error,
                          "has %u convolutions, %u depthwise ones and %u linear layers of no "
                          "network of Keras applications that is known",
                          keras->convs->len, keras->depthwise->len, keras->dense->len);
    return arch;
}

typedef struct {
    EffNetGraph *graph;
    guint value; /* the last value */
    guint n_norms;
} Emitter;

/* The stride of FROM, which next_layer() returned last; the network's if the file does not say. */
static guint
stride_of(const Keras *keras, const EffNetLayer *layer, const Layer *from)
{
    const GArray *strides = from->is_depthwise ? keras->config.depthwise : keras->config.convs;
    guint n = from->is_depthwise ? keras->n_depthwise : keras->n_convs;

    if (from->kernel->n_dims == 2)
        return 0;
    return keras->config.has_layers ? g_array_index(strides, guint, n - 1) : layer->stride;
}

static double
epsilon_of(const Keras *keras, guint norm)
{
    return keras->config.has_layers ? g_array_index(keras->config.epsilons, double, norm)
                                    : DEFAULT_EPSILON;
}

/* Adds the norm of number N. */
static gboolean
emit_norm(Emitter *e, const Keras *keras, guint n, GError **error)
{
    const Layer *norm = n < keras->norms->len ? &g_array_index(keras->norms, Layer, n) : NULL;
    const EffNetGraphNorm folded = {
        .in = e->value,
        .out = e->value + 1,
        .gamma = norm ? norm->gamma : NULL,
        .beta = norm ? norm->beta : NULL,
        .mean = norm ? norm->mean : NULL,
        .variance = norm ? norm->variance : NULL,
        .epsilon = norm ? epsilon_of(keras, n) : DEFAULT_EPSILON,
    };

    if (!effnet_graph_add_norm(e->graph, &folded, error))
        return FALSE;
    e->value++;
    e->n_norms++;
    return TRUE;
}

/* The norms of the head that are before the linear layer DENSE, or right behind it. They are the
 * last of all. */
static gboolean
emit_head_norms(Emitter *e, const Keras *keras, guint dense, gboolean behind, GError **error)
{
    const GArray *head = keras->config.head;

    for (guint i = 0; i < head->len; i++) {
        const EffNetKerasHeadNorm *norm = &g_array_index(head, EffNetKerasHeadNorm, i);

        if (norm->dense == dense && norm->behind == behind &&
            !emit_norm(e, keras, keras->norms->len - head->len + i, error))
            return FALSE;
    }
    return TRUE;
}

static gboolean
emit_weights(Emitter *e, const Keras *keras, const EffNetLayer *layer, const Layer *from,
             GError **error)
{
    const EffNetGraphConv conv = {
        .name = from->name,
        .in = e->value,
        .out = e->value + 1,
        .weights = from->kernel,
        .bias = from->bias,
        .order = from->kernel->n_dims == 2 ? EFFNET_WEIGHTS_IO
                 : from->is_depthwise      ? EFFNET_WEIGHTS_HWOI
                                           : EFFNET_WEIGHTS_HWIO,
        .groups = from->is_depthwise ? 0 : 1,
        .stride = stride_of(keras, layer, from),
        .padding = EFFNET_PADDING_SAME,
    };

    if (!effnet_graph_add_conv(e->graph, &conv, error))
        return FALSE;
    e->value++;
    return TRUE;
}

/* FROM is what next_layer() returned last. */
static gboolean
emit_layer(Emitter *e, const Keras *keras, const EffNetLayer *layer, const Layer *from,
           GError **error)
{
    gboolean of_head = from->kernel->n_dims == 2;
    guint dense = keras->n_dense - 1;

    if (of_head && dense == 0) { /* the pooling */
        effnet_graph_add_pass(e->graph, FALSE, e->value, e->value + 1);
        e->value++;
    }
    if ((of_head && !emit_head_norms(e, keras, dense, FALSE, error)) ||
        !emit_weights(e, keras, layer, from, error) ||
        (layer->has_norm && !emit_norm(e, keras, e->n_norms, error)) ||
        (of_head && !emit_head_norms(e, keras, dense, TRUE, error)))
        return FALSE;
    if (layer->residual &&
        !effnet_graph_add_binary(e->graph, '+', e->value, e->value, e->value + 1, error))
        return FALSE;
    e->value += layer->residual;
    if (layer->act)
        effnet_graph_add_act(e->graph, layer->act, e->value, e->value + 1);
    e->value += layer->act != 0;
    return TRUE;
}

static gboolean
emit(EffNetGraph *graph, Keras *keras, const EffNetArch *arch, GError **error)
{
    g_autoptr(EffNetNetwork) network = effnet_shapes_lay_out(&keras->base, arch);
    Emitter e = {.graph = graph};
    guint index = 0;

    effnet_graph_set_input(graph, 0);
    for (guint i = 0; i < network->n_layers; i++)
        if (effnet_layer_has_weights(&network->layers[i]) &&
            !emit_layer(&e, keras, &network->layers[i],
                        next_layer(keras, network->layers[i].role, index++), error))
            return FALSE;
    if (e.n_norms == keras->norms->len)
        return TRUE;
    return effnet_graph_fail(graph, error, "has %u batch norms, where %u were expected",
                             keras->norms->len, e.n_norms);
}

static const double imagenet_mean[] = {0.485, 0.456, 0.406}, imagenet_std[] = {0.229, 0.224, 0.225};

static void
set_picture(EffNetGraph *graph, double scale, double offset)
{
    for (int i = 0; i < 3; i++) {
        graph->scale[i] = scale;
        graph->offset[i] = offset;
    }
    graph->is_normalised = TRUE;
}

/* Sets the normalisation by the layer's variables, in a file that says nothing else. */
static void
set_normalization(EffNetGraph *graph, const EffNetKerasNormalization *given)
{
    float mean[3], variance[3];

    if (effnet_constant_n_elements(given->mean) != 3 ||
        effnet_constant_n_elements(given->variance) != 3)
        return;
    effnet_constant_read(given->mean, mean, 3);
    effnet_constant_read(given->variance, variance, 3);
    set_picture(graph, 1, 0);
    for (int i = 0; i < 3; i++) {
        /* The published weights have deviations instead of variances, and an additional layer that
         * compensates. */
        gboolean published = fabs(variance[i] - imagenet_std[i]) < 1e-4;
        double std = published ? variance[i] : sqrt(variance[i]);

        graph->scale[i] = 1 / (255 * std);
        graph->offset[i] = -mean[i] / std;
    }
}

/* What is done to images of 0..255: what the file says, or else what these networks or their
 * preprocess_input() do. */
static void
set_preprocessing(EffNetGraph *graph, const Keras *keras, const char *arch)
{
    const EffNetKerasConfig *config = &keras->config;

    graph->reads_bytes = TRUE;
    if (config->has_picture) {
        memcpy(graph->scale, config->scale, sizeof graph->scale);
        memcpy(graph->offset, config->offset, sizeof graph->offset);
        graph->is_normalised = TRUE;
    } else if (g_str_has_prefix(arch, "mobilenet") ||
               (g_str_has_prefix(arch, "v2-") && config->has_layers)) {
        set_picture(graph, 1 / 127.5, -1); /* a V2 without preprocessing expects -1..1 */
    } else if (g_str_has_prefix(arch, "v2-") && !g_str_has_prefix(arch, "v2-b")) {
        set_picture(graph, 1 / 128.0, -1);
    } else if (g_str_has_prefix(arch, "v2-")) {
        set_picture(graph, 1, 0);
        for (int i = 0; i < 3; i++) {
            graph->scale[i] = 1 / (255 * imagenet_std[i]);
            graph->offset[i] = -imagenet_mean[i] / imagenet_std[i];
        }
    } else if (keras->normalizations->len && !config->has_layers) {
        set_normalization(graph,
                          &g_array_index(keras->normalizations, EffNetKerasNormalization, 0));
    }
}

/* NULL with the error set if TEXT is not valid. */
static EffNetJson *
parse_config(const EffNetGraph *graph, const char *text, GError **error)
{
    g_autoptr(GError) wrong = NULL;
    EffNetJson *json = effnet_json_parse(text, strlen(text), &wrong);

    if (!json)
        effnet_graph_fail(graph, error, "has a configuration of its model that is not JSON: %s",
                          wrong->message);
    return json;
}

/* Whether the configuration has the layers that the variables belong to. */
static gboolean
check_layers(const EffNetGraph *graph, const Keras *keras, GError **error)
{
    const EffNetKerasConfig *config = &keras->config;

    if (!config->has_layers || (config->convs->len == keras->convs->len &&
                                config->depthwise->len == keras->depthwise->len &&
                                config->epsilons->len == keras->norms->len))
        return TRUE;
    return effnet_graph_fail(
        graph, error,
        "has weights of %u convolutions, %u depthwise ones and %u batch norms, "
        "in its model's configuration are %u, %u and %u",
        keras->convs->len, keras->depthwise->len, keras->norms->len, config->convs->len,
        config->depthwise->len, config->epsilons->len);
}

/* Sets activations to what the file says; whoever writes the graph compares them with the
 * network's. */
static void
set_acts(EffNetGraph *graph, const EffNetKerasConfig *config)
{
    if (!config->has_layers)
        return;
    memcpy(graph->n_acts, config->n_acts, sizeof config->n_acts);
    graph->n_sums = config->n_sums;
    graph->activation = config->activation;
    graph->resolution = config->resolution;
}

static GArray *
new_layers(void)
{
    return g_array_new(FALSE, FALSE, sizeof(Layer));
}

static gboolean
understand(EffNetGraph *graph, Keras *keras, EffNetHdf5 *hdf5, const EffNetJson *json,
           const char *name, GError **error)
{
    g_autoptr(GHashTable) order = effnet_keras_config_order(json);
    g_autoptr(EffNetArch) arch = NULL, with_head = NULL;

    if (!effnet_keras_config_check_ends(graph, json, error))
        return FALSE;
    effnet_hdf5_sort(hdf5, order);
    sort_variables(keras, hdf5);
    arch = find_arch(keras, graph, name, error);
    if (!arch ||
        !effnet_keras_config_read(&keras->config, graph, json, keras->normalizations, error) ||
        !check_layers(graph, keras, error))
        return FALSE;
    with_head = add_hidden(keras, graph, arch, error);
    if (!with_head || !emit(graph, keras, with_head, error))
        return FALSE;
    set_acts(graph, &keras->config);
    set_preprocessing(graph, keras, effnet_arch_get_name(arch));
    return TRUE;
}

static gboolean
read_variables(EffNetGraph *graph, EffNetHdf5 *hdf5, const char *config, const char *name,
               GError **error)
{
    g_autoptr(GArray) convs = new_layers(), depthwise = new_layers(), dense = new_layers();
    g_autoptr(GArray) norms = new_layers();
    g_autoptr(GArray) normalizations = g_array_new(FALSE, FALSE, sizeof(EffNetKerasNormalization));
    g_autoptr(EffNetJson) json = config ? parse_config(graph, config, error) : NULL;
    Keras keras = {.convs = convs,
                   .depthwise = depthwise,
                   .dense = dense,
                   .norms = norms,
                   .normalizations = normalizations};
    gboolean ok;

    if (config && !json)
        return FALSE;
    ok = understand(graph, &keras, hdf5, json, name, error);
    effnet_keras_config_clear(&keras.config);
    return ok;
}

/* .keras: a zip archive of the configuration and the weights. */
static gboolean
read_archive(EffNetGraph *graph, const guint8 *data, gsize n, const char *name, GError **error)
{
    g_autoptr(EffNetFile) file = effnet_file_open(graph->path, error);
    g_autoptr(EffNetZip) zip = file ? effnet_zip_open(file, error) : NULL;
    guint64 at, size, config_at = 0, config_size = 0;
    g_auto(EffNetHdf5) hdf5 = {0};
    g_autofree char *config = NULL;

    if (!zip || !effnet_zip_locate(zip, "model.weights.h5", &at, &size, error))
        return FALSE;
    if (effnet_zip_contains(zip, "config.json") &&
        !effnet_zip_locate(zip, "config.json", &config_at, &config_size, error))
        return FALSE;
    if (!effnet_range_fits(at, size, n) || !effnet_range_fits(config_at, config_size, n))
        return effnet_graph_fail(graph, error, "has changed while it was read");
    if (config_size > 0)
        config = g_strndup((const char *)data + config_at, config_size);
    return effnet_hdf5_read(&hdf5, graph, data + at, size, error) &&
           read_variables(graph, &hdf5, config, name, error);
}

gboolean
effnet_keras_read(EffNetGraph *graph, const guint8 *data, gsize n, const char *name, GError **error)
{
    g_auto(EffNetHdf5) hdf5 = {0};

    if (n > 4 && memcmp(data, "PK\3\4", 4) == 0)
        return read_archive(graph, data, n, name, error);
    return effnet_hdf5_read(&hdf5, graph, data, n, error) &&
           read_variables(graph, &hdf5, hdf5.config, name, error);
}
