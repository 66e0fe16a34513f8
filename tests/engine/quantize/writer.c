/* SPDX-License-Identifier: BSD-2-Clause */
/* What is written computes like the network it was made from, and the same on every level and with
 * any number of threads. */
#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "checkpoint.h"
#include "checkpoint/checkpoint.h"
#include "kernels/kernels.h"
#include "recognise/quantised.h"
#include "plan/fold.h"
#include "plan/plan.h"
#include "quantised.h"

#define CLASSES 20

static void
infer(EffNetModel *model, guint threads, guint seed, float *logits)
{
    const EffNetModelInfo *info = effnet_model_get_info(model);
    gsize n = 3 * (gsize)info->resolution * info->resolution;
    g_autofree float *chw = g_new(float, n);
    g_autoptr(EffNetSession) session = effnet_session_new(model, 2, threads, NULL);

    effnet_test_fill_tensor(chw, n, seed);
    for (guint i = 0; i < 2; i++)
        effnet_session_set_tensor(session, i, chw);
    effnet_session_run(session, 2);
    memcpy(logits, effnet_session_get_logits(session, 1), CLASSES * sizeof *logits);
}

static double
cosine(const float *a, const float *b)
{
    double product = 0, aa = 0, bb = 0;

    for (guint i = 0; i < CLASSES; i++) {
        product += a[i] * b[i];
        aa += a[i] * a[i];
        bb += b[i] * b[i];
    }
    return product / sqrt(aa * bb);
}

/* Whether an earlier level has the same kernels for quantised networks. */
static gboolean
is_repeated(const char *const *isa)
{
    const EffNetKernels *kernels = effnet_kernels_find(*isa);

    for (const char *const *earlier = effnet_cpu_list(); kernels && earlier < isa; earlier++) {
        const EffNetKernels *other = effnet_kernels_find(*earlier);

        if (other && other->conv[EFFNET_TYPE_S16].run == kernels->conv[EFFNET_TYPE_S16].run &&
            other->dwconv[EFFNET_TYPE_S16].run == kernels->dwconv[EFFNET_TYPE_S16].run &&
            other->dwconv[EFFNET_TYPE_U8].run == kernels->dwconv[EFFNET_TYPE_U8].run)
            return TRUE;
    }
    return kernels == NULL;
}

static void
test_network(gconstpointer data)
{
    const char *name = data;
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "q.safetensors", NULL);
    g_autoptr(EffNetModel) floats = effnet_test_write_quantised(path, name, 64, CLASSES);
    float expected[CLASSES], found[CLASSES], first[CLASSES];
    guint levels = 0;

    infer(floats, 1, 7, expected);
    for (const char *const *isa = effnet_cpu_list(); *isa; isa++) {
        g_autoptr(GError) error = NULL;
        g_autoptr(EffNetModel) model = NULL;

        if (is_repeated(isa))
            continue;
        g_assert_true(effnet_cpu_cap(*isa, NULL));
        model = effnet_model_open(path, NULL, &error);
        g_assert_no_error(error);
        g_assert_cmpint(effnet_model_get_info(model)->precision, ==, EFFNET_PRECISION_INT8);
        infer(model, 1 + levels % 2, 7, found);
        if (levels++ == 0)
            memcpy(first, found, sizeof first);
        g_assert_cmpmem(found, sizeof found, first, sizeof first);
    }
    g_test_message("%s: cosine %.5f", name, cosine(found, expected));
    g_assert_cmpfloat(cosine(found, expected), >, 0.98);
    effnet_test_remove_folder(folder);
}

static float *
read_part(EffNetWeights *weights, const EffNetLayer *layer, EffNetPart part)
{
    float *values = g_new(float, effnet_part_size(layer, part));

    g_assert_true(weights->read(weights, layer, part, values, NULL));
    return values;
}

/* If a layer's inputs are always their means, its outputs are those of the floats, however its
 * weights were rounded. */
static void
test_bias(void)
{
    const EffNetModelOptions options = {.resolution = 32};
    g_autoptr(EffNetArch) arch = effnet_arch_new("lite0", NULL);
    g_autoptr(EffNetRecognition) r = effnet_recognise_random(arch, 1, CLASSES, &options, NULL);
    g_autoptr(EffNetNetwork) network = effnet_network_new(arch, 32, 3, CLASSES, r->info.padding);
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "q.safetensors", NULL);
    EffNetStatistics *statistics = g_new0(EffNetStatistics, network->n_layers);
    EffNetWeights *quantised, *floats = effnet_weights_new_random(1); /* starting again */

    for (guint i = 0; i < network->n_layers; i++) {
        EffNetStatistics *s = &statistics[i];

        s->images = 2;
        s->inputs = g_new(double, network->layers[i].in_channels);
        for (guint k = 0; k < network->layers[i].in_channels; k++)
            s->inputs[k] = 2 * (k % 5);
    }
    g_assert_true(effnet_quantised_write(path, r->weights, network, &r->info, statistics, NULL));
    quantised = effnet_weights_new_quantised(effnet_checkpoint_open(path, NULL));
    for (guint i = 0; i < network->n_layers; i++) {
        const EffNetLayer *layer = &network->layers[i];
        gsize n = effnet_layer_row_length(layer);
        gboolean depthwise = layer->role == EFFNET_ROLE_DEPTHWISE;
        g_autofree float *rows = effnet_layer_new_rows(layer, sizeof *rows, NULL);
        g_autofree float *bias = g_new0(float, layer->out_channels);
        g_autofree float *weights = read_part(quantised, layer, EFFNET_PART_WEIGHT);
        g_autofree float *scale = read_part(quantised, layer, EFFNET_PART_SCALE);
        g_autofree float *corrected = read_part(quantised, layer, EFFNET_PART_BIAS);

        g_assert_true(effnet_layer_fold(floats, layer, r->info.epsilon, rows, bias, NULL, NULL));
        for (guint o = 0; i > 0 && o < layer->out_channels; o++) {
            double expected = bias[o], found = corrected[o], size = 0;

            for (gsize k = 0; k < n; k++) {
                guint channel = depthwise ? o : k / (layer->kernel * layer->kernel);

                expected += rows[o * n + k] * (channel % 5);
                found += (double)weights[o * n + k] * scale[o] * (channel % 5);
                size += fabs(rows[o * n + k]);
            }
            g_assert_cmpfloat_with_epsilon(found, expected, 1e-5 * size);
        }
    }
    effnet_weights_free(quantised);
    effnet_weights_free(floats);
    effnet_statistics_free(statistics, network->n_layers);
    effnet_test_remove_folder(folder);
}

/* A quarter of the floats' size, plus what stays float. */
static void
test_size(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "q.safetensors", NULL);
    g_autoptr(EffNetModel) floats = effnet_test_write_quantised(path, "b0", 32, 1000);
    guint64 bytes = effnet_model_get_info(floats)->params * sizeof(float);
    GStatBuf status;

    g_assert_cmpint(g_stat(path, &status), ==, 0);
    g_assert_cmpuint(status.st_size, <, bytes * 28 / 100);
    effnet_test_remove_folder(folder);
}

static void
test_no_folder(void)
{
    g_autoptr(EffNetArch) arch = effnet_arch_new("lite0", NULL);
    const EffNetModelOptions options = {.resolution = 32};
    g_autoptr(EffNetRecognition) r = effnet_recognise_random(arch, 1, 5, &options, NULL);
    g_autoptr(EffNetNetwork) network = effnet_network_new(arch, 32, 3, 5, r->info.padding);
    g_autofree EffNetStatistics *statistics = g_new0(EffNetStatistics, network->n_layers);
    g_autoptr(GError) error = NULL;

    g_assert_false(effnet_quantised_write("/nonexistent/q.safetensors", r->weights, network,
                                          &r->info, statistics, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
}

int
main(int argc, char **argv)
{
    static const char *const networks[] = {"b0",           "lite0",        "v2-b0",    "es",
                                           "mobilenet-v1", "mobilenet-v2", "resnet18", "resnet50"};

    g_test_init(&argc, &argv, NULL);
    for (gsize i = 0; i < G_N_ELEMENTS(networks); i++) {
        g_autofree char *path = g_strdup_printf("/writer/%s", networks[i]);

        g_test_add_data_func(path, networks[i], test_network);
    }
    g_test_add_func("/writer/bias", test_bias);
    g_test_add_func("/writer/size", test_size);
    g_test_add_func("/writer/no-folder", test_no_folder);
    return g_test_run();
}
