/* SPDX-License-Identifier: BSD-2-Clause */
#include "harness.h"

#include <math.h>

#include <gst/efficientnet/meta.h>

#include "checkpoint.h"

GstElement *
effnet_test_make_element(const char *path, const char *description)
{
    g_autofree char *line =
        g_strdup_printf("efficientnet model=\"%s\" model-options=\"o,resolution=%d\" threads=1 %s",
                        path, EFFNET_TEST_RESOLUTION, description);
    GError *error = NULL;
    GstElement *element = gst_parse_launch(line, &error);

    g_assert_no_error(error);
    return element;
}

GstHarness *
effnet_test_make_harness(const char *path, const char *description, const char *caps)
{
    GstElement *element = effnet_test_make_element(path, description);
    GstHarness *h = gst_harness_new_with_element(element, "sink", "src");

    gst_object_unref(element);
    g_assert_cmpint(GST_STATE(h->element), ==, GST_STATE_PLAYING);
    gst_harness_set_src_caps_str(h, caps);
    return h;
}

char *
effnet_test_make_caps(const char *format, guint width, guint height)
{
    return g_strdup_printf("video/x-raw,format=%s,width=%u,height=%u,framerate=30/1", format, width,
                           height);
}

GstBuffer *
effnet_test_make_rgb(guint width, guint height, guint seed)
{
    gsize stride = GST_ROUND_UP_4((gsize)width * 3);
    GstBuffer *buffer = gst_buffer_new_allocate(NULL, stride * height, NULL);
    GRand *random = g_rand_new_with_seed(seed);
    double phase[3], frequency[3];
    GstMapInfo map;

    for (guint c = 0; c < 3; c++) {
        phase[c] = g_rand_double_range(random, 0, 2 * G_PI);
        frequency[c] = g_rand_double_range(random, 1, 4);
    }
    g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_WRITE));
    for (gsize y = 0; y < height; y++) {
        for (gsize x = 0; x < width; x++) {
            for (gsize c = 0; c < 3; c++)
                map.data[y * stride + 3 * x + c] =
                    (guint8)(128 + 90 * sin(phase[c] + frequency[c] * (2.0 * (double)x / width +
                                                                       (double)y / height)));
        }
    }
    gst_buffer_unmap(buffer, &map);
    g_rand_free(random);
    GST_BUFFER_PTS(buffer) = seed * GST_SECOND / 30;
    GST_BUFFER_DURATION(buffer) = GST_SECOND / 30;
    return buffer;
}

static void
info_from_string(GstVideoInfo *info, const char *text)
{
    GstCaps *caps = gst_caps_from_string(text);

    g_assert_true(gst_video_info_from_caps(info, caps));
    gst_caps_unref(caps);
}

GstBuffer *
effnet_test_convert(GstBuffer *rgb, guint width, guint height, const char *caps)
{
    g_autofree char *from = effnet_test_make_caps("RGB", width, height);
    GstVideoInfo in, out;
    GstVideoFrame src, dst;
    GstVideoConverter *converter;
    GstBuffer *converted;

    info_from_string(&in, from);
    info_from_string(&out, caps);
    converter = gst_video_converter_new(&in, &out, NULL);
    g_assert_nonnull(converter);
    converted = gst_buffer_new_allocate(NULL, out.size, NULL);
    g_assert_true(gst_video_frame_map(&src, &in, rgb, GST_MAP_READ));
    g_assert_true(gst_video_frame_map(&dst, &out, converted, GST_MAP_WRITE));
    gst_video_converter_frame(converter, &src, &dst);
    gst_video_frame_unmap(&src);
    gst_video_frame_unmap(&dst);
    gst_video_converter_free(converter);
    gst_buffer_copy_into(converted, rgb, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
    gst_buffer_unref(rgb);
    return converted;
}

char *
effnet_test_begin(int *argc, char ***argv)
{
    g_autofree char *folder = NULL;
    char *path;

    g_test_init(argc, argv, NULL);
    gst_init(argc, argv);
    folder = effnet_test_make_folder();
    path = g_build_filename(folder, "lite0.safetensors", NULL);
    effnet_test_write_lite0(path, 1, EFFNET_TEST_CLASSES, 1.0f);
    return path;
}

int
effnet_test_run(char *path)
{
    int ret = g_test_run();

    effnet_test_remove_folder(g_path_get_dirname(path));
    g_free(path);
    return ret;
}

GstBus *
effnet_test_watch(GstHarness *h)
{
    GstBus *bus = gst_bus_new();

    gst_element_set_bus(h->element, bus);
    return bus;
}

void
effnet_test_unwatch(GstHarness *h, GstBus *bus)
{
    gst_element_set_bus(h->element, NULL);
    gst_object_unref(bus);
}

/* Returns the one error on BUS: each problem posts exactly one. */
static GError *
pop_error(GstBus *bus)
{
    GstMessage *message = gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR);
    GError *error = NULL;

    g_assert_nonnull(message);
    gst_message_parse_error(message, &error, NULL);
    gst_message_unref(message);
    g_assert_null(gst_bus_pop_filtered(bus, GST_MESSAGE_ERROR));
    g_test_message("%s", error->message);
    return error;
}

GError *
effnet_test_fail_push(GstHarness *h, GstBuffer *buffer)
{
    GstBus *bus = effnet_test_watch(h);
    GError *error;

    g_assert_cmpint(gst_harness_push(h, buffer), ==, GST_FLOW_ERROR);
    error = pop_error(bus);
    effnet_test_unwatch(h, bus);
    return error;
}

GError *
effnet_test_fail_ready(GstElement *element)
{
    return effnet_test_fail_state(element, GST_STATE_READY);
}

GError *
effnet_test_fail_state(GstElement *element, GstState state)
{
    GstBus *bus = gst_bus_new();
    GError *error;

    gst_element_set_bus(element, bus);
    g_assert_cmpint(gst_element_set_state(element, state), ==, GST_STATE_CHANGE_FAILURE);
    error = pop_error(bus);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, NULL);
    gst_object_unref(bus);
    return error;
}

void
effnet_test_read_scores(GstBuffer *buffer, guint i, float scores[EFFNET_TEST_CLASSES])
{
    GstEfficientNetResult result;

    g_assert_true(gst_efficientnet_buffer_get_result(buffer, i, &result));
    g_assert_cmpuint(result.n_classes, ==, EFFNET_TEST_CLASSES);
    for (guint k = 0; k < EFFNET_TEST_CLASSES; k++)
        scores[gst_efficientnet_result_get_index(&result, k)] =
            gst_efficientnet_result_get_score(&result, k);
}

guint64
effnet_test_get_stat(GstElement *element, const char *name)
{
    GstStructure *stats;
    guint64 value;

    g_object_get(element, "stats", &stats, NULL);
    g_assert_true(gst_structure_get_uint64(stats, name, &value));
    gst_structure_free(stats);
    return value;
}

gboolean
effnet_test_is_inferred(GstHarness *h, GstBuffer *buffer)
{
    guint64 before = effnet_test_get_stat(h->element, "inferences");

    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_nonnull(buffer);
    gst_buffer_unref(buffer);
    /* The end of a segment waits for what is in flight. */
    g_assert_true(gst_harness_push_event(h, gst_event_new_segment_done(GST_FORMAT_TIME, 0)));
    return effnet_test_get_stat(h->element, "inferences") > before;
}
