/* SPDX-License-Identifier: BSD-2-Clause */
/* Several streams of one model-instance-id. */
#include <gst/efficientnet/meta.h>

#include "checkpoint.h"
#include "harness.h"

#define WIDTH   60
#define HEIGHT  40
#define STREAMS 4
#define FRAMES  12
#define HOUR    "3600000000000"
#define SKIP    "late-policy=skip-inference"

static char *model, *other, *caps;

/* Sends SEED's frame, with ROIS regions, which must come out. */
static GstBuffer *
pass(GstHarness *h, guint seed, guint rois)
{
    GstBuffer *buffer = effnet_test_make_rgb(WIDTH, HEIGHT, seed);

    for (guint i = 0; i < rois; i++)
        gst_buffer_add_video_region_of_interest_meta(buffer, "thing", 4 * i, 2 * i, 20, 20);
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_nonnull(buffer);
    return buffer;
}

static void
assert_same_results(GstBuffer *a, GstBuffer *b, guint expected)
{
    GstEfficientNetResult x, y;

    for (guint i = 0; i < expected; i++) {
        g_assert_true(gst_efficientnet_buffer_get_result(a, i, &x));
        g_assert_true(gst_efficientnet_buffer_get_result(b, i, &y));
        g_assert_cmpuint(x.n_classes, ==, y.n_classes);
        for (guint k = 0; k < x.n_classes; k++) {
            g_assert_cmpint(gst_efficientnet_result_get_index(&x, k), ==,
                            gst_efficientnet_result_get_index(&y, k));
            g_assert_cmpfloat(gst_efficientnet_result_get_score(&x, k), ==,
                              gst_efficientnet_result_get_score(&y, k));
        }
    }
    g_assert_false(gst_efficientnet_buffer_get_result(a, expected, &x));
}

typedef struct {
    GstHarness *h;
    GThread *thread;
    guint seed, rois;
    gboolean skips;
    gint passed; /* atomic */
} Stream;

/* Each frame gets the same results as in an element of its own. */
static gpointer
run_stream(gpointer data)
{
    Stream *stream = data;
    const char *description = stream->rois ? "inference-region=roi-list" : "";
    GstHarness *alone = effnet_test_make_harness(model, description, caps);

    for (guint i = 0; i < FRAMES; i++) {
        GstBuffer *buffer = pass(stream->h, stream->seed + i, stream->rois);

        if (!stream->skips) {
            GstBuffer *expected = pass(alone, stream->seed + i, stream->rois);

            assert_same_results(buffer, expected, MAX(stream->rois, 1));
            gst_buffer_unref(expected);
        }
        gst_buffer_unref(buffer);
        g_atomic_int_inc(&stream->passed);
    }
    /* With skip-inference, waits for what is in flight. */
    g_assert_true(gst_harness_push_event(stream->h, gst_event_new_eos()));
    gst_harness_teardown(alone);
    return NULL;
}

static void
test_streams(gconstpointer data)
{
    const char *description = data;
    Stream streams[STREAMS];

    for (guint i = 0; i < STREAMS; i++) {
        guint rois = strstr(description, "roi-list") ? 1 + 2 * i : 0;

        streams[i] = (Stream){.h = effnet_test_make_harness(model, description, caps),
                              .seed = 100 * i,
                              .rois = rois,
                              .skips = strstr(description, SKIP) != NULL};
    }
    for (guint i = 0; i < STREAMS; i++)
        streams[i].thread = g_thread_new("stream", run_stream, &streams[i]);
    for (guint i = 0; i < STREAMS; i++) {
        GstStructure *stats;
        double fill;

        g_thread_join(streams[i].thread);
        g_assert_cmpint(streams[i].passed, ==, FRAMES);
        g_object_get(streams[i].h->element, "stats", &stats, NULL);
        g_assert_true(gst_structure_get_double(stats, "batch-fill", &fill));
        g_assert_cmpuint(effnet_test_get_stat(streams[i].h->element, "frames"), ==, FRAMES);
        g_assert_cmpuint(effnet_test_get_stat(streams[i].h->element, "inferences"), >, 0);
        g_assert_cmpfloat(fill, >, 0);
        g_assert_cmpfloat(fill, <=, 1);
        gst_structure_free(stats);
    }
    for (guint i = 0; i < STREAMS; i++)
        gst_harness_teardown(streams[i].h);
}

static void
refuse(const char *path, const char *description, const char *says)
{
    GstElement *element = effnet_test_make_element(path, description);
    GError *error = effnet_test_fail_ready(gst_object_ref_sink(element));

    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, says));
    g_assert_nonnull(strstr(error->message, "model-instance-id cams"));
    g_error_free(error);
    gst_object_unref(element);
}

static void
test_conflicts(void)
{
    GstHarness *h = effnet_test_make_harness(
        model, "model-instance-id=cams batch-size=4 batch-timeout=1000", caps);

    refuse(model, "model-instance-id=cams batch-size=2 batch-timeout=1000", "batch-size: 2");
    refuse(model, "model-instance-id=cams batch-size=4", "batch-timeout: 0");
    refuse(other, "model-instance-id=cams batch-size=4 batch-timeout=1000", other);
    gst_buffer_unref(pass(h, 1, 0));
    gst_harness_teardown(h);
    /* No other element is left to disagree. */
    h = effnet_test_make_harness(other, "model-instance-id=cams", caps);
    gst_harness_teardown(h);
}

typedef enum { BY_EOS, BY_PAUSE, BY_FLUSH, BY_STOP } Release;

static void
release(GstHarness *h, Release by)
{
    switch (by) {
    case BY_EOS:
        g_assert_true(gst_harness_push_event(h, gst_event_new_eos()));
        break;
    case BY_PAUSE:
        gst_element_set_state(h->element, GST_STATE_PAUSED);
        break;
    case BY_FLUSH:
        g_assert_true(gst_harness_push_event(h, gst_event_new_flush_start()));
        break;
    case BY_STOP:
        gst_element_set_state(h->element, GST_STATE_NULL);
        break;
    }
}

static gpointer
pass_one(gpointer data)
{
    gst_buffer_unref(pass(data, 2, 0));
    return NULL;
}

/* Nobody waits for a stream that no longer expects frames. */
static void
test_release(gconstpointer data)
{
    static const char *const description =
        "model-instance-id=release batch-size=2 batch-timeout=" HOUR;
    const Release by = (Release)GPOINTER_TO_INT(data);
    GstHarness *gone = effnet_test_make_harness(model, description, caps), *h;
    GThread *thread;

    gst_buffer_unref(pass(gone, 1, 0));
    h = effnet_test_make_harness(model, description, caps);
    thread = g_thread_new("stream", pass_one, h);
    g_usleep(20 * 1000); /* it may be waiting, or not yet */
    release(gone, by);
    g_thread_join(thread);
    gst_harness_teardown(gone);
    gst_harness_teardown(h);
}

static gpointer
push_one(gpointer data)
{
    GstHarness *h = data;

    gst_harness_push(h, effnet_test_make_rgb(WIDTH, HEIGHT, 3));
    return NULL;
}

/* A waiting element is released by its own flush and its own stop. */
static void
test_own_release(gconstpointer data)
{
    static const char *const description = "model-instance-id=own batch-size=2 batch-timeout=" HOUR;
    const Release by = (Release)GPOINTER_TO_INT(data);
    GstHarness *other_stream = effnet_test_make_harness(model, description, caps), *h;
    GThread *thread;

    gst_buffer_unref(pass(other_stream, 1, 0));
    h = effnet_test_make_harness(model, description, caps);
    thread = g_thread_new("stream", push_one, h);
    g_usleep(50 * 1000);
    release(h, by);
    g_thread_join(thread);
    gst_harness_teardown(h);
    gst_harness_teardown(other_stream);
}

/* Before a new stream, what is in flight is finished; it then waits for nobody, whether it has
 * started or not. */
static void
test_new_stream(void)
{
    static const char *const description =
        "model-instance-id=new-stream batch-size=2 batch-timeout=" HOUR;
    GstHarness *other_stream = effnet_test_make_harness(model, description, caps);
    GstHarness *h = effnet_test_make_harness(model, description, caps);

    gst_util_set_object_arg(G_OBJECT(h->element), "late-policy", "skip-inference");
    gst_buffer_unref(pass(other_stream, 1, 0));
    for (guint i = 1; i <= 20; i++) {
        g_autofree char *id = g_strdup_printf("stream %u", i);

        gst_buffer_unref(pass(h, i, 0));
        g_assert_true(gst_harness_push_event(h, gst_event_new_stream_start(id)));
        g_assert_cmpuint(effnet_test_get_stat(h->element, "inferences"), ==, i);
    }
    gst_harness_teardown(h);
    gst_harness_teardown(other_stream);
}

/* The announced latency includes the timeout. */
static void
test_latency(void)
{
    GstHarness *h = effnet_test_make_harness(
        model, "model-instance-id=latency batch-size=3 batch-timeout=700000000", caps);

    gst_harness_set_upstream_latency(h, 5 * GST_MSECOND);
    g_assert_cmpuint(gst_harness_query_latency(h), >, 705 * GST_MSECOND);
    gst_util_set_object_arg(G_OBJECT(h->element), "late-policy", "skip-inference");
    g_assert_cmpuint(gst_harness_query_latency(h), ==, 5 * GST_MSECOND);
    gst_harness_teardown(h);
}

/* Each element of an id changes its model by itself. */
static void
test_swap(void)
{
    static const char *const description = "model-instance-id=swap batch-size=2";
    GstHarness *streams[2];

    for (guint i = 0; i < 2; i++)
        streams[i] = effnet_test_make_harness(model, description, caps);
    for (guint i = 0; i < 2; i++) {
        GstEfficientNetResult result = {0};

        g_object_set(streams[i]->element, "model", other, NULL);
        for (guint round = 0; result.n_classes != 4; round++) {
            GstBuffer *buffer = pass(streams[i], 1, 0);

            g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
            gst_buffer_unref(buffer);
            g_assert_cmpuint(round, <, 10000);
            g_usleep(1000);
        }
        gst_buffer_unref(pass(streams[1 - i], 1, 0));
    }
    gst_harness_teardown(streams[0]);
    gst_harness_teardown(streams[1]);
}

int
main(int argc, char **argv)
{
    static const char *const descriptions[] = {
        "model-instance-id=a batch-size=4",
        "model-instance-id=a batch-size=3 batch-timeout=5000000",
        "model-instance-id=a batch-size=8 batch-timeout=" HOUR,
        "model-instance-id=a batch-size=4 inference-region=roi-list batch-timeout=2000000",
        "model-instance-id=a batch-size=4 batch-timeout=2000000 " SKIP,
        "model-instance-id=a batch-size=2 " SKIP " inference-region=roi-list",
    };
    char *folder;
    int ret;

    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    folder = effnet_test_make_folder();
    model = g_build_filename(folder, "ten.safetensors", NULL);
    other = g_build_filename(folder, "four.safetensors", NULL);
    effnet_test_write_lite0(model, 1, EFFNET_TEST_CLASSES, 1.0f);
    effnet_test_write_lite0(other, 2, 4, 1.0f);
    caps = effnet_test_make_caps("RGB", WIDTH, HEIGHT);
    for (guint i = 0; i < G_N_ELEMENTS(descriptions); i++) {
        g_autofree char *path = g_strdup_printf("/batch/streams/%u", i);

        g_test_add_data_func(path, descriptions[i], test_streams);
    }
    g_test_add_func("/batch/conflicts", test_conflicts);
    g_test_add_data_func("/batch/release/eos", GINT_TO_POINTER(BY_EOS), test_release);
    g_test_add_data_func("/batch/release/pause", GINT_TO_POINTER(BY_PAUSE), test_release);
    g_test_add_data_func("/batch/release/flush", GINT_TO_POINTER(BY_FLUSH), test_release);
    g_test_add_data_func("/batch/release/stop", GINT_TO_POINTER(BY_STOP), test_release);
    g_test_add_data_func("/batch/own-release/pause", GINT_TO_POINTER(BY_PAUSE), test_own_release);
    g_test_add_data_func("/batch/own-release/flush", GINT_TO_POINTER(BY_FLUSH), test_own_release);
    g_test_add_data_func("/batch/own-release/stop", GINT_TO_POINTER(BY_STOP), test_own_release);
    g_test_add_func("/batch/new-stream", test_new_stream);
    g_test_add_func("/batch/latency", test_latency);
    g_test_add_func("/batch/swap", test_swap);
    ret = g_test_run();
    effnet_test_remove_folder(folder);
    g_free(model);
    g_free(other);
    g_free(caps);
    return ret;
}
