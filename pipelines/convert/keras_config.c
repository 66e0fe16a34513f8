/* SPDX-License-Identifier: BSD-2-Clause */
#include "keras_config.h"

#include <math.h>
#include <string.h>

#define MAX_DEPTH 8 /* of models within models */

typedef struct {
    EffNetKerasConfig *out;
    const EffNetGraph *graph;
    const GArray *normalizations;
    guint n_normalizations; /* those seen so far */
    gboolean behind_dense;  /* the last layer with weights is linear */
    gboolean is_pooled;     /* the last layer with weights is before the last pooling */
    gboolean in_network;    /* after the first convolution */
    gboolean is_behind;     /* behind the classifier */
    guint64 pads[4];        /* top, bottom, left, right; of the layer before */
    gboolean is_padded;
    guint size;         /* of the feature maps; 0: not known */
    GPtrArray *pending; /* names (char) of the activations since the last layer with weights */
    GError **error;
} Reader;

/* A layer of the list. */
typedef struct {
    const EffNetJson *json, *config;
    const char *class, *name;
} Item;

static gboolean G_GNUC_PRINTF(3, 4) refuse(Reader *r, const Item *item, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    return effnet_graph_fail(r->graph, r->error, "has a layer %.100s (%.60s) %s", item->name,
                             item->class, what);
}

/* The layers of a model; NULL for any other layer. */
static const EffNetJson *
get_layers(const EffNetJson *json)
{
    return effnet_json_member(effnet_json_member(json, "config"), "layers");
}

static double
get_number(const EffNetJson *config, const char *key, double fallback)
{
    effnet_json_number(effnet_json_member(config, key), &fallback);
    return fallback;
}

/* The activation's name, perhaps of a wrapped function; none means linear. NULL for anything
 * else. */
static const char *
get_activation(const EffNetJson *config)
{
    const EffNetJson *value = effnet_json_member(config, "activation");

    if (!value || effnet_json_is(value, EFFNET_JSON_NULL))
        return "linear";
    if (effnet_json_is(value, EFFNET_JSON_OBJECT))
        value = effnet_json_member(value, "config");
    return effnet_json_string(value);
}

/* Counts the pending activations as inside the network, since more weights follow. */
static gboolean
count_pending(Reader *r, const Item *item)
{
    for (guint i = 0; i < r->pending->len; i++) {
        const char *name = r->pending->pdata[i];
        EffNetAct act = 0;

        while (act < EFFNET_ACTS && !effnet_act_names_have(effnet_act_get_names(act)->keras, name))
            act++;
        if (act == EFFNET_ACTS)
            return refuse(r, item, "behind the activation %.60s, which no network here has", name);
        r->out->n_acts[act]++;
    }
    g_ptr_array_set_size(r->pending, 0);
    return TRUE;
}

/* Notes that NAME, where it is an activation of ours, is applied to the last linear layer. */
static void
note_dense(Reader *r, const char *name)
{
    EffNetAct *last = &g_array_index(r->out->dense, EffNetAct, r->out->dense->len - 1);

    for (EffNetAct act = EFFNET_ACT_NONE + 1; act < EFFNET_ACTS; act++)
        if (effnet_act_names_have(effnet_act_get_names(act)->keras, name))
            *last = act;
}

static gboolean
add_pending(Reader *r, const Item *item, const char *activation)
{
    if (!activation)
        return refuse(r, item, "with an activation of its own");
    if (r->behind_dense)
        note_dense(r, activation);
    g_ptr_array_add(r->pending, (gpointer)activation);
    return TRUE;
}

/* Reads ((top, bottom), (left, right)). */
static gboolean
read_padding(Reader *r, const Item *item)
{
    const EffNetJson *padding = effnet_json_member(item->config, "padding");

    for (guint i = 0; i < 4; i++)
        if (!effnet_json_integer(effnet_json_item(effnet_json_item(padding, i / 2), i % 2),
                                 &r->pads[i]))
            return refuse(r, item, "without four numbers");
    r->is_padded = TRUE;
    return TRUE;
}

/* Whether the layer before a convolution of KERNEL and STRIDE pads as TensorFlow's "same" does:
 * with one less in front of the image where the stride is 2 and the size even. */
static gboolean
is_padded_as_same(const Reader *r, guint64 kernel, guint stride)
{
    for (guint i = 0; i < 4; i += 2) {
        gboolean less = r->pads[i] != r->pads[i + 1];

        if (r->pads[i + 1] != kernel / 2 || r->pads[i] + less != kernel / 2 ||
            (less && stride == 1) || (stride > 1 && r->size > 0 && less != (r->size % 2 == 0)))
            return FALSE;
    }
    return TRUE;
}

/* Whether a convolution's padding, its own or that of the layer before, is the networks' here. */
static gboolean
check_padding(Reader *r, const Item *item, guint stride)
{
    const char *padding = effnet_json_string(effnet_json_member(item->config, "padding"));
    const EffNetJson *kernels = effnet_json_member(item->config, "kernel_size");
    gboolean is_same = g_strcmp0(padding, "same") == 0, ok = is_same;
    guint64 kernel, dilation = 1;

    effnet_json_integer(effnet_json_item(effnet_json_member(item->config, "dilation_rate"), 0),
                        &dilation);
    if (dilation != 1)
        return refuse(r, item, "that is dilated");
    if (padding && effnet_json_integer(effnet_json_item(kernels, 0), &kernel) && kernel > 0) {
        if (r->is_padded)
            ok = !is_same && is_padded_as_same(r, kernel, stride);
        if (!ok && (r->is_padded || kernel > 1))
            return refuse(r, item, "whose padding is not \"same\", as in these networks");
    }
    r->is_padded = FALSE;
    r->size = (r->size + stride - 1) / stride;
    return TRUE;
}

static gboolean
read_weights(Reader *r, const Item *item)
{
    const EffNetJson *strides = effnet_json_member(item->config, "strides");
    GArray *to = g_str_equal(item->class, "Conv2D")            ? r->out->convs
                 : g_str_equal(item->class, "DepthwiseConv2D") ? r->out->depthwise
                                                               : NULL;
    const EffNetAct none = EFFNET_ACT_NONE;
    guint64 first = 1, second = 1;
    guint stride;

    if (strides && (!effnet_json_integer(effnet_json_item(strides, 0), &first) ||
                    !effnet_json_integer(effnet_json_item(strides, 1), &second)))
        return refuse(r, item, "without a stride");
    if (first != second || first < 1 || first > 16)
        return refuse(r, item, "of another stride than 1 or 2 both ways");
    stride = (guint)first;
    if (to)
        g_array_append_val(to, stride);
    else
        g_array_append_val(r->out->dense, none);
    r->behind_dense = !to;
    r->is_pooled = FALSE;
    if (!r->in_network)
        r->size = r->out->resolution;
    r->in_network = TRUE;
    r->is_behind = g_str_equal(item->class, "Dense");
    if (to && !check_padding(r, item, stride))
        return FALSE;
    if (!count_pending(r, item))
        return FALSE;
    if (to && r->out->head->len > 0)
        return refuse(
            r, item, "behind a batch norm that is not right behind a convolution, as all are here");
    return add_pending(r, item, get_activation(item->config));
}

/* Whether an activation has followed the last layer with weights. */
static gboolean
is_activated(const Reader *r)
{
    for (guint i = 0; i < r->pending->len; i++)
        if (!g_str_equal(r->pending->pdata[i], "linear"))
            return TRUE;
    return FALSE;
}

static gboolean
read_norm(Reader *r, const Item *item)
{
    double epsilon = get_number(item->config, "epsilon", 1e-3);
    EffNetKerasHeadNorm norm;

    if (!(epsilon > 0 && epsilon < 1))
        return refuse(r, item, "with an epsilon of %g, where one of 0 to 1 was expected", epsilon);
    if (!r->in_network)
        return refuse(r, item, "in front of the network, where no batch norm is known");
    g_array_append_val(r->out->epsilons, epsilon);
    /* The networks' own are right behind their convolutions. */
    if (!r->is_pooled && !r->behind_dense && !is_activated(r))
        return TRUE;
    norm.behind = r->behind_dense && !is_activated(r);
    norm.dense = r->out->dense->len - norm.behind;
    g_array_append_val(r->out->head, norm);
    return TRUE;
}

static gboolean
read_activation(Reader *r, const Item *item)
{
    return add_pending(r, item, get_activation(item->config));
}

static gboolean
read_relu(Reader *r, const Item *item)
{
    double max = get_number(item->config, "max_value", INFINITY);

    if (get_number(item->config, "negative_slope", 0) != 0 ||
        get_number(item->config, "threshold", 0) != 0 || (max != 6 && max != INFINITY))
        return refuse(r, item, "of another kind than ReLU and ReLU6");
    return add_pending(r, item, max == 6 ? "relu6" : "relu");
}

static gboolean
read_softmax(Reader *r, const Item *item)
{
    return add_pending(r, item, "softmax");
}

static gboolean
read_max_pool(Reader *r, const Item *item)
{
    return refuse(r, item, "that takes the maximum, where networks here take the average");
}

static gboolean
read_average_pool(Reader *r, const Item *item)
{
    r->is_pooled = TRUE;
    return !r->is_behind || refuse(r, item, "behind the classifier");
}

static gboolean
read_nothing(Reader *r, const Item *item)
{
    return TRUE;
}

/* Reads [batch, height, width, channels]. */
static gboolean
read_input(Reader *r, const Item *item)
{
    const EffNetJson *shape = effnet_json_member(item->config, "batch_shape");
    guint64 height, width;

    if (!shape)
        shape = effnet_json_member(item->config, "batch_input_shape");
    if (r->out->resolution == 0 && effnet_json_integer(effnet_json_item(shape, 1), &height) &&
        effnet_json_integer(effnet_json_item(shape, 2), &width) && height == width &&
        height <= G_MAXUINT16)
        r->out->resolution = (guint)height;
    return TRUE;
}

/* Adds to what is done to the image. */
static gboolean
scale_picture(Reader *r, const Item *item, const double scale[3], const double offset[3])
{
    EffNetKerasConfig *out = r->out;

    if (r->in_network)
        return refuse(r, item, "within the network, where none is known");
    for (int i = 0; i < 3; i++) {
        if (!isfinite(scale[i]) || !isfinite(offset[i]) || scale[i] == 0)
            return refuse(r, item, "that leaves nothing of the image");
        out->scale[i] *= scale[i];
        out->offset[i] = out->offset[i] * scale[i] + offset[i];
    }
    out->has_picture = TRUE;
    return TRUE;
}

/* One number for all channels, or one for each, perhaps inside lists of one. */
static gboolean
get_channels(const EffNetJson *json, double values[3])
{
    while (effnet_json_is(json, EFFNET_JSON_ARRAY) && effnet_json_length(json) == 1)
        json = effnet_json_item(json, 0);
    for (guint i = 0; i < 3; i++)
        if (!effnet_json_number(effnet_json_length(json) == 3 ? effnet_json_item(json, i) : json,
                                &values[i]))
            return FALSE;
    return TRUE;
}

static gboolean
read_rescaling(Reader *r, const Item *item)
{
    const EffNetJson *by = effnet_json_member(item->config, "offset");
    double scale[3], offset[3] = {0};

    if (!get_channels(effnet_json_member(item->config, "scale"), scale) ||
        (by && !get_channels(by, offset)))
        return refuse(r, item, "without 1 or 3 numbers for its scale and offset");
    return scale_picture(r, item, scale, offset);
}

static gboolean
get_variable(const EffNetConstant *constant, double values[3])
{
    guint64 n = constant ? effnet_constant_n_elements(constant) : 0;
    float read[3];

    if ((n != 1 && n != 3) || !constant->data)
        return FALSE;
    effnet_constant_read(constant, read, n);
    for (int i = 0; i < 3; i++)
        values[i] = read[n == 3 ? i : 0];
    return TRUE;
}

/* By numbers in the configuration, or by those that were adapted to images. */
static gboolean
read_normalization(Reader *r, const Item *item)
{
    gboolean invert = FALSE;
    const EffNetJson *given = effnet_json_member(item->config, "mean");
    double mean[3], variance[3], scale[3], offset[3];
    gboolean ok;

    if (given && !effnet_json_is(given, EFFNET_JSON_NULL)) {
        ok = get_channels(given, mean) &&
             get_channels(effnet_json_member(item->config, "variance"), variance);
    } else {
        const EffNetKerasNormalization *next =
            r->n_normalizations < r->normalizations->len
                ? &g_array_index(r->normalizations, EffNetKerasNormalization, r->n_normalizations++)
                : NULL;

        ok = next && get_variable(next->mean, mean) && get_variable(next->variance, variance);
    }
    if (!ok)
        return refuse(r, item, "without 1 or 3 means and variances");
    if (effnet_json_boolean(effnet_json_member(item->config, "invert"), &invert) && invert)
        return refuse(r, item, "that is inverted");
    for (int i = 0; i < 3; i++) {
        scale[i] = 1 / fmax(sqrt(variance[i]), 1e-7); /* like Keras */
        offset[i] = -mean[i] * scale[i];
    }
    return scale_picture(r, item, scale, offset);
}

/* The number that an operation takes besides the image: Keras 3 has it in a list of arguments,
 * Keras 2 by name, after the value's. */
static gboolean
get_operand(const Item *item, double *number)
{
    const EffNetJson *node = effnet_json_item(effnet_json_member(item->json, "inbound_nodes"), 0);
    const EffNetJson *args = effnet_json_member(node, "args");

    if (args)
        return effnet_json_is(effnet_json_item(args, 0), EFFNET_JSON_OBJECT) &&
               effnet_json_number(effnet_json_item(args, 1), number);
    if (effnet_json_is(effnet_json_item(node, 0), EFFNET_JSON_ARRAY))
        node = effnet_json_item(node, 0);
    return effnet_json_number(effnet_json_member(effnet_json_item(node, 3), "y"), number);
}

/* An operation that preprocess_input() puts before a network. */
static gboolean
read_operation(Reader *r, const Item *item)
{
    static const struct {
        const char *name;
        char op;
    } operations[] = {
        {"Add", '+'},        {"math.add", '+'},      {"__operators__.add", '+'},
        {"Subtract", '-'},   {"math.subtract", '-'}, {"Multiply", '*'},
        {"TrueDivide", '/'}, {"math.truediv", '/'},  {"math.multiply", '*'},
        {"Divide", '/'},     {"cast", '1'},
    };
    const char *function = effnet_json_string(effnet_json_member(item->config, "function"));
    const char *name = function ? function : item->class;
    double by = 1, factor = 1, sum = 0;
    gsize o = 0;

    while (o < G_N_ELEMENTS(operations) && !g_str_equal(operations[o].name, name))
        o++;
    if (o == G_N_ELEMENTS(operations))
        return refuse(r, item, "that computes %.60s, which is not known here", name);
    if (operations[o].op != '1' && !get_operand(item, &by))
        return refuse(r, item, "that computes with something other than the image and a number");
    if (operations[o].op == '*')
        factor = by;
    else if (operations[o].op == '/')
        factor = 1 / by;
    else if (operations[o].op != '1')
        sum = operations[o].op == '+' ? by : -by;
    return operations[o].op == '1' ||
           scale_picture(r, item, (const double[]){factor, factor, factor},
                         (const double[]){sum, sum, sum});
}

/* An operation on two values inside the network, or on the image and a number before it. */
static gboolean
read_binary(Reader *r, const Item *item)
{
    double number;

    if (!r->in_network)
        return read_operation(r, item);
    if (get_operand(item, &number))
        return refuse(r, item, "of a number within the network, where none is known");
    r->out->n_sums += g_str_equal(item->class, "Add");
    return TRUE;
}

static const struct {
    const char *class;
    gboolean (*read)(Reader *r, const Item *item);
} classes[] = {
    {"InputLayer", read_input},
    {"Conv2D", read_weights},
    {"DepthwiseConv2D", read_weights},
    {"Dense", read_weights},
    {"BatchNormalization", read_norm},
    {"Activation", read_activation},
    {"ReLU", read_relu},
    {"Softmax", read_softmax},
    {"Add", read_binary},
    {"Multiply", read_binary},
    {"Rescaling", read_rescaling},
    {"Normalization", read_normalization},
    {"TFOpLambda", read_operation},
    {"TrueDivide", read_operation},
    {"Divide", read_operation},
    {"Subtract", read_operation},
    {"GlobalMaxPooling2D", read_max_pool},
    {"GlobalMaxPool2D", read_max_pool},
    {"MaxPooling2D", read_max_pool},
    {"GlobalAveragePooling2D", read_average_pool},
    {"GlobalAvgPool2D", read_average_pool},
    {"ZeroPadding2D", read_padding},
    {"Reshape", read_nothing},
    {"Flatten", read_nothing},
    /* For training only. */
    {"Dropout", read_nothing},
    {"FixedDropout", read_nothing},
    {"SpatialDropout2D", read_nothing},
    {"GaussianNoise", read_nothing},
    {"GaussianDropout", read_nothing},
    {"ActivityRegularization", read_nothing},
    {"Identity", read_nothing},
    {"RandomFlip", read_nothing},
    {"RandomRotation", read_nothing},
    {"RandomZoom", read_nothing},
    {"RandomContrast", read_nothing},
    {"RandomBrightness", read_nothing},
    {"RandomTranslation", read_nothing},
};

/* How many tensors ENDS names, inputs or outputs of a model: ["layer", 0, 0], or these in lists and
 * objects. Recursion is bounded by the parser's depth. */
static guint
count_ends(const EffNetJson *ends)
{
    guint n = 0;

    if (effnet_json_string(effnet_json_item(ends, 0)) && !effnet_json_is(ends, EFFNET_JSON_OBJECT))
        return 1;
    for (guint i = 0; i < effnet_json_length(ends); i++)
        n += count_ends(effnet_json_item(ends, i));
    return n;
}

static gboolean
check_ends(const EffNetGraph *graph, const EffNetJson *model, guint depth, GError **error)
{
    static const char *const keys[] = {"input_layers", "output_layers"};
    const EffNetJson *config = effnet_json_member(model, "config");
    const EffNetJson *layers = get_layers(model);

    for (gsize i = 0; i < G_N_ELEMENTS(keys); i++) {
        guint n = count_ends(effnet_json_member(config, keys[i]));

        if (n > 1)
            return effnet_graph_fail(graph, error, "has a model of %u %s, where one was expected",
                                     n, i == 0 ? "inputs" : "outputs");
    }
    for (guint i = 0; depth < MAX_DEPTH && i < effnet_json_length(layers); i++)
        if (!check_ends(graph, effnet_json_item(layers, i), depth + 1, error))
            return FALSE;
    return TRUE;
}

gboolean
effnet_keras_config_check_ends(const EffNetGraph *graph, const EffNetJson *json, GError **error)
{
    return check_ends(graph, json, 0, error);
}

static gboolean read_list(Reader *r, const EffNetJson *layers, guint depth);

static gboolean
read_layer(Reader *r, const EffNetJson *json, guint depth)
{
    Item item = {.json = json, .config = effnet_json_member(json, "config")};
    const EffNetJson *layers = get_layers(json);

    item.class = effnet_json_string(effnet_json_member(json, "class_name"));
    item.name = effnet_json_string(effnet_json_member(item.config, "name"));
    if (!item.class)
        return effnet_graph_fail(r->graph, r->error, "has a layer without a class");
    if (!item.name)
        item.name = "without a name";
    if (layers && depth < MAX_DEPTH)
        return read_list(r, layers, depth + 1);
    if (!r->in_network) /* for a Sequential model, which may have no input layer */
        read_input(r, &item);
    for (gsize i = 0; i < G_N_ELEMENTS(classes); i++)
        if (g_str_equal(classes[i].class, item.class))
            return classes[i].read(r, &item);
    return refuse(r, &item, "%s, which is not known here",
                  r->in_network ? "in the network" : "in front of the network");
}

static gboolean
read_list(Reader *r, const EffNetJson *layers, guint depth)
{
    for (guint i = 0; i < effnet_json_length(layers); i++)
        if (!read_layer(r, effnet_json_item(layers, i), depth))
            return FALSE;
    return TRUE;
}

/* Reads what follows the last layer with weights. */
static gboolean
read_outputs(Reader *r)
{
    const char *last = NULL;
    guint n = r->out->head->len;

    if (n > 0 &&
        g_array_index(r->out->head, EffNetKerasHeadNorm, n - 1).dense == r->out->dense->len)
        return effnet_graph_fail(r->graph, r->error,
                                 "has a batch norm behind its last layer and activation");
    for (guint i = 0; i < r->pending->len; i++) {
        if (g_str_equal(r->pending->pdata[i], "linear"))
            continue;
        if (last)
            return effnet_graph_fail(r->graph, r->error,
                                     "has both a %.60s and a %.60s behind its last layer", last,
                                     (const char *)r->pending->pdata[i]);
        last = r->pending->pdata[i];
    }
    if (!last)
        r->out->activation = EFFNET_ACTIVATION_NONE;
    else if (g_str_equal(last, "softmax"))
        r->out->activation = EFFNET_ACTIVATION_SOFTMAX;
    else if (g_str_equal(last, "sigmoid"))
        r->out->activation = EFFNET_ACTIVATION_SIGMOID;
    else
        return effnet_graph_fail(r->graph, r->error,
                                 "has outputs behind the activation %.60s, where softmax, sigmoid "
                                 "or none were expected",
                                 last);
    return TRUE;
}

static void
order_layers(GHashTable *order, const EffNetJson *layers, guint depth)
{
    for (guint i = 0; i < effnet_json_length(layers); i++) {
        const EffNetJson *layer = effnet_json_item(layers, i);
        const EffNetJson *name = effnet_json_member(effnet_json_member(layer, "config"), "name");

        if (get_layers(layer) && depth < MAX_DEPTH)
            order_layers(order, get_layers(layer), depth + 1);
        else if (effnet_json_string(name))
            g_hash_table_insert(order, (gpointer)effnet_json_string(name),
                                GUINT_TO_POINTER(g_hash_table_size(order) + 1));
    }
}

GHashTable *
effnet_keras_config_order(const EffNetJson *json)
{
    GHashTable *order = g_hash_table_new(g_str_hash, g_str_equal);

    order_layers(order, get_layers(json), 0);
    return order;
}

gboolean
effnet_keras_config_read(EffNetKerasConfig *config, const EffNetGraph *graph,
                         const EffNetJson *json, const GArray *normalizations, GError **error)
{
    const EffNetJson *layers = get_layers(json);
    g_autoptr(GPtrArray) pending = g_ptr_array_new();
    Reader r = {.out = config,
                .graph = graph,
                .normalizations = normalizations,
                .pending = pending,
                .error = error};

    config->convs = g_array_new(FALSE, FALSE, sizeof(guint));
    config->depthwise = g_array_new(FALSE, FALSE, sizeof(guint));
    config->dense = g_array_new(FALSE, FALSE, sizeof(EffNetAct));
    config->epsilons = g_array_new(FALSE, FALSE, sizeof(double));
    config->head = g_array_new(FALSE, FALSE, sizeof(EffNetKerasHeadNorm));
    for (int i = 0; i < 3; i++)
        config->scale[i] = 1;
    config->has_layers = effnet_json_length(layers) > 0;
    return !config->has_layers || (read_list(&r, layers, 0) && read_outputs(&r));
}

void
effnet_keras_config_clear(EffNetKerasConfig *config)
{
    g_clear_pointer(&config->convs, g_array_unref);
    g_clear_pointer(&config->depthwise, g_array_unref);
    g_clear_pointer(&config->dense, g_array_unref);
    g_clear_pointer(&config->epsilons, g_array_unref);
    g_clear_pointer(&config->head, g_array_unref);
}
