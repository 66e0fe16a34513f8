/* SPDX-License-Identifier: BSD-2-Clause */
/* TFLite's networks, of floats or quantised. */
#include <float.h>
#include <math.h>

#include <effnet/error.h>

#include "arch/arch.h"
#include "flatbuffer.h"
#include "readers.h"
#include "tflite_quantised.h"

#define MAX_TENSORS (1u << 16)
#define MAX_INPUTS  4 /* the most inputs of an operation that are read */

/* Numbers of fields in schema.fbs, by table. */
enum {
    MODEL_CODES = 1,
    MODEL_SUBGRAPHS = 2,
    MODEL_BUFFERS = 4,
    CODE_OLD = 0, /* a byte, up to 127 */
    CODE_NEW = 3,
    GRAPH_TENSORS = 0,
    GRAPH_INPUTS = 1,
    GRAPH_OPERATORS = 3,
    TENSOR_SHAPE = 0,
    TENSOR_TYPE = 1,
    TENSOR_BUFFER = 2,
    BUFFER_DATA = 0,
    OPERATOR_CODE = 0,
    OPERATOR_INPUTS = 1,
    OPERATOR_OUTPUTS = 2,
    OPERATOR_OPTIONS = 4,
};

/* BuiltinOperator */
enum {
    OP_ADD = 0,
    OP_AVERAGE_POOL_2D = 1,
    OP_CONV_2D = 3,
    OP_DEPTHWISE_CONV_2D = 4,
    OP_DEQUANTIZE = 6,
    OP_FULLY_CONNECTED = 9,
    OP_MAX_POOL_2D = 17,
    OP_MUL = 18,
    OP_RESHAPE = 22,
    OP_SOFTMAX = 25,
    OP_PAD = 34,
    OP_MEAN = 40,
    OP_SUB = 41,
    OP_DIV = 42,
    OP_TRANSPOSE = 39,
    OP_SQUEEZE = 43,
    OP_SHAPE = 77,
    OP_QUANTIZE = 114,
};

/* TensorType */
enum {
    TYPE_FLOAT = 0,
    TYPE_HALF = 1,
};

/* The field of an operation's options for what is fused into it; -1: none. */
enum {
    NOTHING_FUSED = -1,
};

static const struct {
    float mean[3], std[3];
} imagenet = {EFFNET_INPUT_IMAGENET};

typedef struct {
    EffNetGraph *graph;
    EffNetFlat *flat;
    EffNetFlatVector tensors, buffers, codes;
    guint64 n_scales;
    guint n_values;       /* tensors, and values between an operation and what is fused into it */
    GHashTable *paddings; /* from numbers of PAD's outputs to EffNetPadding */
} Tflite;

typedef struct {
    int op;
    char name[32];
    guint n_inputs, inputs[MAX_INPUTS], output;
    gboolean given[MAX_INPUTS];
    EffNetFlatTable options;
} Operator;

static EffNetDType
get_dtype(gint64 type)
{
    return type == TYPE_FLOAT  ? EFFNET_DTYPE_F32
           : type == TYPE_HALF ? EFFNET_DTYPE_F16
                               : EFFNET_DTYPE_OTHER;
}

/* The data of the tensor INDEX. */
static EffNetFlatVector
get_data(Tflite *t, guint index)
{
    EffNetFlatTable tensor = effnet_flat_item(t->flat, t->tensors, index);
    gint64 buffer = effnet_flat_number(t->flat, tensor, TENSOR_BUFFER, 4, 0);

    return effnet_flat_vector(t->flat, effnet_flat_item(t->flat, t->buffers, (guint)MAX(0, buffer)),
                              BUFFER_DATA, 1);
}

/* Reads scales, which are checked for each tensor, so that many tensors must not share large
 * ones. */
static gboolean
read_scales(Tflite *t, EffNetFlatTable tensor, guint index, EffNetConstant *constant,
            GError **error)
{
    if (!effnet_tflite_read_quantisation(t->flat, tensor, index, constant, &constant->quantisation,
                                         t->graph, error))
        return FALSE;
    t->n_scales += constant->quantisation.n;
    return t->n_scales <= t->flat->n / sizeof(float) ||
           effnet_graph_fail(t->graph, error, "has tensors that share their scales");
}

/* Adds the tensor's data, if any. Integers that are not quantised are listed without their
 * numbers. */
static gboolean
add_tensor(Tflite *t, guint index, GError **error)
{
    EffNetFlatTable tensor = effnet_flat_item(t->flat, t->tensors, index);
    EffNetFlatVector shape = effnet_flat_vector(t->flat, tensor, TENSOR_SHAPE, 4), data;
    EffNetConstant constant = {
        .n_dims = shape.n,
        .dtype = get_dtype(effnet_flat_number(t->flat, tensor, TENSOR_TYPE, 1, 0)),
    };

    data = get_data(t, index);
    if (data.n == 0)
        return TRUE;
    if (shape.n > EFFNET_MAX_DIMS)
        return effnet_graph_fail(t->graph, error, "has a tensor of %u dimensions", shape.n);
    for (guint i = 0; i < shape.n; i++)
        constant.dims[i] = (guint64)(gint64)effnet_flat_int(t->flat, shape, i);
    if (!read_scales(t, tensor, index, &constant, error))
        return FALSE;
    if ((constant.dtype != EFFNET_DTYPE_OTHER || constant.quantisation.n_bytes) &&
        !effnet_constant_set_data(&constant, t->flat->data + data.at, data.n))
        return effnet_graph_fail(t->graph, error,
                                 "has a tensor with more or fewer numbers than its shape asks for");
    effnet_graph_set_constant(t->graph, index, &constant);
    return TRUE;
}

static void
read_operator(Tflite *t, EffNetFlatTable table, guint index, Operator *operator)
{
    gint64 code = effnet_flat_number(t->flat, table, OPERATOR_CODE, 4, 0);
    EffNetFlatTable kind = effnet_flat_item(t->flat, t->codes, (guint)MAX(0, code));
    EffNetFlatVector inputs = effnet_flat_vector(t->flat, table, OPERATOR_INPUTS, 4);
    EffNetFlatVector outputs = effnet_flat_vector(t->flat, table, OPERATOR_OUTPUTS, 4);
    gint64 old = effnet_flat_number(t->flat, kind, CODE_OLD, 1, 0);
    gint64 new = effnet_flat_number(t->flat, kind, CODE_NEW, 4, 0);

    operator->op = kind ? (int)MAX(old, new) : - 1;
    g_snprintf(operator->name, sizeof operator->name, "%u", index);
    operator->n_inputs = MIN(inputs.n, MAX_INPUTS);
    for (guint i = 0; i < operator->n_inputs; i++) {
        gint32 input = effnet_flat_int(t->flat, inputs, i);

        operator->given[i] = input >= 0;
        operator->inputs[i] =(guint) MAX(0, input);
    }
    operator->output =(guint) MAX(0, effnet_flat_int(t->flat, outputs, 0));
    operator->options = effnet_flat_table(t->flat, table, OPERATOR_OPTIONS);
}

/* The quantisation of a feature map, which has one scale. */
static gboolean
read_scale(Tflite *t, guint index, EffNetQuantisation *quantisation, GError **error)
{
    EffNetFlatTable tensor = effnet_flat_item(t->flat, t->tensors, index);

    return effnet_tflite_read_quantisation(t->flat, tensor, index, &(EffNetConstant){.n_dims = 0},
                                           quantisation, t->graph, error);
}

static const EffNetConstant *
constant_of(const Tflite *t, const Operator *operator, guint input)
{
    if (input >= operator->n_inputs || !operator->given[input])
        return NULL;
    return effnet_graph_get_constant(t->graph, operator->inputs[input]);
}

/* Reads the padding before and after images, rows, columns and channels. */
static gboolean
add_pad(Tflite *t, const Operator *operator, guint out, GError **error)
{
    EffNetFlatVector data = get_data(t, operator->inputs[1]);
    EffNetFlatVector rows = {.at = data.at, .n = data.n / 4};
    gboolean even = effnet_flat_int(t->flat, rows, 2) == effnet_flat_int(t->flat, rows, 3);
    EffNetPadding padding = even ? EFFNET_PADDING_SYMMETRIC : EFFNET_PADDING_SAME;

    if (rows.n != 8)
        return effnet_graph_fail(t->graph, error, "has a border of a width that is not stored");
    g_hash_table_insert(t->paddings, GUINT_TO_POINTER(out), GUINT_TO_POINTER(padding));
    effnet_graph_add_pass(t->graph, TRUE, operator->inputs[0], out);
    return TRUE;
}

/* Padding 0: same; 1: none, for which a border before it may compensate. With a stride of 1, "same"
 * is also symmetric. */
static gboolean
tell_padding(Tflite *t, const Operator *operator, guint stride, EffNetPadding *padding,
             GError **error)
{
    const EffNetConstant *weights = constant_of(t, operator, 1);
    gboolean bare = effnet_flat_number(t->flat, operator->options, 0, 1, 0) != 0;
    gpointer made = g_hash_table_lookup(t->paddings, GUINT_TO_POINTER(operator->inputs[0]));

    *padding = EFFNET_PADDING_AUTO;
    if (operator->op == OP_FULLY_CONNECTED || !weights || weights->n_dims != 4 ||
        weights->dims[1] == 1)
        return TRUE;
    if (!bare && stride == 1)
        return TRUE;
    *padding = bare ? (EffNetPadding)GPOINTER_TO_UINT(made) : EFFNET_PADDING_SAME;
    return *padding || effnet_graph_fail(t->graph, error,
                                         "has a convolution %s without a border, which networks of "
                                         "this family do not have",
                                         operator->name);
}

/* Biases are added to sums of products, and so have their scale. Layers may share biases of 0,
 * whose scale is one layer's. */
static gboolean
check_bias(const Tflite *t, const EffNetGraphConv *conv, guint64 n_outputs, double in,
           GError **error)
{
    const EffNetQuantisation *weights = &conv->weights->quantisation;
    const EffNetQuantisation *bias = &conv->bias->quantisation;
    guint64 n = MIN(effnet_constant_n_elements(conv->bias), n_outputs);

    for (guint64 i = 0; i < n; i++) {
        double expected = in * effnet_quantisation_scale(weights, i % weights->n);
        float found = effnet_quantisation_scale(bias, i % bias->n);

        if (effnet_constant_get_whole(conv->bias, i) != 0 &&
            !(fabs(found - expected) <= 0.01 * expected + FLT_MIN))
            return effnet_graph_fail(t->graph, error,
                                     "has a layer %s with biases in steps of %g, where %g was "
                                     "expected, those of the input times those of the weights",
                                     conv->name, found, expected);
    }
    return TRUE;
}

static gboolean
check_scales(Tflite *t, const EffNetGraphConv *conv, GError **error)
{
    const EffNetConstant *weights = conv->weights, *bias = conv->bias;
    EffNetQuantisation in = {.n = 0};
    guint axis = conv->order == EFFNET_WEIGHTS_1HWO ? 3 : 0;

    if (!weights || !weights->quantisation.n_bytes)
        return TRUE;
    if (weights->quantisation.n > 1 && weights->quantisation.axis != axis)
        return effnet_graph_fail(t->graph, error,
                                 "has a layer %s with scales for the dimension %u of its weights, "
                                 "where %u was expected, that of its outputs",
                                 conv->name, weights->quantisation.axis, axis);
    if (!bias || !bias->quantisation.n_bytes)
        return TRUE;
    if (!read_scale(t, conv->in, &in, error))
        return FALSE;
    if (!in.n_bytes)
        return effnet_graph_fail(t->graph, error,
                                 "has a layer %s with biases of integers, but an input of floats",
                                 conv->name);
    return check_bias(t, conv, weights->dims[axis], effnet_quantisation_scale(&in, 0), error);
}

static gboolean
add_conv(Tflite *t, const Operator *operator, guint out, GError **error)
{
    gboolean linear = operator->op == OP_FULLY_CONNECTED;
    gboolean depthwise = operator->op == OP_DEPTHWISE_CONV_2D;
    gint64 width = effnet_flat_number(t->flat, operator->options, 1, 4, 1);
    gint64 height = effnet_flat_number(t->flat, operator->options, 2, 4, 1);
    EffNetGraphConv conv = {
        .name = operator->name,
        .in = operator->inputs[0],
        .out = out,
        .weights = constant_of(t, operator, 1),
        .bias = constant_of(t, operator, 2),
        .order = linear      ? EFFNET_WEIGHTS_OIHW
                 : depthwise ? EFFNET_WEIGHTS_1HWO
                             : EFFNET_WEIGHTS_OHWI,
        .groups = depthwise ? 0 : 1,
        .stride = linear ? 0 : (guint)CLAMP(height, 1, 16),
    };

    if (!linear && width != height)
        return effnet_graph_fail(t->graph, error,
                                 "has a convolution %s of unequal strides", operator->name);
    return tell_padding(t, operator, conv.stride, &conv.padding, error) &&
           check_scales(t, &conv, error) && effnet_graph_add_conv(t->graph, &conv, error);
}

static gboolean
add_binary(Tflite *t, const Operator *operator, guint out, GError **error)
{
    char op = operator->op == OP_ADD ? '+' :
              operator->op == OP_SUB ? '-'
              :
              operator->op == OP_MUL ? '*'
                                     : '/';

    return effnet_graph_add_binary(t->graph, op, operator->inputs[0], operator->inputs[1], out,
                                   error);
}

/* The activation that the operation OP is; EFFNET_ACTS if none. */
static EffNetAct
act_of(int op)
{
    EffNetAct act = 0;

    while (act < EFFNET_ACTS && effnet_act_get_names(act)->tflite_op != op)
        act++;
    return act;
}

static gboolean
pass_same(Tflite *t, const Operator *operator, guint out, GError **error)
{
    effnet_graph_add_pass(t->graph, TRUE, operator->inputs[0], out);
    return TRUE;
}

static gboolean
pass_changed(Tflite *t, const Operator *operator, guint out, GError **error)
{
    effnet_graph_add_pass(t->graph, FALSE, operator->inputs[0], out);
    return TRUE;
}

/* An operation whose outputs do not depend on the image's content. */
static gboolean
ignore(Tflite *t, const Operator *operator, guint out, GError **error)
{
    return TRUE;
}

static const struct {
    int op;
    guint n_inputs;  /* at least */
    int fused;       /* the options' field */
    gboolean clamps; /* the range of its outputs may be the only sign of its activation */
    gboolean (*add)(Tflite *t, const Operator *operator, guint out, GError **error);
} ops[] = {
    {OP_CONV_2D, 2, 3, TRUE, add_conv},
    {OP_DEPTHWISE_CONV_2D, 2, 4, TRUE, add_conv},
    {OP_FULLY_CONNECTED, 2, 0, FALSE, add_conv},
    {OP_ADD, 2, 0, TRUE, add_binary},
    {OP_SUB, 2, 0, FALSE, add_binary},
    {OP_MUL, 2, 0, FALSE, add_binary},
    {OP_DIV, 2, 0, FALSE, add_binary},
    {OP_PAD, 2, NOTHING_FUSED, FALSE, add_pad},
    {OP_QUANTIZE, 1, NOTHING_FUSED, FALSE, pass_same},
    {OP_DEQUANTIZE, 1, NOTHING_FUSED, FALSE, pass_same},
    {OP_AVERAGE_POOL_2D, 1, 5, FALSE, pass_changed},
    {OP_MAX_POOL_2D, 1, 5, FALSE, pass_changed},
    {OP_MEAN, 1, NOTHING_FUSED, FALSE, pass_changed},
    {OP_RESHAPE, 1, NOTHING_FUSED, FALSE, pass_changed},
    {OP_TRANSPOSE, 1, NOTHING_FUSED, FALSE, pass_changed},
    {OP_SQUEEZE, 1, NOTHING_FUSED, FALSE, pass_changed},
    {OP_SOFTMAX, 1, NOTHING_FUSED, FALSE, pass_changed},
    {OP_SHAPE, 1, NOTHING_FUSED, FALSE, ignore},
};

/* ActivationFunctionType */
static gboolean
get_fused(Tflite *t, const Operator *operator, int field, EffNetAct *act, GError **error)
{
    gint64 fused =
        field == NOTHING_FUSED ? 0 : effnet_flat_number(t->flat, operator->options, field, 1, 0);

    for (*act = 0; *act < EFFNET_ACTS; ++*act)
        if (fused >= 0 && effnet_act_get_names(*act)->tflite_fused == fused)
            return TRUE;
    return effnet_graph_fail(t->graph, error,
                             "has an activation %d fused into an operation, where ReLU or ReLU6 "
                             "was expected",
                             (int)fused);
}

/* Outputs from 0 to at most 6 are those of either activation. */
static gboolean
get_clamp(Tflite *t, guint output, EffNetAct *act, GError **error)
{
    EffNetQuantisation q = {.n = 0};
    double most;

    if (!read_scale(t, output, &q, error))
        return FALSE;
    if (q.n_bytes != 1 || effnet_quantisation_least(&q) != 0)
        return TRUE;
    most = 255.0 * effnet_quantisation_scale(&q, 0);
    *act = most > 6.01 ? EFFNET_ACT_RELU : EFFNET_GRAPH_ACT_CLAMP;
    return TRUE;
}

static gboolean
add_fused(Tflite *t, const Operator *operator, gsize row, GError **error)
{
    EffNetAct act;
    guint between;

    if (!get_fused(t, operator, ops[row].fused, &act, error))
        return FALSE;
    if (act == EFFNET_ACT_NONE && ops[row].clamps && !get_clamp(t, operator->output, &act, error))
        return FALSE;
    if (act == EFFNET_ACT_NONE)
        return ops[row].add(t, operator, operator->output, error);
    between = t->n_values++;
    if (!ops[row].add(t, operator, between, error))
        return FALSE;
    effnet_graph_add_act(t->graph, act, between, operator->output);
    return TRUE;
}

static gboolean
add_operator(Tflite *t, EffNetFlatTable table, guint index, GError **error)
{
    Operator operator= {0};
    gboolean reads_picture = FALSE;

    read_operator(t, table, index, &operator);
    for (guint i = 0; i < operator.n_inputs; i++)
        if (operator.given[i] && effnet_graph_is_feature(t->graph, operator.inputs[i]))
            reads_picture = TRUE;
    if (!reads_picture) {
        /* This is how 16-bit weights are stored. */
        if (operator.op == OP_DEQUANTIZE && operator.n_inputs> 0)
            effnet_graph_add_pass(t->graph, TRUE, operator.inputs[0], operator.output);
        return TRUE;
    }
    for (gsize i = 0; i < G_N_ELEMENTS(ops); i++)
        if (ops[i].op == operator.op && operator.n_inputs >= ops[i].n_inputs)
            return add_fused(t, &operator, i, error);
    if (operator.op >= 0 && operator.n_inputs> 0 && act_of(operator.op) != EFFNET_ACTS) {
        effnet_graph_add_act(t->graph, act_of(operator.op), operator.inputs[0], operator.output);
        return TRUE;
    }
    return effnet_graph_fail(t->graph, error,
                             "has an operation of number %d that networks of this family do not "
                             "have",
                             operator.op);
}

/* From black's red to white's blue; the zero point, and so both ends, are rounded. */
static gboolean
is_imagenet(double least, double most)
{
    double step = (most - least) / G_MAXUINT8;

    return fabs(least + imagenet.mean[0] / imagenet.std[0]) < step &&
           fabs(most - (1 - imagenet.mean[2]) / imagenet.std[2]) < step;
}

/* Input bytes are pixels as stored, or in int8, pixels less 128. But if their real values have the
 * range that ImageNet's mean and std give pixels, they are normalised, channel by channel. */
static gboolean
add_bytes(Tflite *t, guint input, GError **error)
{
    EffNetQuantisation q = {.n = 0};
    double scale, least;
    gboolean by_channel;

    if (!read_scale(t, input, &q, error))
        return FALSE;
    if (q.n_bytes != 1)
        return effnet_graph_fail(t->graph, error,
                                 "has an input of other numbers than floats or quantised ones of 8 "
                                 "bits");
    scale = effnet_quantisation_scale(&q, 0);
    least = effnet_quantisation_least(&q);
    by_channel = is_imagenet(least, least + G_MAXUINT8 * scale);
    for (int i = 0; i < 3; i++) {
        t->graph->scale[i] = by_channel ? 1 / imagenet.std[i] / G_MAXUINT8 : scale;
        t->graph->offset[i] = by_channel ? -imagenet.mean[i] / imagenet.std[i] : least;
    }
    t->graph->is_normalised = t->graph->reads_bytes = TRUE;
    return TRUE;
}

static gboolean
add_input(Tflite *t, EffNetFlatTable graph, GError **error)
{
    EffNetFlatVector inputs = effnet_flat_vector(t->flat, graph, GRAPH_INPUTS, 4), shape;
    guint input = (guint)MAX(0, effnet_flat_int(t->flat, inputs, 0));
    EffNetFlatTable tensor = effnet_flat_item(t->flat, t->tensors, input);
    gint32 size;

    if (inputs.n != 1 || !tensor)
        return effnet_graph_fail(t->graph, error, "has %u inputs, where one was expected",
                                 inputs.n);
    if (effnet_flat_number(t->flat, tensor, TENSOR_TYPE, 1, 0) != TYPE_FLOAT &&
        !add_bytes(t, input, error))
        return FALSE;
    shape = effnet_flat_vector(t->flat, tensor, TENSOR_SHAPE, 4);
    size = effnet_flat_int(t->flat, shape, 1);
    t->graph->resolution = size > 0 && size <= G_MAXUINT16 ? (guint)size : 0;
    effnet_graph_set_input(t->graph, input);
    return TRUE;
}

static gboolean
add_all(Tflite *t, EffNetFlatTable graph, GError **error)
{
    EffNetFlatVector operators = effnet_flat_vector(t->flat, graph, GRAPH_OPERATORS, 4);

    if (t->tensors.n > MAX_TENSORS || operators.n > MAX_TENSORS)
        return effnet_graph_fail(t->graph, error, "has more than %u tensors or operations",
                                 MAX_TENSORS);
    t->n_values = t->tensors.n;
    for (guint i = 0; i < t->tensors.n; i++)
        if (!add_tensor(t, i, error))
            return FALSE;
    if (!add_input(t, graph, error))
        return FALSE;
    for (guint i = 0; i < operators.n; i++)
        if (!add_operator(t, effnet_flat_item(t->flat, operators, i), i, error))
            return FALSE;
    return TRUE;
}

gboolean
effnet_tflite_read(EffNetGraph *graph, const guint8 *data, gsize n, GError **error)
{
    EffNetFlat flat = {.data = data, .n = n};
    EffNetFlatTable model = effnet_flat_root(&flat);
    EffNetFlatVector subgraphs = effnet_flat_vector(&flat, model, MODEL_SUBGRAPHS, 4);
    EffNetFlatTable first = effnet_flat_item(&flat, subgraphs, 0);
    Tflite t = {
        .graph = graph,
        .flat = &flat,
        .tensors = effnet_flat_vector(&flat, first, GRAPH_TENSORS, 4),
        .buffers = effnet_flat_vector(&flat, model, MODEL_BUFFERS, 4),
        .codes = effnet_flat_vector(&flat, model, MODEL_CODES, 4),
    };

    gboolean ok;

    if (subgraphs.n != 1 && !flat.broken)
        return effnet_graph_fail(graph, error, "has %u graphs, where one was expected",
                                 subgraphs.n);
    t.paddings = g_hash_table_new(NULL, NULL);
    ok = flat.broken || add_all(&t, first, error);
    g_hash_table_unref(t.paddings);
    if (!ok)
        return FALSE;
    if (flat.broken)
        return effnet_graph_fail(graph, error,
                                 "is not a whole TFLite file: a part of it is broken or missing");
    return TRUE;
}
