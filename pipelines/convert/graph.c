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
    guint norm;    /* the number + 1 of the norm that a layer behind it is to take; 0: none */
    guint mean_of; /* the serial of what this is means of 2x2 pixels of; 0: of nothing */
} Value;

/* The most norms, of which each may be written as several operations. */
#define MAX_NORMS 16

/* scale * x + shift, of each of N channels. */
typedef struct {
    guint64 n;
    double *scale, *shift;
    gboolean taken; /* it is folded into something */
} Norm;

static void
norm_free(Norm *norm)
{
    g_free(norm->scale);
    g_free(norm->shift);
    g_free(norm);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Norm, norm_free)

/* The identity; NULL if it is too large for the memory. */
static Norm *
norm_new(guint64 n)
{
    g_autoptr(Norm) norm = g_new0(Norm, 1);

    norm->n = n;
    norm->scale = g_try_new(double, n);
    norm->shift = g_try_new0(double, n);
    if (!norm->scale || !norm->shift)
        return NULL;
    for (guint64 i = 0; i < n; i++)
        norm->scale[i] = 1;
    return g_steal_pointer(&norm);
}

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
    graph->norms = g_ptr_array_new_with_free_func((GDestroyNotify)norm_free);
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
    g_ptr_array_unref(graph->norms);
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

/* The norm that VALUE is the result of and that is in no layer yet, or NULL. */
static Norm *
norm_of(const EffNetGraph *graph, guint value)
{
    guint number = get(graph, value)->norm;

    return number ? g_ptr_array_index(graph->norms, number - 1) : NULL;
}

/* Folds the norm of VALUE, if it has one, into LAYER, which reads it. Only a linear layer's inputs
 * are sure to be channels, and to have no border, whose zeros the norm would shift. */
static gboolean
take_norm(EffNetGraph *graph, guint value, EffNetGraphLayer *layer, GError **error)
{
    Norm *norm = norm_of(graph, value);

    if (!norm)
        return TRUE;
    if (!layer->linear || layer->dims[1] != norm->n)
        return effnet_graph_fail(graph, error,
                                 "has a batch norm of %" G_GUINT64_FORMAT
                                 " channels that the layer %s behind it cannot take",
                                 norm->n, layer->name);
    for (guint64 o = 0; o < layer->dims[0]; o++) {
        float *row = layer->weights + o * norm->n;
        double sum = layer->bias[o];

        for (guint64 i = 0; i < norm->n; i++) {
            sum += row[i] * norm->shift[i];
            row[i] = (float)(row[i] * norm->scale[i]);
        }
        layer->bias[o] = (float)sum;
    }
    norm->taken = TRUE;
    return TRUE;
}

gboolean
effnet_graph_add_conv(EffNetGraph *graph, const EffNetGraphConv *conv, GError **error)
{
    const EffNetConstant *weights = conv->weights;
    const Value *in = get(graph, conv->in);
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
    layer->averages = in->mean_of > 0;
    layer->stride = MAX(1, conv->stride) * (layer->averages ? 2 : 1);
    layer->padding = conv->padding;
    layer->reads = layer->averages ? in->mean_of : in->serial;
    layer->linear = weights->n_dims == 2;
    graph->is_quantised = graph->is_quantised || weights->quantisation.n_bytes > 0;
    if (!read_weights(layer, conv))
        return effnet_graph_fail(graph, error, "has a layer %s that is too large for the memory",
                                 conv->name);
    layer->bias = read_vector(conv->bias, layer->dims[0], 0);
    if (!layer->bias)
        return effnet_graph_fail(graph, error, "has a layer %s with another number of biases",
                                 conv->name);
    layer->grouped = conv->groups != 1 && layer->dims[1] == 1;
    layer->groups = MAX(1, conv->groups);
    if (layer->dims[0] % layer->groups != 0 ||
        (layer->grouped && conv->groups > 1 && conv->groups != layer->dims[0]))
        return effnet_graph_fail(graph, error,
                                 "has a layer %s of %u groups, where 1 or one for each channel was "
                                 "expected",
                                 conv->name, conv->groups);
    if (!take_norm(graph, conv->in, layer, error))
        return FALSE;
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

static void
apply_norm(EffNetGraphLayer *layer, const Norm *norm)
{
    guint64 length = layer->dims[1] * layer->dims[2] * layer->dims[3];

    for (guint64 i = 0; i < norm->n; i++) {
        for (guint64 k = 0; k < length; k++)
            layer->weights[i * length + k] *= norm->scale[i];
        layer->bias[i] = (float)(layer->bias[i] * norm->scale[i] + norm->shift[i]);
    }
}

/* Folds GIVEN, which it takes, into the layer that IN is of; or keeps it, after what is kept of IN
 * already, for the layers that read OUT. */
static gboolean
place_norm(EffNetGraph *graph, guint in, Norm *given, guint out, GError **error)
{
    g_autoptr(Norm) norm = given;
    EffNetGraphLayer *layer = untouched_layer(graph, in);
    Norm *before = norm_of(graph, in);
    Value value = *get(graph, in);

    if (layer) {
        apply_norm(layer, norm);
        set_feature(graph, out, value.layer);
        return TRUE;
    }
    if (value.kind != VALUE_FEATURE || graph->norms->len == MAX_NORMS ||
        (before && before->n != norm->n))
        return effnet_graph_fail(graph, error,
                                 "has a batch norm where networks of this family have none");
    for (guint64 i = 0; before && i < norm->n; i++) {
        norm->shift[i] += norm->scale[i] * before->shift[i];
        norm->scale[i] *= before->scale[i];
    }
    if (before)
        before->taken = TRUE;
    g_ptr_array_add(graph->norms, g_steal_pointer(&norm));
    value.serial = ++graph->n_serials;
    value.form = FORM_NONE;
    value.mean_of = 0;
    value.norm = graph->norms->len;
    set(graph, out, &value);
    return TRUE;
}

/* NULL with the error set. */
static Norm *
read_norm(const EffNetGraph *graph, const EffNetGraphNorm *from, GError **error)
{
    const EffNetGraphLayer *layer = untouched_layer(graph, from->in);
    guint64 n = layer ? layer->dims[0] : from->mean ? effnet_constant_n_elements(from->mean) : 0;
    g_autofree float *gamma = NULL, *beta = NULL, *mean = NULL, *variance = NULL;
    Norm *norm;

    if (!from->mean || !from->variance) {
        effnet_graph_fail(graph, error, "has a batch norm without numbers");
        return NULL;
    }
    gamma = read_vector(from->gamma, n, 1);
    beta = read_vector(from->beta, n, 0);
    mean = read_vector(from->mean, n, 0);
    variance = read_vector(from->variance, n, 1);
    norm = gamma && beta && mean && variance ? norm_new(n) : NULL;
    if (!norm) {
        effnet_graph_fail(graph, error, "has a batch norm of another width than %s%s before it",
                          layer ? "the layer " : "the features", layer ? layer->name : "");
        return NULL;
    }
    for (guint64 i = 0; i < n; i++) {
        norm->scale[i] = gamma[i] / sqrt(variance[i] + from->epsilon);
        norm->shift[i] = beta[i] - mean[i] * norm->scale[i];
    }
    return norm;
}

gboolean
effnet_graph_add_norm(EffNetGraph *graph, const EffNetGraphNorm *from, GError **error)
{
    Norm *norm = read_norm(graph, from, error);

    return norm && place_norm(graph, from->in, norm, from->out, error);
}

/* Notes that what VALUE's norm makes is read by something that cannot take it. */
static void
lose_norm(EffNetGraph *graph, guint value)
{
    graph->is_norm_lost = graph->is_norm_lost || get(graph, value)->norm > 0;
}

gboolean
effnet_graph_check_norms(const EffNetGraph *graph, GError **error)
{
    gboolean lost = graph->is_norm_lost;

    for (guint i = 0; i < graph->norms->len; i++)
        lost |= !((const Norm *)g_ptr_array_index(graph->norms, i))->taken;
    return !lost || effnet_graph_fail(graph, error,
                                      "has a batch norm that is neither behind a convolution or "
                                      "linear layer nor in front of a linear one that could take "
                                      "it");
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

    lose_norm(graph, in);
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
        lose_norm(graph, in);
        value.norm = 0;
        value.mean_of = 0;
        value.serial = ++graph->n_serials;
        value.layer = -1;
        value.form = FORM_NONE;
    }
    set(graph, out, &value);
}

void
effnet_graph_add_averages(EffNetGraph *graph, guint in, guint out)
{
    guint of = get(graph, in)->serial;
    Value value;

    effnet_graph_add_pass(graph, FALSE, in, out);
    value = *get(graph, out);
    value.mean_of = of;
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

/* Whether A OP BY may be one of the operations as which some exporters write a batch norm: with a
 * number for each of several channels, which are the last dimension behind linear layers and the
 * pooling. A sum right behind a layer is its bias. */
static gboolean
is_part_of_norm(const EffNetGraph *graph, char op, guint a, const EffNetConstant *by)
{
    const EffNetGraphLayer *layer = untouched_layer(graph, a);
    guint64 n = by->n_dims ? by->dims[by->n_dims - 1] : 1;

    return get(graph, a)->kind == VALUE_FEATURE && by->data && n > 1 &&
           n == effnet_constant_n_elements(by) && op != '/' && !(layer && op == '+') &&
           (!layer || (layer->linear && layer->dims[0] == n));
}

static gboolean
add_part_of_norm(EffNetGraph *graph, char op, guint a, const EffNetConstant *by, guint out,
                 GError **error)
{
    guint64 n = effnet_constant_n_elements(by);
    g_autofree float *values = read_vector(by, n, 0);
    Norm *norm = values ? norm_new(n) : NULL;

    if (!norm)
        return effnet_graph_fail(graph, error, "has a batch norm that is too large for the memory");
    for (guint64 i = 0; i < n; i++)
        if (op == '*')
            norm->scale[i] = values[i];
        else
            norm->shift[i] = op == '+' ? values[i] : -values[i];
    return place_norm(graph, a, norm, out, error);
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
    if (vb->kind == VALUE_CONSTANT && is_part_of_norm(graph, op, a, &vb->constant))
        return add_part_of_norm(graph, op, a, &vb->constant, out, error);
    lose_norm(graph, a);
    lose_norm(graph, b);
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
