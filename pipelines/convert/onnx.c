/* SPDX-License-Identifier: BSD-2-Clause */
/* ONNX, as torch.onnx writes our families of networks. */
#include <math.h>
#include <string.h>

#include <effnet/error.h>

#include "onnx_tensor.h"
#include "readers.h"

#define MAX_INPUTS 8 /* the most inputs of an operation that are read */

/* Numbers of fields in onnx.proto, by message. */
enum {
    MODEL_GRAPH = 7,
    GRAPH_NODE = 1,
    GRAPH_INITIALIZER = 5,
    GRAPH_INPUT = 11,
    NODE_INPUT = 1,
    NODE_OUTPUT = 2,
    NODE_NAME = 3,
    NODE_OP = 4,
    NODE_ATTRIBUTE = 5,
    ATTRIBUTE_NAME = 1,
    ATTRIBUTE_FLOAT = 2,
    ATTRIBUTE_INT = 3,
    ATTRIBUTE_STRING = 4,
    ATTRIBUTE_TENSOR = 5,
    ATTRIBUTE_INTS = 8,
    VALUE_NAME = 1,
    VALUE_TYPE = 2,
    TYPE_TENSOR = 1,
    TENSOR_TYPE_SHAPE = 2,
    SHAPE_DIM = 1,
    DIM_VALUE = 1,
};

/* The border that is put around a feature map before a layer reads it. */
typedef struct {
    gboolean is_known;
    gint64 before, after;
} Border;

/* Indices of elements: N consecutive ones for each image of a batch, STEP after those of the
 * previous image. */
typedef struct {
    guint64 n, step;
} Order;

typedef struct {
    EffNetGraph *graph;
    GHashTable *names;   /* from values' names to their number + 1 */
    GHashTable *ints;    /* from constants' numbers to EffNetOnnxInts */
    GHashTable *orders;  /* from values' numbers to Order, for those that start with 0 */
    GHashTable *borders; /* from values' numbers to Border, for outputs of Pad */
    guint n_pictures;
} Onnx;

/* A node, with everything that any operation needs. */
typedef struct {
    char *name, *op;
    guint n_inputs, n_outputs;
    guint inputs[MAX_INPUTS], output;
    gboolean given[MAX_INPUTS]; /* an optional input may be omitted by an empty name */
    EffNetOnnxInts kernel, strides, pads, dilations;
    guint64 groups;
    gboolean transposed; /* Gemm's transB */
    gboolean auto_pad, ceil_mode;
    gboolean has_min, has_max;
    float epsilon, min, max, alpha, beta;
    EffNetProto tensor; /* Constant's */
    const guint8 *scalar;
} Node;

static void
node_clear(Node *node)
{
    g_free(node->name);
    g_free(node->op);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Node, node_clear)

static guint
number_of(Onnx *onnx, const EffNetProtoField *name)
{
    char *key = effnet_proto_string(name);
    guint number = GPOINTER_TO_UINT(g_hash_table_lookup(onnx->names, key));

    if (!number) {
        number = g_hash_table_size(onnx->names) + 1;
        g_hash_table_insert(onnx->names, g_steal_pointer(&key), GUINT_TO_POINTER(number));
    }
    g_free(key);
    return number - 1;
}

static void
set_order(Onnx *onnx, guint value, Order order)
{
    g_hash_table_insert(onnx->orders, GUINT_TO_POINTER(value), g_memdup2(&order, sizeof order));
}

static void
add_constant(Onnx *onnx, guint value, const EffNetOnnxTensor *tensor)
{
    const EffNetOnnxInts *ints = &tensor->ints;

    if (ints->n)
        g_hash_table_insert(onnx->ints, GUINT_TO_POINTER(value), g_memdup2(ints, sizeof *ints));
    if (tensor->n_counted)
        set_order(onnx, value, (Order){.n = tensor->n_counted});
    effnet_graph_set_constant(onnx->graph, value, &tensor->constant);
}

static gboolean
add_initializer(Onnx *onnx, const EffNetProtoField *field, GError **error)
{
    EffNetOnnxTensor tensor;

    if (!effnet_onnx_tensor_read(&tensor, field->bytes, onnx->graph, error))
        return FALSE;
    add_constant(onnx, number_of(onnx, &tensor.name), &tensor);
    return TRUE;
}

/* The message in field NUMBER; empty if there is none. */
static EffNetProto
descend(EffNetProto proto, guint64 number)
{
    EffNetProtoField field;

    while (effnet_proto_next(&proto, &field))
        if (field.number == number && field.is_bytes)
            return field.bytes;
    return effnet_proto(NULL, 0);
}

static gboolean
add_input(Onnx *onnx, const EffNetProtoField *input, GError **error)
{
    EffNetProto proto = input->bytes, shape;
    EffNetProtoField field;
    guint value = 0, n = 0;
    guint64 height = 0;

    while (effnet_proto_next(&proto, &field))
        if (field.number == VALUE_NAME)
            value = number_of(onnx, &field);
    if (effnet_graph_get_constant(onnx->graph, value)) /* an initialiser, in older files */
        return TRUE;
    if (onnx->n_pictures++ > 0)
        return effnet_graph_fail(onnx->graph, error, "has several inputs, where one was expected");
    shape = descend(descend(descend(input->bytes, VALUE_TYPE), TYPE_TENSOR), TENSOR_TYPE_SHAPE);
    while (effnet_proto_next(&shape, &field))
        if (field.number == SHAPE_DIM && n++ == 2) {
            EffNetProto dim = field.bytes;

            while (effnet_proto_next(&dim, &field))
                if (field.number == DIM_VALUE)
                    height = field.value;
        }
    onnx->graph->resolution = height <= G_MAXUINT16 ? (guint)height : 0;
    effnet_graph_set_input(onnx->graph, value);
    return TRUE;
}

/* A node's attribute; values that it lacks are 0. */
typedef struct {
    EffNetProtoField name;
    gboolean has_float;
    guint64 integer;
    float number;
    EffNetOnnxInts ints;
} Attribute;

static void
set_attribute(Node *node, const Attribute *a)
{
    if (effnet_proto_equals(&a->name, "kernel_shape"))
        node->kernel = a->ints;
    else if (effnet_proto_equals(&a->name, "strides"))
        node->strides = a->ints;
    else if (effnet_proto_equals(&a->name, "pads"))
        node->pads = a->ints;
    else if (effnet_proto_equals(&a->name, "dilations"))
        node->dilations = a->ints;
    else if (effnet_proto_equals(&a->name, "group"))
        node->groups = a->integer;
    else if (effnet_proto_equals(&a->name, "transB"))
        node->transposed = a->integer != 0;
    else if (effnet_proto_equals(&a->name, "ceil_mode"))
        node->ceil_mode = a->integer != 0;
    else if (effnet_proto_equals(&a->name, "alpha"))
        node->alpha = a->number;
    else if (effnet_proto_equals(&a->name, "beta"))
        node->beta = a->number;
    else if (effnet_proto_equals(&a->name, "epsilon"))
        node->epsilon = a->number;
    else if (effnet_proto_equals(&a->name, "min")) {
        node->has_min = a->has_float;
        node->min = a->number;
    } else if (effnet_proto_equals(&a->name, "max")) {
        node->has_max = a->has_float;
        node->max = a->number;
    }
}

static void
read_attribute(Node *node, EffNetProto proto)
{
    EffNetProtoField field;
    Attribute attribute = {0};

    while (effnet_proto_next(&proto, &field))
        switch (field.number) {
        case ATTRIBUTE_NAME:
            attribute.name = field;
            break;
        case ATTRIBUTE_FLOAT:
            attribute.number = effnet_proto_float(&field);
            node->scalar = field.is_bytes ? NULL : proto.at - 4;
            attribute.has_float = TRUE;
            break;
        case ATTRIBUTE_INT:
            attribute.integer = field.value;
            break;
        case ATTRIBUTE_INTS:
            effnet_onnx_append_ints(&attribute.ints, &field);
            break;
        case ATTRIBUTE_TENSOR:
            node->tensor = field.bytes;
            break;
        case ATTRIBUTE_STRING:
            node->auto_pad = node->auto_pad || effnet_proto_equals(&field, "SAME_UPPER");
            break;
        }
    set_attribute(node, &attribute);
}

static void
read_node(Onnx *onnx, EffNetProto proto, Node *node)
{
    EffNetProtoField field;

    node->groups = 1;
    node->alpha = 1;
    node->beta = 0.5f;
    node->epsilon = 1e-5f;
    while (effnet_proto_next(&proto, &field))
        switch (field.number) {
        case NODE_INPUT:
            if (node->n_inputs < MAX_INPUTS) {
                node->given[node->n_inputs] = field.bytes.at != field.bytes.end;
                node->inputs[node->n_inputs++] = number_of(onnx, &field);
            }
            break;
        case NODE_OUTPUT:
            if (node->n_outputs++ == 0)
                node->output = number_of(onnx, &field);
            break;
        case NODE_NAME:
            g_free(node->name);
            node->name = effnet_proto_string(&field);
            break;
        case NODE_OP:
            g_free(node->op);
            node->op = effnet_proto_string(&field);
            break;
        case NODE_ATTRIBUTE:
            read_attribute(node, field.bytes);
            break;
        }
}

/* NULL if it is omitted, or not a constant. */
static const EffNetConstant *
constant_of(const Onnx *onnx, const Node *node, guint input)
{
    if (input >= node->n_inputs || !node->given[input])
        return NULL;
    return effnet_graph_get_constant(onnx->graph, node->inputs[input]);
}

/* A constant's integers; NULL if it has none. */
static const EffNetOnnxInts *
ints_of(const Onnx *onnx, const Node *node, guint input)
{
    if (input >= node->n_inputs)
        return NULL;
    return g_hash_table_lookup(onnx->ints, GUINT_TO_POINTER(node->inputs[input]));
}

static const Order *
order_of(const Onnx *onnx, const Node *node, guint input)
{
    if (input >= node->n_inputs)
        return NULL;
    return g_hash_table_lookup(onnx->orders, GUINT_TO_POINTER(node->inputs[input]));
}

/* The border of a window of stride 2 tells the padding; other borders do not. */
static gboolean
tell_padding(const Onnx *onnx, const Node *node, EffNetPadding *padding, GError **error)
{
    const EffNetConstant *weights = constant_of(onnx, node, 1);
    const Border *made = g_hash_table_lookup(onnx->borders, GUINT_TO_POINTER(node->inputs[0]));
    guint n = node->pads.n / 2;
    gint64 before = n ? node->pads.at[0] : 0, after = n ? node->pads.at[n] : 0;

    *padding = EFFNET_PADDING_SAME;
    if (!weights || weights->n_dims != 4 || weights->dims[2] == 1) {
        *padding = EFFNET_PADDING_AUTO;
        return TRUE;
    }
    if (node->auto_pad || (made && !made->is_known))
        return TRUE;
    if (made) {
        before += made->before;
        after += made->after;
    }
    if (before + after == 0)
        return effnet_graph_fail(onnx->graph, error,
                                 "has a convolution %s without a border, which networks of this "
                                 "family do not have",
                                 node->name);
    if (node->strides.n == 0 || node->strides.at[0] < 2)
        *padding = EFFNET_PADDING_AUTO;
    else if (before == after)
        *padding = EFFNET_PADDING_SYMMETRIC;
    return TRUE;
}

static gboolean
add_conv(Onnx *onnx, const Node *node, GError **error)
{
    EffNetGraphConv conv = {
        .name = node->name,
        .in = node->inputs[0],
        .out = node->output,
        .weights = constant_of(onnx, node, 1),
        .bias = constant_of(onnx, node, 2),
        .groups = (guint)MIN(node->groups, G_MAXINT),
        .stride = 1,
    };

    for (guint i = 0; i < node->dilations.n; i++)
        if (node->dilations.at[i] != 1)
            return effnet_graph_fail(onnx->graph, error,
                                     "has a dilated convolution, which this family does not have");
    if (node->strides.n > 0) {
        conv.stride = (guint)CLAMP(node->strides.at[0], 1, 16);
        for (guint i = 1; i < node->strides.n; i++)
            if (node->strides.at[i] != node->strides.at[0])
                return effnet_graph_fail(onnx->graph, error,
                                         "has a convolution %s of unequal strides", node->name);
    }
    return tell_padding(onnx, node, &conv.padding, error) &&
           effnet_graph_add_conv(onnx->graph, &conv, error);
}

static gboolean
add_linear(Onnx *onnx, const Node *node, GError **error)
{
    const EffNetGraphConv conv = {
        .name = node->name,
        .in = node->inputs[0],
        .out = node->output,
        .weights = constant_of(onnx, node, 1),
        .bias = constant_of(onnx, node, 2),
        .order = node->transposed ? EFFNET_WEIGHTS_OIHW : EFFNET_WEIGHTS_IO,
        .groups = 1,
    };

    if (node->alpha != 1)
        return effnet_graph_fail(onnx->graph, error, "has a scaled linear layer %s", node->name);
    return effnet_graph_add_conv(onnx->graph, &conv, error);
}

static gboolean
add_norm(Onnx *onnx, const Node *node, GError **error)
{
    const EffNetGraphNorm norm = {
        .in = node->inputs[0],
        .out = node->output,
        .gamma = constant_of(onnx, node, 1),
        .beta = constant_of(onnx, node, 2),
        .mean = constant_of(onnx, node, 3),
        .variance = constant_of(onnx, node, 4),
        .epsilon = node->epsilon,
    };

    return effnet_graph_add_norm(onnx->graph, &norm, error);
}

static gboolean
get_limit(const Onnx *onnx, const Node *node, guint input, gboolean has, float *limit)
{
    const EffNetConstant *constant = constant_of(onnx, node, input);

    if (constant && constant->data && effnet_constant_n_elements(constant) == 1) {
        effnet_constant_read(constant, limit, 1);
        return TRUE;
    }
    return has;
}

static gboolean
add_clip(Onnx *onnx, const Node *node, GError **error)
{
    float min = node->min, max = node->max;

    if (!get_limit(onnx, node, 1, node->has_min, &min) || min != 0 ||
        !get_limit(onnx, node, 2, node->has_max, &max) || max != 6)
        return effnet_graph_fail(onnx->graph, error,
                                 "has a Clip of other limits than 0 and 6, those of ReLU6");
    effnet_graph_add_act(onnx->graph, EFFNET_ACT_RELU6, node->inputs[0], node->output);
    return TRUE;
}

/* The activation that the operator OP is; EFFNET_ACTS if none. */
static EffNetAct
act_of(const char *op)
{
    EffNetAct act = 0;

    while (act < EFFNET_ACTS && g_strcmp0(effnet_act_get_names(act)->onnx, op) != 0)
        act++;
    return act;
}

static gboolean
add_act(Onnx *onnx, const Node *node, GError **error)
{
    effnet_graph_add_act(onnx->graph, act_of(node->op), node->inputs[0], node->output);
    return TRUE;
}

/* alpha x + beta, clipped; the operation's own numbers are others. */
static gboolean
add_hard_sigmoid(Onnx *onnx, const Node *node, GError **error)
{
    if (fabsf(node->alpha - 1 / 6.f) > 1e-3f || fabsf(node->beta - 0.5f) > 1e-3f)
        return effnet_graph_fail(onnx->graph, error,
                                 "has a HardSigmoid %s of other numbers than 1/6 and 1/2",
                                 node->name);
    return add_act(onnx, node, error);
}

static gboolean
add_binary(Onnx *onnx, const Node *node, GError **error)
{
    char op = *node->op == 'A' ? '+' : *node->op == 'S' ? '-' : *node->op == 'M' ? '*' : '/';

    return effnet_graph_add_binary(onnx->graph, op, node->inputs[0], node->inputs[1], node->output,
                                   error);
}

static gboolean
add_pad(Onnx *onnx, const Node *node, GError **error)
{
    const EffNetOnnxInts *known = node->n_inputs > 1 ? ints_of(onnx, node, 1) : &node->pads;
    Border border = {.is_known = known && known->n == 8};

    if (border.is_known) {
        border.before = known->at[2];
        border.after = known->at[6];
    }
    g_hash_table_insert(onnx->borders, GUINT_TO_POINTER(node->output),
                        g_memdup2(&border, sizeof border));
    effnet_graph_add_pass(onnx->graph, TRUE, node->inputs[0], node->output);
    return TRUE;
}

/* How the newer exporter flattens some vectors: by taking all their elements. */
static gboolean
add_gather(Onnx *onnx, const Node *node, GError **error)
{
    const Order *order = order_of(onnx, node, 1);

    if (!order || (order->step != 0 && order->step != order->n))
        return effnet_graph_fail(onnx->graph, error,
                                 "has a Gather that takes other elements than all in their order");
    effnet_graph_add_pass(onnx->graph, FALSE, node->inputs[0], node->output);
    return TRUE;
}

static gboolean
pass_same(Onnx *onnx, const Node *node, GError **error)
{
    effnet_graph_add_pass(onnx->graph, TRUE, node->inputs[0], node->output);
    return TRUE;
}

static gboolean
pass_changed(Onnx *onnx, const Node *node, GError **error)
{
    effnet_graph_add_pass(onnx->graph, FALSE, node->inputs[0], node->output);
    return TRUE;
}

static gboolean
are_all(const EffNetOnnxInts *ints, gint64 number)
{
    for (guint i = 0; i < ints->n; i++)
        if (ints->at[i] != number)
            return FALSE;
    return TRUE;
}

/* Means of 2x2 pixels, as ResNet-D's shortcuts take them, or of all pixels. */
static gboolean
add_average(Onnx *onnx, const Node *node, GError **error)
{
    if (node->kernel.n != 2 || node->strides.n != 2 || !are_all(&node->kernel, 2) ||
        !are_all(&node->strides, 2) || !are_all(&node->pads, 0) || !node->ceil_mode)
        return pass_changed(onnx, node, error);
    effnet_graph_add_averages(onnx->graph, node->inputs[0], node->output);
    return TRUE;
}

/* An operation whose outputs do not depend on the image's content. */
static gboolean
ignore(Onnx *onnx, const Node *node, GError **error)
{
    return TRUE;
}

static const struct {
    const char *op;
    guint n_inputs; /* at least */
    gboolean (*add)(Onnx *onnx, const Node *node, GError **error);
} ops[] = {
    {"Conv", 2, add_conv},
    {"BatchNormalization", 5, add_norm},
    {"Gemm", 2, add_linear},
    {"MatMul", 2, add_linear},
    {"Clip", 1, add_clip},
    {"HardSigmoid", 1, add_hard_sigmoid},
    {"Mul", 2, add_binary},
    {"Add", 2, add_binary},
    {"Sub", 2, add_binary},
    {"Div", 2, add_binary},
    {"Pad", 1, add_pad},
    {"Identity", 1, pass_same},
    {"Dropout", 1, pass_same},
    {"Cast", 1, pass_same},
    {"MaxPool", 1, pass_changed},
    {"GlobalAveragePool", 1, pass_changed},
    {"AveragePool", 1, add_average},
    {"ReduceMean", 1, pass_changed},
    {"Flatten", 1, pass_changed},
    {"Reshape", 1, pass_changed},
    {"Squeeze", 1, pass_changed},
    {"Unsqueeze", 1, pass_changed},
    {"Transpose", 1, pass_changed},
    {"Softmax", 1, pass_changed},
    {"Gather", 2, add_gather},
    {"Shape", 1, ignore},
};

static gboolean
add_constant_node(Onnx *onnx, const Node *node, GError **error)
{
    EffNetOnnxTensor tensor;

    if (node->tensor.at) {
        if (!effnet_onnx_tensor_read(&tensor, node->tensor, onnx->graph, error))
            return FALSE;
        add_constant(onnx, node->output, &tensor);
    } else if (node->scalar) {
        effnet_graph_set_constant(
            onnx->graph, node->output,
            &(EffNetConstant){.dtype = EFFNET_DTYPE_F32, .data = node->scalar});
    }
    return TRUE;
}

static gboolean
reads_picture(const Onnx *onnx, const Node *node)
{
    for (guint i = 0; i < node->n_inputs; i++)
        if (node->given[i] && effnet_graph_is_feature(onnx->graph, node->inputs[i]))
            return TRUE;
    return FALSE;
}

/* An operation on only constants and sizes. Weights that several layers share come through an
 * Identity. For batches of any size, a Gather's indices are computed: Range(0, batch) times an
 * image's elements, plus the indices within it. */
static void
add_aside(Onnx *onnx, const Node *node)
{
    const Order *a = order_of(onnx, node, 0), *b = order_of(onnx, node, 1);
    const EffNetOnnxInts *last = ints_of(onnx, node, node->n_inputs - 1);
    gint64 by = last && last->n == 1 ? last->at[0] : 0;

    if (g_str_equal(node->op, "Identity") && node->n_inputs > 0)
        effnet_graph_add_pass(onnx->graph, TRUE, node->inputs[0], node->output);
    else if (!a)
        return;
    else if (g_str_equal(node->op, "Range") && a->n == 1 && a->step == 0 && by == 1)
        set_order(onnx, node->output, (Order){.n = 1, .step = 1});
    else if (g_str_equal(node->op, "Mul") && a->n == 1 && by > 0)
        set_order(onnx, node->output, (Order){.n = 1, .step = a->step * (guint64)by});
    else if (g_str_equal(node->op, "Add") && b && MIN(a->n, b->n) == 1)
        set_order(onnx, node->output, (Order){.n = MAX(a->n, b->n), .step = a->step + b->step});
    else if (g_str_equal(node->op, "Unsqueeze"))
        set_order(onnx, node->output, *a);
}

static gboolean
add_node(Onnx *onnx, EffNetProto proto, GError **error)
{
    g_auto(Node) node = {0};

    read_node(onnx, proto, &node);
    if (!node.op || node.n_outputs == 0)
        return effnet_graph_fail(onnx->graph, error, "has a node without an operation or output");
    if (!node.name)
        node.name = g_strdup(node.op);
    if (g_str_equal(node.op, "Constant"))
        return add_constant_node(onnx, &node, error);
    if (!reads_picture(onnx, &node)) {
        add_aside(onnx, &node);
        return TRUE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(ops); i++)
        if (g_str_equal(node.op, ops[i].op) && node.n_inputs >= ops[i].n_inputs)
            return ops[i].add(onnx, &node, error);
    if (act_of(node.op) != EFFNET_ACTS && node.n_inputs > 0)
        return add_act(onnx, &node, error);
    return effnet_graph_fail(onnx->graph, error,
                             "has an operation %s that networks of this family do not have",
                             node.op);
}

static gboolean
add_fields(Onnx *onnx, EffNetProto proto, guint64 number,
           gboolean (*add)(Onnx *onnx, const EffNetProtoField *field, GError **error),
           GError **error)
{
    EffNetProtoField field;

    while (effnet_proto_next(&proto, &field))
        if (field.number == number && field.is_bytes && !add(onnx, &field, error))
            return FALSE;
    if (proto.broken)
        return effnet_graph_fail(onnx->graph, error,
                                 "is not a whole ONNX file: a part of it is broken or missing");
    return TRUE;
}

static gboolean
add_node_field(Onnx *onnx, const EffNetProtoField *field, GError **error)
{
    return add_node(onnx, field->bytes, error);
}

gboolean
effnet_onnx_read(EffNetGraph *graph, const guint8 *data, gsize n, GError **error)
{
    Onnx onnx = {
        .graph = graph,
        .names = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
        .ints = g_hash_table_new_full(NULL, NULL, NULL, g_free),
        .orders = g_hash_table_new_full(NULL, NULL, NULL, g_free),
        .borders = g_hash_table_new_full(NULL, NULL, NULL, g_free),
    };
    EffNetProto content = descend(effnet_proto(data, n), MODEL_GRAPH);
    gboolean ok = content.at != NULL;

    if (!ok)
        effnet_graph_fail(graph, error, "is not a whole ONNX file: there is no graph in it");
    ok = ok && add_fields(&onnx, content, GRAPH_INITIALIZER, add_initializer, error) &&
         add_fields(&onnx, content, GRAPH_INPUT, add_input, error) &&
         add_fields(&onnx, content, GRAPH_NODE, add_node_field, error);
    g_hash_table_unref(onnx.names);
    g_hash_table_unref(onnx.ints);
    g_hash_table_unref(onnx.orders);
    g_hash_table_unref(onnx.borders);
    return ok;
}
