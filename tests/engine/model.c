/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include <effnet/effnet.h>

static EffNetModel *
new_model(guint32 seed, guint n_classes, const EffNetModelOptions *options)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetArch) arch = effnet_arch_new("lite0", &error);
    EffNetModel *model;

    g_assert_no_error(error);
    model = effnet_model_new_random(arch, seed, n_classes, options, &error);
    g_assert_no_error(error);
    return model;
}

static void
infer(EffNetModel *model, float *logits)
{
    const EffNetModelInfo *info = effnet_model_get_info(model);
    gsize size = (gsize)info->in_channels * info->resolution * info->resolution;
    g_autofree float *chw = g_new(float, size);
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetSession) session = effnet_session_new(model, 1, 1, &error);

    g_assert_no_error(error);
    for (gsize i = 0; i < size; i++)
        chw[i] = (float)(i % 251) / 125 - 1;
    effnet_session_set_tensor(session, 0, chw);
    effnet_session_run(session, 1);
    memcpy(logits, effnet_session_get_logits(session, 0), info->n_classes * sizeof(float));
}

static void
test_info(void)
{
    g_autoptr(EffNetModel) model = new_model(1, 0, NULL);
    const EffNetModelInfo *info = effnet_model_get_info(model);
    g_autoptr(EffNetArch) arch = effnet_arch_new("lite0", NULL);
    EffNetArchCost cost;

    effnet_arch_get_cost(arch, 0, 0, &cost);
    g_assert_null(info->path);
    g_assert_cmpstr(info->arch, ==, "lite0");
    g_assert_cmpuint(info->resolution, ==, 224);
    g_assert_cmpuint(info->in_channels, ==, 3);
    g_assert_cmpuint(info->n_classes, ==, 1000);
    g_assert_cmpuint(info->n_features, ==, 1280);
    g_assert_cmpuint(info->params, ==, cost.params);
    g_assert_cmpint(info->precision, !=, EFFNET_PRECISION_AUTO);
    g_assert_cmpint(info->padding, !=, EFFNET_PADDING_AUTO);
    g_assert_cmpint(info->activation, !=, EFFNET_ACTIVATION_AUTO);
}

static void
test_options(void)
{
    const EffNetModelOptions options = {.resolution = 64, .padding = EFFNET_PADDING_SYMMETRIC};
    g_autoptr(EffNetModel) model = new_model(1, 10, &options);
    const EffNetModelInfo *info = effnet_model_get_info(model);
    float logits[10];

    g_assert_cmpuint(info->resolution, ==, 64);
    g_assert_cmpuint(info->n_classes, ==, 10);
    g_assert_cmpint(info->padding, ==, EFFNET_PADDING_SYMMETRIC);
    infer(model, logits);
}

/* The precision is settled here, not while recognising, and is among the origins. */
static void
test_precision(void)
{
    const EffNetModelOptions fp32 = {.precision = EFFNET_PRECISION_FP32, .resolution = 64};
    const EffNetModelOptions int8 = {.precision = EFFNET_PRECISION_INT8, .resolution = 64};
    g_autoptr(EffNetModel) model = new_model(1, 10, &fp32);
    g_autoptr(EffNetArch) arch = effnet_arch_new("lite0", NULL);
    const EffNetModelInfo *info = effnet_model_get_info(model);
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(info->precision, ==, EFFNET_PRECISION_FP32);
    g_assert_true(g_strv_contains(info->origins, "precision: fp32 (from options)"));
    g_assert_null(effnet_model_new_random(arch, 1, 10, &int8, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, "effnet quantize"));
}

/* The same seed gives the same weights, another seed others. */
static void
test_seed(void)
{
    const EffNetModelOptions options = {.resolution = 64};
    const guint32 seeds[] = {1, 1, 2};
    float logits[3][10];

    for (guint i = 0; i < G_N_ELEMENTS(seeds); i++) {
        g_autoptr(EffNetModel) model = new_model(seeds[i], 10, &options);

        infer(model, logits[i]);
    }
    g_assert_cmpmem(logits[0], sizeof logits[0], logits[1], sizeof logits[1]);
    g_assert_cmpint(memcmp(logits[0], logits[2], sizeof logits[0]), !=, 0);
}

/* A session keeps its model alive, in whichever order the references are dropped. */
static void
test_references(void)
{
    const EffNetModelOptions options = {.resolution = 64};
    EffNetModel *model = new_model(1, 10, &options);
    g_autoptr(EffNetSession) session = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_true(effnet_model_ref(model) == model);
    effnet_model_unref(model);
    session = effnet_session_new(model, 1, 1, &error);
    g_assert_no_error(error);
    effnet_model_unref(model);
    g_assert_cmpstr(effnet_model_get_info(effnet_session_get_model(session))->arch, ==, "lite0");
    effnet_session_run(session, 1);
}

static void
test_no_file(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(effnet_model_open("/nonexistent/model.pth", NULL, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, "/nonexistent/model.pth"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/model/info", test_info);
    g_test_add_func("/model/options", test_options);
    g_test_add_func("/model/precision", test_precision);
    g_test_add_func("/model/seed", test_seed);
    g_test_add_func("/model/references", test_references);
    g_test_add_func("/model/no-file", test_no_file);
    return g_test_run();
}
