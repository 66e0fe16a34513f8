/* SPDX-License-Identifier: BSD-2-Clause */
#include "inference.h"

#include "checkpoint.h"
#include "threads.h"

#define CLASSES 10
#define SIDE    32

typedef struct {
    GstEfficientNetInference *inference;
    guint8 pixels[SIDE * SIDE * 3];
    EffNetFrame frame;
    GstEfficientNetSubject subjects[GST_EFFICIENTNET_BATCH];
    GstEfficientNetRequest request;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    EffNetModelOptions options = {.resolution = SIDE};
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "lite0.safetensors", NULL);
    EffNetSession *session;
    EffNetModel *model;
    GError *error = NULL;

    effnet_test_write_lite0(path, 1, CLASSES, 1.0f);
    model = effnet_model_open(path, &options, &error);
    g_assert_no_error(error);
    session = effnet_session_new(model, 1, 1, &error);
    g_assert_no_error(error);
    effnet_model_unref(model);
    effnet_test_remove_folder(folder);

    f->inference = gst_efficientnet_inference_new(gst_efficientnet_network_new(session, 1, FALSE));
    f->frame = (EffNetFrame){.format = EFFNET_PIXEL_RGB,
                             .width = SIDE,
                             .height = SIDE,
                             .plane = {f->pixels},
                             .stride = {3 * SIDE}};
    f->subjects[0] = (GstEfficientNetSubject){.pts = 5, .roi_id = -1, .region = {0, 0, SIDE, SIDE}};
    f->request = (GstEfficientNetRequest){.subjects = f->subjects,
                                          .n = 1,
                                          .frame = &f->frame,
                                          .activation = EFFNET_ACTIVATION_SOFTMAX};
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    gst_efficientnet_inference_free(f->inference);
}

static GstEfficientNetSubmit
submit(Fixture *f, guint64 number, gboolean async)
{
    GstEfficientNetSubmit submitted;
    GError *error = NULL;

    for (gsize i = 0; i < sizeof f->pixels; i++)
        f->pixels[i] = (guint8)(i * number);
    f->subjects[0].number = number;
    submitted = gst_efficientnet_inference_submit(f->inference, &f->request, async, &error);
    g_assert_no_error(error);
    return submitted;
}

static void
test_wait(Fixture *f, gconstpointer data)
{
    GstEfficientNetOutcome *outcome;
    float sum = 0;

    g_assert_null(gst_efficientnet_inference_collect(f->inference));
    g_assert_cmpint(submit(f, 7, FALSE), ==, GST_EFFICIENTNET_SUBMIT_OK);
    outcome = gst_efficientnet_inference_collect(f->inference);
    g_assert_nonnull(outcome);
    g_assert_null(gst_efficientnet_inference_collect(f->inference));
    g_assert_cmpuint(outcome->n, ==, 1);
    g_assert_cmpuint(outcome->subjects[0].number, ==, 7);
    g_assert_cmpuint(outcome->subjects[0].pts, ==, 5);
    g_assert_cmpuint(outcome->duration, >, 0);
    g_assert_cmpuint(outcome->n_scores, ==, CLASSES);
    g_assert_null(outcome->embeddings);
    for (guint i = 0; i < CLASSES; i++)
        sum += outcome->scores[i];
    g_assert_cmpfloat_with_epsilon(sum, 1.0f, 1e-5f);
    gst_efficientnet_outcome_free(outcome);
}

static GstEfficientNetOutcome *
infer_regions(Fixture *f, guint n)
{
    GstEfficientNetOutcome *outcome;

    f->request.n = n;
    for (guint i = 0; i < n; i++) {
        f->subjects[i] = f->subjects[0];
        f->subjects[i].region = (EffNetRect){i, 2 * i % 5, SIDE - i, 10 + i};
        f->subjects[i].key = i;
    }
    g_assert_cmpint(submit(f, 7, FALSE), ==, GST_EFFICIENTNET_SUBMIT_OK);
    outcome = gst_efficientnet_inference_collect(f->inference);
    g_assert_nonnull(outcome);
    g_assert_cmpuint(outcome->n, ==, n);
    return outcome;
}

/* A region gives the same in a batch as alone, bit for bit; places are added as needed. */
static void
test_batch(Fixture *f, gconstpointer data)
{
    const gsize bytes = CLASSES * sizeof(float);

    f->request.embedding = TRUE;
    for (guint n = 1; n <= GST_EFFICIENTNET_BATCH; n += 5) {
        g_autoptr(GstEfficientNetOutcome) all = infer_regions(f, n);

        for (guint i = 0; i < n; i++) {
            g_autoptr(GstEfficientNetOutcome) one = NULL;

            f->subjects[0].region = all->subjects[i].region;
            f->request.n = 1;
            g_assert_cmpint(submit(f, 7, FALSE), ==, GST_EFFICIENTNET_SUBMIT_OK);
            one = gst_efficientnet_inference_collect(f->inference);
            g_assert_cmpint(all->subjects[i].key, ==, i);
            g_assert_cmpmem(one->scores, bytes, all->scores + i * CLASSES, bytes);
            g_assert_true(g_bytes_equal(one->embeddings[0], all->embeddings[i]));
            g_assert_cmpuint(g_bytes_get_size(one->embeddings[0]), ==, 1280 * sizeof(float));
        }
    }
}

/* Tensors are what the network put out, whatever scores and embeddings are asked for. */
static void
test_tensors(Fixture *f, gconstpointer data)
{
    static const EffNetActivation same_as[] = {
        [GST_EFFICIENTNET_TENSORS_LOGITS] = EFFNET_ACTIVATION_NONE,
        [GST_EFFICIENTNET_TENSORS_SOFTMAX] = EFFNET_ACTIVATION_SOFTMAX,
    };

    for (GstEfficientNetTensors form = 0; form <= GST_EFFICIENTNET_TENSORS_EMBEDDING; form++) {
        g_autoptr(GstEfficientNetOutcome) outcome = NULL, expected = NULL;
        gconstpointer values;
        gsize size;

        f->request.tensors = form;
        f->request.activation = EFFNET_ACTIVATION_SIGMOID;
        f->request.embedding = FALSE;
        outcome = infer_regions(f, 3);
        f->request.activation =
            form < G_N_ELEMENTS(same_as) ? same_as[form] : EFFNET_ACTIVATION_NONE;
        f->request.embedding = TRUE;
        expected = infer_regions(f, 3);
        g_assert_cmpint(outcome->tensor_form, ==, form);
        g_assert_true((outcome->tensors != NULL) == (form != GST_EFFICIENTNET_TENSORS_NONE));
        for (guint i = 0; outcome->tensors && i < outcome->n; i++) {
            values = g_bytes_get_data(outcome->tensors[i], &size);
            if (form == GST_EFFICIENTNET_TENSORS_EMBEDDING)
                g_assert_true(g_bytes_equal(outcome->tensors[i], expected->embeddings[i]));
            else
                g_assert_cmpmem(values, size, expected->scores + i * CLASSES,
                                CLASSES * sizeof(float));
        }
    }
}

/* The worker finds what the calling thread finds. */
static void
test_async(Fixture *f, gconstpointer data)
{
    for (guint64 number = 1; number < 20; number++) {
        g_autoptr(GstEfficientNetOutcome) here = NULL, there = NULL;

        g_assert_cmpint(submit(f, number, FALSE), ==, GST_EFFICIENTNET_SUBMIT_OK);
        here = gst_efficientnet_inference_collect(f->inference);
        g_assert_cmpint(submit(f, number, TRUE), ==, GST_EFFICIENTNET_SUBMIT_OK);
        gst_efficientnet_inference_drain(f->inference);
        there = gst_efficientnet_inference_collect(f->inference);
        g_assert_nonnull(there);
        g_assert_cmpuint(there->subjects[0].number, ==, number);
        g_assert_cmpmem(here->scores, CLASSES * sizeof(float), there->scores,
                        CLASSES * sizeof(float));
    }
}

/* What was found is looked at before anything else is submitted. */
static void
test_uncollected(Fixture *f, gconstpointer data)
{
    g_autoptr(GstEfficientNetOutcome) outcome = NULL;

    g_assert_cmpint(submit(f, 1, TRUE), ==, GST_EFFICIENTNET_SUBMIT_OK);
    gst_efficientnet_inference_drain(f->inference);
    g_assert_cmpint(submit(f, 2, TRUE), ==, GST_EFFICIENTNET_SUBMIT_BUSY);
    outcome = gst_efficientnet_inference_collect(f->inference);
    g_assert_nonnull(outcome);
    g_assert_cmpuint(outcome->subjects[0].number, ==, 1);
    g_assert_cmpint(submit(f, 3, TRUE), ==, GST_EFFICIENTNET_SUBMIT_OK);
}

/* With one in flight, all others are refused; every outcome was accepted before. */
static void
test_busy(Fixture *f, gconstpointer data)
{
    g_autofree gboolean *was_accepted = g_new0(gboolean, 2001);
    guint accepted = 0, found = 0;
    guint64 last = 0;

    for (guint64 number = 1; number <= 2000; number++) {
        g_autoptr(GstEfficientNetOutcome) outcome =
            gst_efficientnet_inference_collect(f->inference);

        if (outcome) {
            g_assert_cmpuint(outcome->subjects[0].number, >, last);
            last = outcome->subjects[0].number;
            g_assert_true(was_accepted[last]);
            found++;
        }
        was_accepted[number] = submit(f, number, TRUE) == GST_EFFICIENTNET_SUBMIT_OK;
        accepted += was_accepted[number];
    }
    g_assert_cmpuint(accepted, >, 0);
    g_assert_cmpuint(accepted, <, 2000);
    g_assert_cmpuint(found, <=, accepted);
}

static void
test_flush(Fixture *f, gconstpointer data)
{
    for (guint64 number = 1; number < 50; number++) {
        GstEfficientNetOutcome *outcome;

        g_assert_cmpint(submit(f, number, TRUE), ==, GST_EFFICIENTNET_SUBMIT_OK);
        if (number % 2)
            g_usleep(200);
        gst_efficientnet_inference_set_flushing(f->inference, TRUE);
        gst_efficientnet_inference_drain(f->inference);
        gst_efficientnet_inference_set_flushing(f->inference, FALSE);
        gst_efficientnet_inference_drain(f->inference);
        g_assert_null(gst_efficientnet_inference_collect(f->inference));

        g_assert_cmpint(submit(f, number, FALSE), ==, GST_EFFICIENTNET_SUBMIT_OK);
        outcome = gst_efficientnet_inference_collect(f->inference);
        g_assert_nonnull(outcome);
        gst_efficientnet_outcome_free(outcome);
    }
}

/* Freed with a frame in flight and an outcome that was not collected. */
static void
test_free_busy(Fixture *f, gconstpointer data)
{
    submit(f, 1, FALSE);
    submit(f, 2, TRUE);
}

/* Without a thread there is no worker: that is an error, in which no frame is lost. */
static void
test_no_thread(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    effnet_test_refuse_threads(TRUE);
    g_assert_cmpint(gst_efficientnet_inference_submit(f->inference, &f->request, TRUE, &error), ==,
                    GST_EFFICIENTNET_SUBMIT_FAILED);
    effnet_test_refuse_threads(FALSE);
    g_test_message("%s", error->message);
    g_assert_true(g_str_has_prefix(error->message, "late-policy: "));
    gst_efficientnet_inference_drain(f->inference);
    g_assert_null(gst_efficientnet_inference_collect(f->inference));
    g_assert_cmpint(submit(f, 1, TRUE), ==, GST_EFFICIENTNET_SUBMIT_OK);
    gst_efficientnet_inference_drain(f->inference);
    gst_efficientnet_outcome_free(gst_efficientnet_inference_collect(f->inference));
}

static void
test_bad_frame(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    f->request.resize.crop_fraction = 3.0f;
    g_assert_cmpint(gst_efficientnet_inference_submit(f->inference, &f->request, FALSE, &error), ==,
                    GST_EFFICIENTNET_SUBMIT_FAILED);
    g_assert_nonnull(error);
    g_assert_null(gst_efficientnet_inference_collect(f->inference));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
#define ADD(name, func) g_test_add(name, Fixture, NULL, set_up, func, tear_down)
    ADD("/inference/wait", test_wait);
    ADD("/inference/batch", test_batch);
    ADD("/inference/tensors", test_tensors);
    ADD("/inference/async", test_async);
    ADD("/inference/uncollected", test_uncollected);
    ADD("/inference/busy", test_busy);
    ADD("/inference/flush", test_flush);
    ADD("/inference/free-busy", test_free_busy);
    ADD("/inference/no-thread", test_no_thread);
    ADD("/inference/bad-frame", test_bad_frame);
    return g_test_run();
}
