/* SPDX-License-Identifier: BSD-2-Clause */
#include "graph.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

typedef enum {
    VALUE_OTHER, /* shapes and the like */
    VALUE_CONSTANT,
    VALUE_PICTURE, /* the input image, perhaps scaled */
    VALUE_FEATURE,
} ValueKind;

/* How a value is computed from another one, x: as its sigmoid, or as a part of a hard sigmoid or
 * hard swish that is written as several operations. */
typedef enum {
    FORM_NONE,
    FORM_SIGMOID,
    FORM_HARD_SIGMOID,
    FORM_PLUS_3,  /* x + 3 */
    FORM_CLIPPED, /* ReLU6(x + 3) */
    FORM_PRODUCT, /* x ReLU6(x + 3) */
} Form;

typedef struct {
    ValueKind kind;
    EffNetConstant constant;
    guint serial; /* the same for values that are equal */
    int layer;    /* the layer whose outputs, perhaps after its norm, these are; or -1 */
    Form form;
    guint form_of; /* the serial of x */
} Value;

static void
layer_free(EffNetGraphLayer *layer)
{
    g_free(layer->name);
    g_free(layer->weights);
    g_free(layer->bias);
    g_free(layer);
}

EffNetGraph *
effnet_graph_new(const char *path)
{
    EffNetGraph *graph = g_new0(EffNetGraph, 1);

    graph->path = g_strdup(path);
    graph->values = g_array_new(FALSE, TRUE, sizeof(Value));
    graph->files =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_bytes_unref);
    graph->layers = g_ptr_array_new_with_free_func((GDestroyNotify)layer_free);
    for (int i = 0; i < 3; i++)
        graph->scale[i] = 1;
    return graph;
}

void
effnet_graph_free(EffNetGraph *graph)
{
    if (!graph)
        return;
    g_ptr_array_unref(graph->layers);
    g_array_unref(graph->values);
    g_hash_table_unref(graph->files);
    g_free(graph->path);
    g_free(graph);
}

gboolean
effnet_graph_fail(const EffNetGraph *graph, GError **error, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL, "%s %s", graph->path, what);
    return FALSE;
}

static const Value no_value = {.layer = -1};

static const Value *
get(const EffNetGraph *graph, guint value)
{
    return value < graph->values->len ? &g_array_index(graph->values, Value, value) : &no_value;
}

static void
set(EffNetGraph *graph, guint value, const Value *to)
{
    Value copy = *to;

    if (value >= EFFNET_GRAPH_MAX_VALUES)
        return;
    if (value >= graph->values->len)
        g_array_set_size(graph->values, value + 1);
    g_array_index(graph->values, Value, value) = copy;
}

void
effnet_graph_set_input(EffNetGraph *graph, guint value)
{
    set(graph, value, &(Value){.kind = VALUE_PICTURE, .serial = ++graph->n_serials, .layer = -1});
}

void
effnet_graph_set_constant(EffNetGraph *graph, guint value, const EffNetConstant *constant)
{
    set(graph, value, &(Value){.kind = VALUE_CONSTANT, .constant = *constant, .layer = -1});
}

const EffNetConstant *
effnet_graph_get_constant(const EffNetGraph *graph, guint value)
{
    const Value *v = get(graph, value);

    return v->kind == VALUE_CONSTANT ? &v->constant : NULL;
}

gboolean
effnet_graph_is_feature(const EffNetGraph *graph, guint value)
{
    return get(graph, value)->kind >= VALUE_PICTURE;
}

/* LAYER -1: not of a single layer. */
static void
set_feature(EffNetGraph *graph, guint value, int layer)
{
    set(graph, value,
        &(Value){.kind = VALUE_FEATURE, .serial = ++graph->n_serials, .layer = layer});
}

static EffNetGraphLayer *
get_layer(const EffNetGraph *graph, int layer)
{
    return g_ptr_array_index(graph->layers, layer);
}

/* Where a filter's out, in, height and width are among the weights' dimensions; ONE: absent, 1. */
#define ONE 4

static void
get_axes(const EffNetGraphConv *conv, guint axes[4])
{
    static const guint orders[][4] = {
        [EFFNET_WEIGHTS_OIHW] = {0, 1, 2, 3}, [EFFNET_WEIGHTS_OHWI] = {0, 3, 1, 2},
        [EFFNET_WEIGHTS_HWIO] = {3, 2, 0, 1}, [EFFNET_WEIGHTS_HWOI] = {2, 3, 0, 1},
        [EFFNET_WEIGHTS_1HWO] = {3, 0, 1, 2}, [EFFNET_WEIGHTS_IO] = {1, 0, ONE, ONE},
    };

    memcpy(axes, orders[conv->order], sizeof orders[0]);
    if (conv->weights->n_dims == 2 && conv->order != EFFNET_WEIGHTS_IO) {
        axes[0] = 0;
        axes[1] = 1;
        axes[2] = axes[3] = ONE;
    }
}

static gboolean
read_weights(EffNetGraphLayer *layer, const EffNetGraphConv *conv)
{
    const EffNetConstant *from = conv->weights;
    EffNetTensor stored = {.n_dims = from->n_dims}, permuted = {.n_dims = 4}, dense;
    guint64 n = effnet_constant_n_elements(from);
    g_autofree float *values = g_try_new(float, n);
    guint axes[4];

    layer->weights = g_try_new(float, n);
    if (!values || !layer->weights)
        return FALSE;
    effnet_constant_read(from, values, n);
    memcpy(stored.dims, from->dims, sizeof stored.dims);
    effnet_tensor_set_dense(&stored);
    get_axes(conv, axes);
    for (int i = 0; i < 4; i++) {
        permuted.dims[i] = layer->dims[i] = axes[i] == ONE ? 1 : stored.dims[axes[i]];
        permuted.strides[i] = axes[i] == ONE ? 0 : stored.strides[axes[i]];
    }
    dense = permuted;
    effnet_tensor_set_dense(&dense);
    effnet_permute(layer->weights, dense.strides, values, &permuted);
    return TRUE;
}

/* The N floats of CONSTANT, or N times FALLBACK if that is NULL. NULL if it has another length or
 * no floats; for g_free(). */
static float *
read_vector(const EffNetConstant *constant, guint64 n, float fallback)
{
    float *values;

    if (constant && (!constant->data || effnet_constant_n_elements(constant) != n))
        return NULL;
    values = g_try_new(float, n);
    if (values && constant)
        effnet_constant_read(constant, values, n);
    for (guint64 i = 0; values && !constant && i < n; i++)
        values[i] = fallback;
    return values;
}

gboolean
effnet_graph_add_conv(EffNetGraph *graph, const EffNetGraphConv *conv, GError **error)
{
    const EffNetConstant *weights = conv->weights;
    EffNetGraphLayer *layer;

    if (!effnet_graph_is_feature(graph, conv->in))
        return effnet_graph_fail(graph, error, "has a layer %s that reads no feature map",
                                 conv->name);
    if (!weights || !weights->data || (weights->n_dims != 2 && weights->n_dims != 4) ||
        (weights->n_dims == 2) != (conv->order == EFFNET_WEIGHTS_IO || conv->stride == 0))
        return effnet_graph_fail(graph, error,
                                 "has a layer %s whose weights are not in the file as floats of 2 "
                                 "or 4 dimensions",
                                 conv->name);
    if (graph->layers->len == EFFNET_GRAPH_MAX_LAYERS)
        return effnet_graph_fail(graph, error, "has more than %u layers, as no network here has",
                                 EFFNET_GRAPH_MAX_LAYERS);
    graph->n_weights += effnet_constant_n_elements(weights);
    if (graph->n_weights > EFFNET_GRAPH_MAX_WEIGHTS)
        return effnet_graph_fail(graph, error, "has more than %u weights, as no network here has",
                                 EFFNET_GRAPH_MAX_WEIGHTS);
    layer = g_new0(EffNetGraphLayer, 1);
    g_ptr_array_add(graph->layers, layer);
    layer->name = g_strdup(conv->name);
    layer->stride = MAX(1, conv->stride);
    layer->padding = conv->padding;
    layer->reads = get(graph, conv->in)->serial;
    graph->is_quantised = graph->is_quantised || weights->quantisation.n_bytes > 0;
    if (!read_weights(layer, conv))
        return effnet_graph_fail(graph, error, "has a layer %s that is too large for the memory",
                                 conv->name);
    layer->bias = read_vector(conv->bias, layer->dims[0], 0);
    if (!layer->bias)
        return effnet_graph_fail(graph, error, "has a layer %s with another number of biases",
                                 conv->name);
    layer->grouped = conv->groups != 1 && layer->dims[1] == 1;
    if (conv->groups > 1 && (!layer->grouped || conv->groups != layer->dims[0]))
        return effnet_graph_fail(graph, error,
                                 "has a layer %s of %u groups, where 1 or one for each channel was "
                                 "expected",
                                 conv->name, conv->groups);
    set_feature(graph, conv->out, graph->layers->len - 1);
    return TRUE;
}

/* The layer of VALUE, if nothing but a norm or a bias has been applied to its outputs, or NULL. */
static EffNetGraphLayer *
untouched_layer(const EffNetGraph *graph, guint value)
{
    const Value *v = get(graph, value);

    return v->kind == VALUE_FEATURE && v->layer >= 0 ? get_layer(graph, v->layer) : NULL;
}

gboolean
effnet_graph_add_norm(EffNetGraph *graph, const EffNetGraphNorm *norm, GError **error)
{
    EffNetGraphLayer *layer = untouched_layer(graph, norm->in);
    guint64 n = layer ? layer->dims[0] : 0, length;
    g_autofree float *gamma = NULL, *beta = NULL, *mean = NULL, *variance = NULL;

    if (!layer || !norm->mean || !norm->variance)
        return effnet_graph_fail(graph, error,
                                 "has a batch norm without numbers or not behind a convolution");
    gamma = read_vector(norm->gamma, n, 1);
    beta = read_vector(norm->beta, n, 0);
    mean = read_vector(norm->mean, n, 0);
    variance = read_vector(norm->variance, n, 1);
    if (!gamma || !beta || !mean || !variance)
        return effnet_graph_fail(graph, error,
                                 "has a batch norm of another width than the layer %s before it",
                                 layer->name);
    length = layer->dims[1] * layer->dims[2] * layer->dims[3];
    for (guint64 i = 0; i < n; i++) {
        double scale = gamma[i] / sqrt(variance[i] + norm->epsilon);

        for (guint64 k = 0; k < length; k++)
            layer->weights[i * length + k] *= scale;
        layer->bias[i] = (layer->bias[i] - mean[i]) * scale + beta[i];
    }
    set_feature(graph, norm->out, get(graph, norm->in)->layer);
    return TRUE;
}

/* VALUE is FORM of what has the serial OF. */
static void
set_form(EffNetGraph *graph, guint value, Form form, guint of)
{
    set(graph, value,
        &(Value){.kind = VALUE_FEATURE,
                 .serial = ++graph->n_serials,
                 .layer = -1,
                 .form = form,
                 .form_of = of});
}

void
effnet_graph_add_act(EffNetGraph *graph, EffNetAct act, guint in, guint out)
{
    EffNetGraphLayer *layer = untouched_layer(graph, in);
    const Value from = *get(graph, in);

    if (layer) {
        layer->activated = TRUE;
        layer->act = act;
    }
    if (from.form == FORM_PLUS_3 && act == EFFNET_ACT_RELU6) {
        set_form(graph, out, FORM_CLIPPED, from.form_of);
        return;
    }
    graph->n_acts[act]++;
    set_form(graph, out,
             act == EFFNET_ACT_SIGMOID        ? FORM_SIGMOID
             : act == EFFNET_ACT_HARD_SIGMOID ? FORM_HARD_SIGMOID
                                              : FORM_NONE,
             from.serial);
}

void
effnet_graph_add_pass(EffNetGraph *graph, gboolean exact, guint in, guint out)
{
    Value value = *get(graph, in);

    if (!exact) {
        value.serial = ++graph->n_serials;
        value.layer = -1;
        value.form = FORM_NONE;
    }
    set(graph, out, &value);
}

/* Scales the image's channels, each by its own number or all by one. */
static gboolean
scale_picture(EffNetGraph *graph, char op, guint picture, const EffNetConstant *by, guint out,
              GError **error)
{
    guint64 n = effnet_constant_n_elements(by);
    float values[3];

    if ((n != 1 && n != 3) || !by->data)
        return effnet_graph_fail(
            graph, error,
            "scales its input by %" G_GUINT64_FORMAT " numbers, where 1 or 3 were expected", n);
    effnet_constant_read(by, values, n);
    for (int i = 0; i < 3; i++) {
        double value = values[n == 3 ? i : 0];

        if (op == '*' || op == '/') {
            graph->scale[i] *= op == '*' ? value : 1 / value;
            graph->offset[i] *= op == '*' ? value : 1 / value;
        } else {
            graph->offset[i] += op == '+' ? value : -value;
        }
    }
    graph->is_normalised = TRUE;
    effnet_graph_add_pass(graph, TRUE, picture, out);
    return TRUE;
}

static gboolean
add_bias(EffNetGraph *graph, guint in, const EffNetConstant *bias, guint out, GError **error)
{
    EffNetGraphLayer *layer = untouched_layer(graph, in);
    g_autofree float *values = layer ? read_vector(bias, layer->dims[0], 0) : NULL;

    if (!values)
        return effnet_graph_fail(graph, error,
                                 "adds numbers that are not a bias of the layer before");
    for (guint64 i = 0; i < layer->dims[0]; i++)
        layer->bias[i] += values[i];
    set_feature(graph, out, get(graph, in)->layer);
    return TRUE;
}

static gboolean
add_sum(EffNetGraph *graph, guint a, guint b, guint out)
{
    EffNetGraphLayer *layers[] = {untouched_layer(graph, a), untouched_layer(graph, b)};

    for (int i = 0; i < 2; i++)
        if (layers[i])
            layers[i]->added = TRUE;
    graph->n_sums++;
    set_feature(graph, out, -1);
    return TRUE;
}

/* x * sigmoid(x) is an activation of its own, and so is x * hard sigmoid(x); either times anything
 * else is a gate. */
static gboolean
add_product(EffNetGraph *graph, guint a, guint b, guint out, GError **error)
{
    const Value *va = get(graph, a), *vb = get(graph, b);
    gboolean first = va->form && va->form_of == vb->serial;
    gboolean itself = first || (vb->form && vb->form_of == va->serial);
    Form form = first || (!itself && va->form) ? va->form : vb->form;
    guint of = first ? vb->serial : va->serial;

    if (form == FORM_CLIPPED && itself) {
        set_form(graph, out, FORM_PRODUCT, of);
        return TRUE;
    }
    if (form != FORM_SIGMOID && form != FORM_HARD_SIGMOID)
        return effnet_graph_fail(graph, error,
                                 "multiplies two activations, of which none is a sigmoid");
    if (itself) {
        graph->n_acts[form == FORM_SIGMOID ? EFFNET_ACT_SIGMOID : EFFNET_ACT_HARD_SIGMOID]--;
        graph->n_acts[form == FORM_SIGMOID ? EFFNET_ACT_SILU : EFFNET_ACT_HARD_SWISH]++;
    }
    set_feature(graph, out, -1);
    return TRUE;
}

/* A part of a hard activation: OP with the one number of BY. FALSE: it is none. */
static gboolean
add_hard_part(EffNetGraph *graph, char op, guint a, const EffNetConstant *by, guint out)
{
    EffNetGraphLayer *layer = untouched_layer(graph, a);
    const Value from = *get(graph, a);
    gboolean sixth;
    float number;

    if (effnet_constant_n_elements(by) != 1 || !by->data)
        return FALSE;
    effnet_constant_read(by, &number, 1);
    sixth = (op == '/' && number == 6) || (op == '*' && fabs(number - 1 / 6.0) < 1e-4);
    if (op == '+' && number == 3 && !(layer && layer->dims[0] == 1)) {
        if (layer)
            layer->activated = TRUE;
        set_form(graph, out, FORM_PLUS_3, from.serial);
        return TRUE;
    }
    if (!sixth || (from.form != FORM_CLIPPED && from.form != FORM_PRODUCT))
        return FALSE;
    if (from.form == FORM_CLIPPED) {
        graph->n_acts[EFFNET_ACT_HARD_SIGMOID]++;
        set_form(graph, out, FORM_HARD_SIGMOID, from.form_of);
    } else {
        graph->n_acts[EFFNET_ACT_HARD_SWISH]++;
        set_feature(graph, out, -1);
    }
    return TRUE;
}

gboolean
effnet_graph_add_binary(EffNetGraph *graph, char op, guint a, guint b, guint out, GError **error)
{
    const Value *va = get(graph, a), *vb = get(graph, b);

    if (va->kind == VALUE_CONSTANT && (op == '+' || op == '*')) {
        guint swap = a;

        a = b;
        b = swap;
        va = get(graph, a);
        vb = get(graph, b);
    }
    if (vb->kind == VALUE_CONSTANT && va->kind == VALUE_PICTURE)
        return scale_picture(graph, op, a, &vb->constant, out, error);
    if (vb->kind == VALUE_CONSTANT && va->kind == VALUE_FEATURE &&
        add_hard_part(graph, op, a, &vb->constant, out))
        return TRUE;
    if (vb->kind == VALUE_CONSTANT && va->kind == VALUE_FEATURE && op == '+')
        return add_bias(graph, a, &vb->constant, out, error);
    if (va->kind == VALUE_FEATURE && vb->kind == VALUE_FEATURE && op == '+')
        return add_sum(graph, a, b, out);
    if (va->kind == VALUE_FEATURE && vb->kind == VALUE_FEATURE && op == '*')
        return add_product(graph, a, b, out, error);
    return effnet_graph_fail(graph, error,
                             "has an operation %c that networks of this family do not have", op);
}

void
effnet_graph_sort(EffNetGraph *graph)
{
    GPtrArray *layers = graph->layers;

    for (guint i = 1; i < layers->len; i++) {
        EffNetGraphLayer *layer = layers->pdata[i];
        guint first = i;

        if (!layer->added || layer->activated)
            continue;
        while (first > 0 && get_layer(graph, first - 1)->reads != layer->reads)
            first--;
        if (first == 0)
            continue;
        memmove(&layers->pdata[first], &layers->pdata[first - 1],
                (i - first + 1) * sizeof *layers->pdata);
        layers->pdata[first - 1] = layer;
    }
}
