/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert/graph.h"

#include <math.h>
#include <string.h>

#include <effnet/error.h>

static const float ones[256] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static EffNetConstant
constant(guint n_dims, guint64 a, guint64 b, guint64 c, guint64 d)
{
    EffNetConstant made = {.n_dims = n_dims, .dims = {a, b, c, d}};

    g_assert_true(effnet_constant_set_data(&made, (const guint8 *)ones,
                                           effnet_constant_n_elements(&made) * sizeof(float)));
    return made;
}

static const EffNetGraphLayer *
get(const EffNetGraph *graph, guint i)
{
    return g_ptr_array_index(graph->layers, i);
}

/* Adds a 1x1 convolution from CHANNELS to CHANNELS, from value IN to OUT. */
static void
add(EffNetGraph *graph, const char *name, guint channels, guint in, guint out)
{
    EffNetConstant weights = constant(4, channels, channels, 1, 1);
    const EffNetGraphConv conv = {
        .name = name, .in = in, .out = out, .weights = &weights, .groups = 1, .stride = 1};

    g_assert_true(effnet_graph_add_conv(graph, &conv, NULL));
}

static void
assert_refused(EffNetGraph *graph, const EffNetGraphConv *conv, const char *message)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(effnet_graph_add_conv(graph, conv, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_assert_cmpstr(error->message, ==, message);
}

static void
test_orders(void)
{
    static const struct {
        EffNetWeightsOrder order;
        guint64 stored[4], dims[4];
        float second; /* the first filter's second tap, if it has several */
    } cases[] = {
        {EFFNET_WEIGHTS_OIHW, {2, 1, 3, 3}, {2, 1, 3, 3}, 2},
        {EFFNET_WEIGHTS_OHWI, {2, 3, 3, 1}, {2, 1, 3, 3}, 2},
        {EFFNET_WEIGHTS_HWIO, {3, 3, 1, 2}, {2, 1, 3, 3}, 3},
        {EFFNET_WEIGHTS_HWOI, {3, 3, 2, 1}, {2, 1, 3, 3}, 3},
        {EFFNET_WEIGHTS_1HWO, {1, 3, 3, 2}, {2, 1, 3, 3}, 3},
    };

    for (gsize i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(EffNetGraph) graph = effnet_graph_new("file");
        const guint64 *s = cases[i].stored;
        EffNetConstant weights = constant(4, s[0], s[1], s[2], s[3]);
        const EffNetGraphConv conv = {
            .name = "a", .out = 1, .weights = &weights, .order = cases[i].order, .stride = 2};

        effnet_graph_set_input(graph, 0);
        g_assert_true(effnet_graph_add_conv(graph, &conv, NULL));
        for (int d = 0; d < 4; d++)
            g_assert_cmpuint(get(graph, 0)->dims[d], ==, cases[i].dims[d]);
        g_assert_cmpfloat(get(graph, 0)->weights[1], ==, cases[i].second);
        g_assert_true(get(graph, 0)->grouped);
        g_assert_cmpfloat(get(graph, 0)->bias[1], ==, 0);
    }
}

static void
test_norm(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");
    EffNetConstant two = constant(1, 2, 0, 0, 0), three = constant(1, 3, 0, 0, 0);
    EffNetGraphNorm norm = {.in = 1,
                            .out = 2,
                            .gamma = &two,
                            .beta = &two,
                            .mean = &two,
                            .variance = &two,
                            .epsilon = 3};
    GError *error = NULL;

    effnet_graph_set_input(graph, 0);
    add(graph, "a", 2, 0, 1);
    g_assert_true(effnet_graph_add_norm(graph, &norm, NULL));
    /* gamma 1, 2; variance + epsilon 4, 5 */
    g_assert_cmpfloat(get(graph, 0)->weights[1], ==, 2 * 1 / 2.f);
    g_assert_cmpfloat_with_epsilon(get(graph, 0)->weights[2], 3 * 2 / sqrt(5), 1e-6);
    g_assert_cmpfloat(get(graph, 0)->bias[0], ==, 1 - 1 / 2.f);

    norm.in = 2;
    norm.mean = &three;
    g_assert_false(effnet_graph_add_norm(graph, &norm, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
}

/* A linear layer of two outputs and weights 1 to 2 * CHANNELS. */
static gboolean
add_linear(EffNetGraph *graph, guint channels, guint in, guint out, GError **error)
{
    EffNetConstant weights = constant(2, 2, channels, 0, 0);
    const EffNetGraphConv conv = {
        .name = "linear", .in = in, .out = out, .weights = &weights, .groups = 1};

    return effnet_graph_add_conv(graph, &conv, error);
}

/* A graph of a convolution, which makes value 1, and of its activated outputs, which are 2. */
static EffNetGraph *
new_features(void)
{
    EffNetGraph *graph = effnet_graph_new("file");

    effnet_graph_set_input(graph, 0);
    add(graph, "conv", 2, 0, 1);
    effnet_graph_add_act(graph, EFFNET_ACT_RELU, 1, 2);
    return graph;
}

/* Adds x * GAMMA / 2 + BETA for each of two channels. */
static gboolean
add_norm(EffNetGraph *graph, guint in, guint out, GError **error)
{
    static const float gammas[] = {1, 3}, betas[] = {5, -1}, zeros[2], variances[2] = {3, 3};
    const float *parts[] = {gammas, betas, zeros, variances};
    EffNetConstant constants[4];

    for (int i = 0; i < 4; i++)
        constants[i] = (EffNetConstant){.n_dims = 1, .dims = {2}, .data = (const guint8 *)parts[i]};
    return effnet_graph_add_norm(graph,
                                 &(EffNetGraphNorm){.in = in,
                                                    .out = out,
                                                    .gamma = &constants[0],
                                                    .beta = &constants[1],
                                                    .mean = &constants[2],
                                                    .variance = &constants[3],
                                                    .epsilon = 1},
                                 error);
}

/* Behind an activation, norms are for the linear layers that read them, one after another. */
static void
test_norm_before(void)
{
    g_autoptr(EffNetGraph) graph = new_features();
    EffNetConstant by = constant(1, 2, 0, 0, 0); /* 1, 2 */

    g_assert_true(add_norm(graph, 2, 3, NULL));
    g_assert_false(effnet_graph_check_norms(graph, NULL)); /* nothing reads it yet */
    effnet_graph_add_pass(graph, TRUE, 3, 4);
    g_assert_true(add_linear(graph, 2, 4, 5, NULL));
    g_assert_true(effnet_graph_check_norms(graph, NULL));
    g_assert_cmpfloat(get(graph, 1)->weights[0], ==, 1 / 2.f);
    g_assert_cmpfloat(get(graph, 1)->weights[1], ==, 2 * 3 / 2.f);
    g_assert_cmpfloat(get(graph, 1)->bias[0], ==, 1 * 5 - 2 * 1);
    g_assert_cmpfloat(get(graph, 1)->bias[1], ==, 3 * 5 - 4 * 1);

    effnet_graph_set_constant(graph, 20, &by);
    g_assert_true(effnet_graph_add_binary(graph, '*', 20, 4, 6, NULL));
    g_assert_true(effnet_graph_add_binary(graph, '-', 6, 20, 7, NULL));
    g_assert_false(effnet_graph_check_norms(graph, NULL));
    g_assert_true(add_linear(graph, 2, 7, 8, NULL));
    g_assert_true(effnet_graph_check_norms(graph, NULL));
    g_assert_cmpfloat(get(graph, 2)->weights[1], ==, 2 * 3 / 2.f * 2);
    g_assert_cmpfloat(get(graph, 2)->bias[0], ==, 1 * (5 - 1) + 2 * (-2 - 2));
    g_assert_cmpuint(graph->n_sums, ==, 0);

    /* Right behind a linear layer, a product is its own, and a sum is its bias. */
    g_assert_true(effnet_graph_add_binary(graph, '*', 8, 20, 9, NULL));
    g_assert_true(effnet_graph_add_binary(graph, '+', 9, 20, 10, NULL));
    g_assert_true(effnet_graph_check_norms(graph, NULL));
    g_assert_cmpfloat(get(graph, 2)->weights[3], ==, 4 * 3 / 2.f * 2 * 2);
    g_assert_cmpfloat(get(graph, 2)->bias[0], ==, -4 + 1);
}

static void
assert_norms_refused(const EffNetGraph *graph)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(effnet_graph_check_norms(graph, &error));
    g_assert_cmpstr(
        error->message, ==,
        "file has a batch norm that is neither behind a convolution or linear layer nor "
        "in front of a linear one that could take it");
}

/* Whatever else reads a norm's outputs, a linear layer beside it or not. */
static void
test_norm_lost(void)
{
    for (guint i = 0; i < 5; i++) {
        g_autoptr(EffNetGraph) graph = new_features();

        g_assert_true(add_norm(graph, 2, 3, NULL));
        g_assert_true(add_linear(graph, 2, 3, 4, NULL));
        if (i == 0)
            effnet_graph_add_act(graph, EFFNET_ACT_SIGMOID, 3, 5);
        else if (i == 1)
            effnet_graph_add_pass(graph, FALSE, 3, 5);
        else if (i == 2)
            g_assert_true(effnet_graph_add_binary(graph, '+', 3, 2, 5, NULL));
        else if (i == 3)
            g_assert_true(effnet_graph_add_binary(graph, '+', 2, 3, 5, NULL));
        else
            g_assert_true(add_norm(graph, 3, 5, NULL));
        assert_norms_refused(graph);
    }
}

static void
test_norm_refused(void)
{
    g_autoptr(EffNetGraph) graph = new_features();
    EffNetConstant weights = constant(4, 2, 2, 1, 1), rows = constant(2, 2, 1, 0, 0);
    const EffNetGraphConv conv = {
        .name = "next", .in = 3, .out = 4, .weights = &weights, .groups = 1, .stride = 1};
    GError *error = NULL;

    g_assert_true(add_norm(graph, 2, 3, NULL));
    assert_refused(graph, &conv,
                   "file has a batch norm of 2 channels that the layer next behind it cannot take");
    g_assert_false(add_linear(graph, 3, 3, 4, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
    effnet_graph_set_constant(graph, 20, &rows); /* a number for each row is none for a channel */
    g_assert_false(effnet_graph_add_binary(graph, '*', 2, 20, 5, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
    g_assert_false(add_norm(graph, 0, 6, &error)); /* of the image */
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
    for (guint i = 1; i < 16; i++)
        g_assert_true(add_norm(graph, 3, 3, NULL));
    g_assert_false(add_norm(graph, 3, 3, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
}

static void
test_activations(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");
    GError *error = NULL;

    effnet_graph_set_input(graph, 0);
    add(graph, "a", 2, 0, 1);
    effnet_graph_add_act(graph, EFFNET_ACT_SIGMOID, 1, 2);
    g_assert_true(effnet_graph_add_binary(graph, '*', 2, 1, 3, NULL));
    g_assert_cmpuint(graph->n_acts[EFFNET_ACT_SILU], ==, 1);
    g_assert_cmpuint(graph->n_acts[EFFNET_ACT_SIGMOID], ==, 0);
    effnet_graph_add_pass(graph, FALSE, 3, 4);
    add(graph, "gate", 2, 4, 5);
    effnet_graph_add_act(graph, EFFNET_ACT_SIGMOID, 5, 6);
    g_assert_true(effnet_graph_add_binary(graph, '*', 3, 6, 7, NULL));
    g_assert_cmpuint(graph->n_acts[EFFNET_ACT_SILU], ==, 1);
    g_assert_cmpuint(graph->n_acts[EFFNET_ACT_SIGMOID], ==, 1);
    g_assert_false(effnet_graph_add_binary(graph, '*', 3, 7, 8, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
    g_assert_false(effnet_graph_add_binary(graph, '-', 3, 7, 8, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
    g_clear_error(&error);
}

static void
test_bias(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");
    EffNetConstant two = constant(1, 2, 0, 0, 0);

    effnet_graph_set_input(graph, 0);
    effnet_graph_set_constant(graph, 9, &two);
    add(graph, "a", 2, 0, 1);
    g_assert_true(effnet_graph_add_binary(graph, '+', 9, 1, 2, NULL));
    g_assert_cmpfloat(get(graph, 0)->bias[1], ==, 2);
    g_assert_cmpuint(graph->n_sums, ==, 0);
}

static void
test_picture(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");
    const float numbers[] = {1 / 255.f, 0.5f, 0.4f, 0.3f, 0.25f};
    EffNetConstant scale = {.data = (const guint8 *)numbers};
    EffNetConstant mean = {.n_dims = 1, .dims = {3}, .data = (const guint8 *)(numbers + 1)};
    EffNetConstant std = {.data = (const guint8 *)(numbers + 4)};

    effnet_graph_set_input(graph, 0);
    effnet_graph_set_constant(graph, 5, &scale);
    effnet_graph_set_constant(graph, 6, &mean);
    effnet_graph_set_constant(graph, 7, &std);
    g_assert_true(effnet_graph_add_binary(graph, '*', 5, 0, 1, NULL));
    g_assert_true(effnet_graph_add_binary(graph, '-', 1, 6, 2, NULL));
    g_assert_true(effnet_graph_add_binary(graph, '/', 2, 7, 3, NULL));
    g_assert_true(graph->is_normalised);
    g_assert_cmpfloat_with_epsilon(graph->scale[0], 4 / 255.0, 1e-8);
    g_assert_cmpfloat_with_epsilon(graph->offset[2], -1.2, 1e-6);
}

/* conv1 and shortcut read the same; the shortcut comes last in the file. */
static void
test_sort(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");

    effnet_graph_set_input(graph, 0);
    add(graph, "stem", 2, 0, 1);
    effnet_graph_add_act(graph, EFFNET_ACT_RELU, 1, 2);
    add(graph, "conv1", 2, 2, 3);
    effnet_graph_add_act(graph, EFFNET_ACT_RELU, 3, 4);
    add(graph, "conv2", 2, 4, 5);
    effnet_graph_add_pass(graph, TRUE, 2, 6);
    add(graph, "shortcut", 2, 6, 7);
    g_assert_true(effnet_graph_add_binary(graph, '+', 5, 7, 8, NULL));
    effnet_graph_sort(graph);
    g_assert_cmpuint(graph->n_sums, ==, 1);
    g_assert_cmpstr(get(graph, 0)->name, ==, "stem");
    g_assert_cmpstr(get(graph, 1)->name, ==, "shortcut");
    g_assert_cmpstr(get(graph, 2)->name, ==, "conv1");
    g_assert_cmpstr(get(graph, 3)->name, ==, "conv2");
}

/* The means of what a block reads belong to its shortcut only. */
static void
test_averages(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");

    effnet_graph_set_input(graph, 0);
    add(graph, "stem", 2, 0, 1);
    effnet_graph_add_act(graph, EFFNET_ACT_RELU, 1, 2);
    add(graph, "conv1", 2, 2, 3);
    effnet_graph_add_averages(graph, 2, 4);
    effnet_graph_add_pass(graph, TRUE, 4, 5);
    add(graph, "shortcut", 2, 5, 6);
    g_assert_true(effnet_graph_add_binary(graph, '+', 3, 6, 7, NULL));
    effnet_graph_add_pass(graph, FALSE, 4, 8);
    add(graph, "other", 2, 8, 9);
    effnet_graph_sort(graph);
    g_assert_cmpstr(get(graph, 1)->name, ==, "shortcut");
    g_assert_true(get(graph, 1)->averages);
    g_assert_cmpuint(get(graph, 1)->stride, ==, 2);
    g_assert_cmpstr(get(graph, 2)->name, ==, "conv1");
    g_assert_false(get(graph, 2)->averages);
    g_assert_cmpuint(get(graph, 2)->stride, ==, 1);
    g_assert_cmpstr(get(graph, 3)->name, ==, "other");
    g_assert_false(get(graph, 3)->averages);
}

static void
test_refused(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");
    EffNetConstant weights = constant(4, 2, 2, 1, 1), three = constant(1, 3, 0, 0, 0);
    const EffNetGraphConv bad[] = {
        {.name = "a", .in = 5, .weights = &weights, .stride = 1},        /* not from the image */
        {.name = "a", .stride = 1},                                      /* no weights */
        {.name = "a", .weights = &three, .stride = 1},                   /* one dimension */
        {.name = "a", .weights = &weights, .bias = &three, .stride = 1}, /* other biases */
        {.name = "a", .weights = &weights, .stride = 1, .groups = 3},    /* three groups */
        {.name = "a", .weights = &weights},                              /* not linear */
    };

    effnet_graph_set_input(graph, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(effnet_graph_add_conv(graph, &bad[i], &error));
        g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_MODEL);
        g_assert_true(g_str_has_prefix(error->message, "file "));
    }
}

static void
test_too_many(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");
    EffNetConstant weights = constant(4, 1, 1, 1, 1);
    const EffNetGraphConv conv = {
        .name = "a", .in = 1, .out = 1, .weights = &weights, .groups = 1, .stride = 1};

    effnet_graph_set_input(graph, 1);
    for (guint i = 0; i < EFFNET_GRAPH_MAX_LAYERS; i++)
        g_assert_true(effnet_graph_add_conv(graph, &conv, NULL));
    assert_refused(graph, &conv, "file has more than 16384 layers, as no network here has");
}

/* Layers share weights in the file. The layer that is refused reads none. */
static void
test_too_many_weights(void)
{
    g_autoptr(EffNetGraph) graph = effnet_graph_new("file");
    EffNetConstant weights = constant(4, 1, 1, 1, 1);
    const EffNetGraphConv conv = {
        .name = "a", .in = 1, .out = 1, .weights = &weights, .groups = 1, .stride = 1};

    effnet_graph_set_input(graph, 1);
    g_assert_true(effnet_graph_add_conv(graph, &conv, NULL));
    weights.dims[0] = weights.dims[1] = 1u << 15;
    assert_refused(graph, &conv, "file has more than 1073741824 weights, as no network here has");
    g_assert_cmpuint(graph->layers->len, ==, 1);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/convert/graph/orders", test_orders);
    g_test_add_func("/convert/graph/norm", test_norm);
    g_test_add_func("/convert/graph/norm-before", test_norm_before);
    g_test_add_func("/convert/graph/norm-lost", test_norm_lost);
    g_test_add_func("/convert/graph/norm-refused", test_norm_refused);
    g_test_add_func("/convert/graph/activations", test_activations);
    g_test_add_func("/convert/graph/bias", test_bias);
    g_test_add_func("/convert/graph/picture", test_picture);
    g_test_add_func("/convert/graph/sort", test_sort);
    g_test_add_func("/convert/graph/averages", test_averages);
    g_test_add_func("/convert/graph/too-many", test_too_many);
    g_test_add_func("/convert/graph/too-many-weights", test_too_many_weights);
    g_test_add_func("/convert/graph/refused", test_refused);
    return g_test_run();
}
