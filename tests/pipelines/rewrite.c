/* SPDX-License-Identifier: BSD-2-Clause */
#include "rewrite.h"

#include <math.h>
#include <string.h>

#include <glib/gstdio.h>

#include "checkpoint.h"
#include "checkpoint/checkpoint.h"

#define FEATURES 1280

static const char *const labels[] = {"gate open", "parcel/box", "\xc3\xa4", NULL};

typedef struct {
    char *folder, *base, *output;
    float weights[3 * FEATURES], bias[3];
    EffNetNewHead head;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = effnet_test_make_folder();
    f->base = g_build_filename(f->folder, "base.safetensors", NULL);
    f->output = g_build_filename(f->folder, "own.safetensors", NULL);
    effnet_test_write_lite0(f->base, 1, 10, 1);
    for (guint i = 0; i < 3 * FEATURES; i++)
        f->weights[i] = sinf((float)i) / 100;
    for (guint k = 0; k < 3; k++)
        f->bias[k] = (float)k - 1;
    f->head = (EffNetNewHead){labels, 3, f->weights, f->bias, FALSE};
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_test_remove_folder(f->folder);
    g_free(f->base);
    g_free(f->output);
}

/* The features and logits that the model PATH computes. */
static void
infer(const char *path, float *features, float *logits)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetModel) model = effnet_model_open(path, NULL, &error);
    g_autoptr(EffNetSession) session = NULL;
    g_autofree float *chw = g_new(float, 3 * 224 * 224);

    g_assert_no_error(error);
    for (guint i = 0; i < 3 * 224 * 224; i++)
        chw[i] = sinf((float)i / 50);
    session = effnet_session_new(model, 1, 1, &error);
    effnet_session_set_tensor(session, 0, chw);
    effnet_session_run(session, 1);
    memcpy(features, effnet_session_get_features(session, 0), FEATURES * sizeof *features);
    memcpy(logits, effnet_session_get_logits(session, 0), 3 * sizeof *logits);
}

static void
test_answers(Fixture *f, gconstpointer sigmoid)
{
    g_autofree float *before = g_new(float, FEATURES), *after = g_new(float, FEATURES);
    const char *metadata[] = {"note", "kept", NULL};
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetModel) model = NULL;
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    const EffNetModelInfo *info;
    float logits[3];

    f->head.sigmoid = sigmoid != NULL;
    g_assert_true(effnet_rewrite(f->base, NULL, &f->head, metadata, f->output, &error));
    g_assert_no_error(error);
    infer(f->base, before, logits);
    infer(f->output, after, logits);
    g_assert_cmpmem(before, FEATURES * sizeof(float), after, FEATURES * sizeof(float));
    for (guint k = 0; k < 3; k++) {
        double sum = f->bias[k];

        for (guint i = 0; i < FEATURES; i++)
            sum += (double)f->weights[k * FEATURES + i] * after[i];
        g_assert_cmpfloat_with_epsilon(logits[k], sum,
                                       2e-2 * (1 + fabs(sum))); /* the model may run in bf16 */
    }
    model = effnet_model_open(f->output, NULL, &error);
    info = effnet_model_get_info(model);
    g_assert_cmpuint(info->n_classes, ==, 3);
    for (guint k = 0; k < 3; k++)
        g_assert_cmpstr(info->labels[k], ==, labels[k]);
    g_assert_cmpint(info->activation, ==,
                    sigmoid ? EFFNET_ACTIVATION_SIGMOID : EFFNET_ACTIVATION_SOFTMAX);
    checkpoint = effnet_checkpoint_open(f->output, &error);
    g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, "note"), ==, "kept");
}

/* The new model has every tensor of the base, under the same name. */
static void
test_names(Fixture *f, gconstpointer data)
{
    const char *metadata[] = {NULL};
    g_autoptr(EffNetCheckpoint) base = effnet_checkpoint_open(f->base, NULL);
    g_autoptr(EffNetCheckpoint) output = NULL;

    g_assert_true(effnet_rewrite(f->base, NULL, &f->head, metadata, f->output, NULL));
    output = effnet_checkpoint_open(f->output, NULL);
    g_assert_cmpuint(effnet_checkpoint_get_n_tensors(base), ==,
                     effnet_checkpoint_get_n_tensors(output));
    for (guint i = 0; i < effnet_checkpoint_get_n_tensors(base); i++) {
        const EffNetTensor *tensor = effnet_checkpoint_get_tensor(base, i);
        const EffNetTensor *copy = effnet_checkpoint_find(output, tensor->name);

        g_assert_nonnull(copy);
        g_assert_cmpuint(copy->n_dims, ==, tensor->n_dims);
    }
}

static void
test_quantised(Fixture *f, gconstpointer data)
{
    g_autofree char *q = g_build_filename(f->folder, "q.safetensors", NULL);
    g_autofree guint8 *pixels = g_malloc0(64 * 64 * 3);
    const EffNetFrame frame = {EFFNET_PIXEL_RGB, 64, 64, {pixels}, {64 * 3}};
    g_autoptr(EffNetQuantizer) quantizer = effnet_quantizer_new(f->base, NULL, NULL);
    g_autofree float *before = g_new(float, FEATURES), *after = g_new(float, FEATURES);
    const char *metadata[] = {NULL};
    float logits[3];

    for (guint i = 0; i < 64 * 64 * 3; i++)
        pixels[i] = (guint8)(i * 7);
    g_assert_true(effnet_quantizer_add_frame(quantizer, &frame, NULL));
    g_assert_true(effnet_quantizer_write(quantizer, q, NULL));
    g_assert_true(effnet_rewrite(q, NULL, &f->head, metadata, f->output, NULL));
    infer(q, before, logits);
    infer(f->output, after, logits);
    g_assert_cmpmem(before, FEATURES * sizeof(float), after, FEATURES * sizeof(float));
    for (guint k = 0; k < 3; k++) {
        double sum = f->bias[k];

        for (guint i = 0; i < FEATURES; i++)
            sum += (double)f->weights[k * FEATURES + i] * after[i];
        g_assert_cmpfloat_with_epsilon(logits[k], sum, 3e-2 * (1 + fabs(sum)));
    }
}

/* With the old classifier, and what was learned with it. */
static void
test_own_head(Fixture *f, gconstpointer data)
{
    static const char *const own[] = {"a", "b", "c", NULL};
    const EffNetNewHead relabelled = {.labels = own}, same = {0};
    const char *metadata[] = {"effnet.learned", "{}", NULL}, *none[] = {NULL};
    g_autofree char *again = g_build_filename(f->folder, "again.safetensors", NULL);
    g_autofree float *features = g_new(float, FEATURES);
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetCheckpoint) checkpoint = NULL;
    float before[3], after[3];

    g_assert_true(effnet_rewrite(f->base, NULL, &f->head, metadata, f->output, NULL));
    infer(f->output, features, before);
    for (guint i = 0; i < 2; i++) {
        g_autoptr(EffNetModel) model = NULL;

        effnet_rewrite(f->output, NULL, i ? &same : &relabelled, none, again, &error);
        g_assert_no_error(error);
        infer(again, features, after);
        g_assert_cmpmem(before, sizeof before, after, sizeof after);
        model = effnet_model_open(again, NULL, &error);
        for (guint k = 0; k < 3; k++)
            g_assert_cmpstr(effnet_model_get_info(model)->labels[k], ==, i ? labels[k] : own[k]);
    }
    checkpoint = effnet_checkpoint_open(again, &error);
    g_assert_cmpstr(effnet_checkpoint_get_metadata(checkpoint, "effnet.learned"), ==, "{}");
}

static void
test_failures(Fixture *f, gconstpointer data)
{
    const char *metadata[] = {NULL};
    g_autoptr(GError) error = NULL;
    const EffNetModelOptions odd = {.epsilon = 0.5};

    g_assert_false(effnet_rewrite("/nonexistent", NULL, &f->head, metadata, f->output, &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent"));
    g_clear_error(&error);
    g_assert_false(effnet_rewrite(f->base, NULL, &f->head, metadata, "/nonexistent/m", &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent/m"));
    g_clear_error(&error);
    g_assert_false(effnet_rewrite(f->base, &odd, &f->head, metadata, f->output, &error));
    g_assert_nonnull(strstr(error->message, "understood differently"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/rewrite/softmax", Fixture, NULL, set_up, test_answers, tear_down);
    g_test_add("/rewrite/sigmoid", Fixture, "", set_up, test_answers, tear_down);
    g_test_add("/rewrite/names", Fixture, NULL, set_up, test_names, tear_down);
    g_test_add("/rewrite/quantised", Fixture, NULL, set_up, test_quantised, tear_down);
    g_test_add("/rewrite/own-head", Fixture, NULL, set_up, test_own_head, tear_down);
    g_test_add("/rewrite/failures", Fixture, NULL, set_up, test_failures, tear_down);
    return g_test_run();
}
