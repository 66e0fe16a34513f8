/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/gather.h"

#include <math.h>
#include <string.h>

#include <gst/gst.h>

#include "checkpoint.h"

#define SIDE 48

typedef struct {
    char *folder;
    EffNetModel *model;
    char *paths[3];
} Fixture;

/* Writes a raw video of FRAMES frames of PATTERN. */
static void
write_video(const char *path, const char *pattern, guint frames)
{
    g_autofree char *line = g_strdup_printf(
        "videotestsrc pattern=%s num-buffers=%u ! video/x-raw,format=BGR,width=%d,height=%d,"
        "framerate=10/1 ! avimux ! filesink location=%s",
        pattern, frames, SIDE, SIDE, path);
    g_autoptr(GError) error = NULL;
    g_autoptr(GstElement) pipeline = gst_parse_launch(line, &error);
    g_autoptr(GstBus) bus = NULL;
    g_autoptr(GstMessage) end = NULL;

    g_assert_no_error(error);
    bus = gst_element_get_bus(pipeline);
    gst_element_set_state(pipeline, GST_STATE_PLAYING);
    end = gst_bus_timed_pop_filtered(bus, GST_CLOCK_TIME_NONE, GST_MESSAGE_EOS | GST_MESSAGE_ERROR);
    g_assert_cmpint(GST_MESSAGE_TYPE(end), ==, GST_MESSAGE_EOS);
    gst_element_set_state(pipeline, GST_STATE_NULL);
}

static void
set_up(Fixture *f, gconstpointer data)
{
    g_autofree char *base = NULL;

    f->folder = effnet_test_make_folder();
    base = g_build_filename(f->folder, "base.safetensors", NULL);
    effnet_test_write_lite0(base, 1, 10, 1);
    f->model = effnet_model_open(base, NULL, NULL);
    for (guint i = 0; i < 3; i++)
        f->paths[i] = g_strdup_printf("%s/%u.avi", f->folder, i);
    write_video(f->paths[0], "smpte", 1);
    g_assert_true(g_file_set_contents(f->paths[1], "no video", -1, NULL));
    write_video(f->paths[2], "ball", 12);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_model_unref(f->model);
    effnet_test_remove_folder(f->folder);
    for (guint i = 0; i < 3; i++)
        g_free(f->paths[i]);
}

static void
test_order(Fixture *f, gconstpointer data)
{
    EffNetGatherOptions options = {.views = 2, .frames = 4, .threads = 1, .quiet = TRUE};
    g_autoptr(GError) error = NULL;
    g_autoptr(EffNetGathered) one =
        effnet_gather(f->model, (const char *const *)f->paths, 3, &options, &error);
    g_autoptr(EffNetGathered) three = NULL;
    static const guint files[5] = {0, 2, 2, 2, 2};

    g_assert_no_error(error);
    options.threads = 3;
    three = effnet_gather(f->model, (const char *const *)f->paths, 3, &options, &error);
    g_assert_no_error(error);
    g_assert_cmpuint(one->n, ==, 5);
    g_assert_cmpuint(one->n_broken, ==, 1);
    g_assert_cmpuint(one->n_features, ==, 1280);
    g_assert_cmpmem(one->files, sizeof files, files, sizeof files);
    g_assert_cmpmem(one->features, 5 * 2 * 1280 * sizeof(float), three->features,
                    5 * 2 * 1280 * sizeof(float));
    g_assert_cmpmem(three->files, sizeof files, files, sizeof files);
}

static void
test_logits(Fixture *f, gconstpointer data)
{
    const EffNetGatherOptions options = {
        .views = 1, .frames = 1, .threads = 2, .logits = TRUE, .quiet = TRUE};
    g_autoptr(EffNetGathered) all =
        effnet_gather(f->model, (const char *const *)f->paths, 3, &options, NULL);

    g_assert_cmpuint(all->n, ==, 2);
    g_assert_cmpuint(all->n_classes, ==, 10);
    g_assert_true(memcmp(all->logits, all->logits + 10, 10 * sizeof(float)) != 0);
}

static void
test_nothing(Fixture *f, gconstpointer data)
{
    const EffNetGatherOptions options = {.views = 1, .frames = 1, .threads = 2, .quiet = TRUE};
    g_autoptr(GError) error = NULL;

    g_assert_null(effnet_gather(f->model, (const char *const *)f->paths + 1, 1, &options, &error));
    g_assert_nonnull(strstr(error->message, "none could be decoded"));
}

/* The features of a frame of PIXELS that needs ORIENTATION. */
static void
look(EffNetSession *session, const guint8 *pixels, EffNetOrientation orientation, float *features)
{
    const EffNetFrame frame = {.format = EFFNET_PIXEL_GRAY8,
                               .width = SIDE,
                               .height = SIDE,
                               .plane = {pixels},
                               .stride = {SIDE},
                               .orientation = orientation};

    g_assert_true(effnet_session_set_frame(session, 0, &frame, NULL));
    effnet_session_run(session, 1);
    memcpy(features, effnet_session_get_features(session, 0), 1280 * sizeof *features);
}

static double
distance(const float *a, const float *b)
{
    double sum = 0;

    for (guint i = 0; i < 1280; i++)
        sum += fabs(a[i] - b[i]);
    return sum;
}

/* For each orientation, a picture stored so that it needs it has the same mirror image as the
 * upright picture. */
static void
test_mirror(Fixture *f, gconstpointer data)
{
    g_autoptr(EffNetSession) session = effnet_session_new(f->model, 1, 1, NULL);
    g_autofree float *expected = g_new(float, 1280), *found = g_new(float, 1280);
    guint8 upright[SIDE * SIDE], stored[SIDE * SIDE];
    double unlike;

    for (guint i = 0; i < SIDE * SIDE; i++)
        upright[i] = (guint8)(i % SIDE * 5 + i / SIDE * i / SIDE / 9);
    look(session, upright, EFFNET_ORIENTATION_IDENTITY, found);
    look(session, upright, EFFNET_ORIENTATION_HORIZ, expected);
    unlike = distance(found, expected);
    g_assert_cmpfloat(unlike, >, 1);
    for (EffNetOrientation o = EFFNET_ORIENTATION_IDENTITY; o <= EFFNET_ORIENTATION_UR_LL; o++) {
        for (guint y = 0; y < SIDE; y++)
            for (guint x = 0; x < SIDE; x++) { /* where pixel x, y goes, for each orientation */
                guint end = SIDE - 1;
                const guint to[8][2] = {{x, y},       {end - y, x},      {end - x, end - y},
                                        {y, end - x}, {end - x, y},      {x, end - y},
                                        {y, x},       {end - y, end - x}};

                stored[y * SIDE + x] = upright[to[o][1] * SIDE + to[o][0]];
            }
        look(session, stored, effnet_orientation_mirror(o), found);
        /* A picture on its side is resized in the other direction first, so that features differ a
         * little. */
        g_assert_cmpfloat(distance(found, expected), <, unlike / 2);
        g_assert_cmpint(effnet_orientation_mirror(effnet_orientation_mirror(o)), ==, o);
    }
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add("/learn/gather/order", Fixture, NULL, set_up, test_order, tear_down);
    g_test_add("/learn/gather/logits", Fixture, NULL, set_up, test_logits, tear_down);
    g_test_add("/learn/gather/nothing", Fixture, NULL, set_up, test_nothing, tear_down);
    g_test_add("/learn/gather/mirror", Fixture, NULL, set_up, test_mirror, tear_down);
    return g_test_run();
}
