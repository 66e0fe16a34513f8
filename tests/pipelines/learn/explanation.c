/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/explanation.h"

#include <math.h>
#include <string.h>

#include "checkpoint.h"

#define SIDE    224
#define CLASSES 10
#define SIZE    7

typedef struct {
    char *folder, *path;
    EffNetExplanation *explanation;
    EffNetSession *session;
    guint8 pixels[SIDE * SIDE * 3];
} Fixture;

static EffNetFrame
frame_of(const Fixture *f)
{
    return (EffNetFrame){.format = EFFNET_PIXEL_RGB,
                         .width = SIDE,
                         .height = SIDE,
                         .plane = {f->pixels},
                         .stride = {SIDE * 3}};
}

static void
set_up(Fixture *f, gconstpointer data)
{
    const EffNetModelOptions options = {.precision = EFFNET_PRECISION_FP32};
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetModel) model = NULL;

    f->folder = effnet_test_make_folder();
    f->path = g_build_filename(f->folder, "base.safetensors", NULL);
    effnet_test_write_lite0(f->path, 1, CLASSES, 1);
    f->explanation = effnet_explanation_new(f->path, &options, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(effnet_explanation_get_size(f->explanation), ==, SIZE);
    model = effnet_model_open(f->path, &options, &error);
    f->session = effnet_session_new(model, 1, 1, &error);
    for (guint i = 0; i < sizeof f->pixels; i++)
        f->pixels[i] = (guint8)(i * 2654435769u >> 24);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_session_free(f->session);
    effnet_explanation_free(f->explanation);
    effnet_test_remove_folder(f->folder);
    g_free(f->path);
}

/* The maps of the pixels at hand, and the logits. */
static void
look(Fixture *f, float maps[CLASSES][SIZE * SIZE], float *logits)
{
    const EffNetFrame frame = frame_of(f);
    g_autoptr(GError) error = NULL;

    g_assert_true(effnet_explanation_look(f->explanation, &frame, &error));
    g_assert_no_error(error);
    for (guint k = 0; k < CLASSES; k++)
        effnet_explanation_get_map(f->explanation, k, maps[k]);
    g_assert_true(effnet_session_set_frame(f->session, 0, &frame, NULL));
    effnet_session_run(f->session, 1);
    memcpy(logits, effnet_session_get_logits(f->session, 0), CLASSES * sizeof *logits);
}

static double
mean_of(const float *map)
{
    double sum = 0;

    for (guint i = 0; i < SIZE * SIZE; i++)
        sum += map[i] / (SIZE * SIZE);
    return sum;
}

/* By as much as the means of the maps differ, the logits do; and a map shows where something has
 * changed. */
static void
test_maps(Fixture *f, gconstpointer data)
{
    float before[CLASSES][SIZE * SIZE], after[CLASSES][SIZE * SIZE];
    float old_logits[CLASSES], logits[CLASSES];
    double moved[2] = {0};

    look(f, before, old_logits);
    for (guint y = 0; y < 32; y++) /* the lower right corner of what is cut out of the middle */
        memset(f->pixels + ((SIDE - 48 + y) * SIDE + SIDE - 48) * 3, 255, 32 * 3);
    look(f, after, logits);
    for (guint k = 0; k < CLASSES; k++) {
        g_assert_cmpfloat_with_epsilon(mean_of(after[k]) - mean_of(before[k]),
                                       logits[k] - old_logits[k],
                                       1e-3 * (1 + fabsf(logits[k] - old_logits[k])));
        moved[0] += fabs(after[k][0] - before[k][0]);
        moved[1] += fabs(after[k][SIZE * SIZE - 1] - before[k][SIZE * SIZE - 1]);
    }
    g_assert_cmpfloat(moved[1], >, 2 * moved[0]);
}

static void
test_scores_and_image(Fixture *f, gconstpointer data)
{
    float maps[CLASSES][SIZE * SIZE], logits[CLASSES], scores[CLASSES];
    g_autofree guint8 *image = NULL;

    memset(f->pixels, 200, sizeof f->pixels);
    look(f, maps, logits);
    effnet_scores_from_logits(EFFNET_ACTIVATION_SOFTMAX, logits, CLASSES, scores);
    for (guint k = 0; k < CLASSES; k++)
        g_assert_cmpfloat_with_epsilon(effnet_explanation_get_scores(f->explanation)[k], scores[k],
                                       1e-6);
    image = effnet_explanation_get_image(f->explanation);
    for (guint i = 0; i < SIDE * SIDE * 3; i++)
        g_assert_cmpint(image[i], ==, 200);
}

static void
test_failures(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;

    g_assert_null(effnet_explanation_new("/nonexistent", NULL, &error));
    g_assert_nonnull(strstr(error->message, "/nonexistent"));
    g_clear_error(&error);
}

/* Maps of a model of 8-bit weights are those of the model that it was made from, nearly. */
static void
test_quantised(Fixture *f, gconstpointer data)
{
    g_autofree char *q = g_build_filename(f->folder, "q.safetensors", NULL);
    g_autoptr(EffNetQuantizer) quantizer = effnet_quantizer_new(f->path, NULL, NULL);
    const EffNetFrame frame = frame_of(f);
    g_autoptr(EffNetExplanation) quantised = NULL;
    float maps[CLASSES][SIZE * SIZE], logits[CLASSES], map[SIZE * SIZE];

    g_assert_true(effnet_quantizer_add_frame(quantizer, &frame, NULL));
    g_assert_true(effnet_quantizer_write(quantizer, q, NULL));
    quantised = effnet_explanation_new(q, NULL, NULL);
    g_assert_true(effnet_explanation_look(quantised, &frame, NULL));
    look(f, maps, logits);
    for (guint k = 0; k < CLASSES; k++) {
        double product = 0, ours = 0, theirs = 0;

        effnet_explanation_get_map(quantised, k, map);
        for (guint i = 0; i < SIZE * SIZE; i++) {
            product += map[i] * maps[k][i];
            ours += map[i] * map[i];
            theirs += maps[k][i] * maps[k][i];
        }
        g_assert_cmpfloat(product / sqrt(ours * theirs), >, 0.9); /* weights are random */
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/learn/explanation/maps", Fixture, NULL, set_up, test_maps, tear_down);
    g_test_add("/learn/explanation/scores-and-image", Fixture, NULL, set_up, test_scores_and_image,
               tear_down);
    g_test_add("/learn/explanation/quantised", Fixture, NULL, set_up, test_quantised, tear_down);
    g_test_add("/learn/explanation/failures", Fixture, NULL, set_up, test_failures, tear_down);
    return g_test_run();
}
