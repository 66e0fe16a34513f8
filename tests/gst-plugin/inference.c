/* SPDX-License-Identifier: BSD-2-Clause */
#include "inference.h"

#include <math.h>

#include "checkpoint.h"

#define CLASSES 10
#define SIDE    32

typedef struct {
    GstEfficientNetInference *inference;
    guint8 pixels[SIDE * SIDE * 3];
    EffNetFrame frame;
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

    f->inference = gst_efficientnet_inference_new(session);
    f->frame = (EffNetFrame){.format = EFFNET_PIXEL_RGB,
                             .width = SIDE,
                             .height = SIDE,
                             .plane = {f->pixels},
                             .stride = {3 * SIDE}};
    f->request = (GstEfficientNetRequest){.subject = {.pts = 5, .roi_id = -1},
                                          .frame = &f->frame,
                                          .activation = EFFNET_ACTIVATION_SOFTMAX,
                                          .top_k = 3,
                                          .threshold = -INFINITY};
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
    f->request.subject.number = number;
    submitted = gst_efficientnet_inference_submit(f->inference, &f->request, async, &error);
    g_assert_no_error(error);
    return submitted;
}

static void
test_wait(Fixture *f, gconstpointer data)
{
    GstEfficientNetFinding *finding;

    g_assert_null(gst_efficientnet_inference_collect(f->inference));
    g_assert_cmpint(submit(f, 7, FALSE), ==, GST_EFFICIENTNET_SUBMIT_OK);
    finding = gst_efficientnet_inference_collect(f->inference);
    g_assert_nonnull(finding);
    g_assert_null(gst_efficientnet_inference_collect(f->inference));
    g_assert_cmpuint(finding->subject.number, ==, 7);
    g_assert_cmpuint(finding->subject.pts, ==, 5);
    g_assert_cmpuint(finding->duration, >, 0);
    g_assert_cmpuint(finding->n, ==, 3);
    for (guint i = 0; i < finding->n; i++) {
        g_assert_cmpuint(finding->classes[i].index, <, CLASSES);
        g_assert_true(i == 0 || finding->classes[i].score <= finding->classes[i - 1].score);
    }
    gst_efficientnet_finding_unref(finding);
}

static void
test_scores(Fixture *f, gconstpointer data)
{
    GstEfficientNetFinding *finding;
    float sum = 0;

    f->request.top_k = 1000;
    submit(f, 3, FALSE);
    finding = gst_efficientnet_inference_collect(f->inference);
    g_assert_cmpuint(finding->n, ==, CLASSES);
    for (guint i = 0; i < finding->n; i++)
        sum += finding->classes[i].score;
    g_assert_cmpfloat_with_epsilon(sum, 1.0f, 1e-5f);
    gst_efficientnet_finding_unref(finding);

    f->request.threshold = 2.0f;
    submit(f, 3, FALSE);
    finding = gst_efficientnet_inference_collect(f->inference);
    g_assert_cmpuint(finding->n, ==, 0);
    gst_efficientnet_finding_unref(finding);
}

/* The worker finds what the calling thread finds. */
static void
test_async(Fixture *f, gconstpointer data)
{
    for (guint64 number = 1; number < 20; number++) {
        g_autoptr(GstEfficientNetFinding) here = NULL, there = NULL;

        g_assert_cmpint(submit(f, number, FALSE), ==, GST_EFFICIENTNET_SUBMIT_OK);
        here = gst_efficientnet_inference_collect(f->inference);
        g_assert_cmpint(submit(f, number, TRUE), ==, GST_EFFICIENTNET_SUBMIT_OK);
        gst_efficientnet_inference_drain(f->inference);
        there = gst_efficientnet_inference_collect(f->inference);
        g_assert_nonnull(there);
        g_assert_cmpuint(there->subject.number, ==, number);
        g_assert_cmpmem(here->classes, here->n * sizeof *here->classes, there->classes,
                        there->n * sizeof *there->classes);
    }
}

/* One in flight: whatever comes meanwhile is refused, and what is found was accepted. */
static void
test_busy(Fixture *f, gconstpointer data)
{
    g_autofree gboolean *was_accepted = g_new0(gboolean, 2001);
    guint accepted = 0, found = 0;
    guint64 last = 0;

    for (guint64 number = 1; number <= 2000; number++) {
        g_autoptr(GstEfficientNetFinding) finding =
            gst_efficientnet_inference_collect(f->inference);

        if (finding) {
            g_assert_cmpuint(finding->subject.number, >, last);
            last = finding->subject.number;
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
        GstEfficientNetFinding *finding;

        g_assert_cmpint(submit(f, number, TRUE), ==, GST_EFFICIENTNET_SUBMIT_OK);
        if (number % 2)
            g_usleep(200);
        gst_efficientnet_inference_set_flushing(f->inference, TRUE);
        gst_efficientnet_inference_drain(f->inference);
        gst_efficientnet_inference_set_flushing(f->inference, FALSE);
        gst_efficientnet_inference_drain(f->inference);
        g_assert_null(gst_efficientnet_inference_collect(f->inference));

        g_assert_cmpint(submit(f, number, FALSE), ==, GST_EFFICIENTNET_SUBMIT_OK);
        finding = gst_efficientnet_inference_collect(f->inference);
        g_assert_nonnull(finding);
        gst_efficientnet_finding_unref(finding);
    }
}

/* Freed with a frame in flight and a finding that nobody collected. */
static void
test_free_busy(Fixture *f, gconstpointer data)
{
    submit(f, 1, FALSE);
    submit(f, 2, TRUE);
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
    ADD("/inference/scores", test_scores);
    ADD("/inference/async", test_async);
    ADD("/inference/busy", test_busy);
    ADD("/inference/flush", test_flush);
    ADD("/inference/free-busy", test_free_busy);
    ADD("/inference/bad-frame", test_bad_frame);
    return g_test_run();
}
