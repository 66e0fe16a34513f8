/* SPDX-License-Identifier: BSD-2-Clause */
/* The element, and what it does with one frame; what it does with a stream of frames is in
 * gstefficientnet-stream.c. */
#include <math.h>

#include <gst/efficientnet/meta.h>

#include "checkpoint.h"
#include "harness.h"

static char *model;

static void
assert_uint(GObject *object, const char *name, guint expected)
{
    guint value;

    g_object_get(object, name, &value, NULL);
    g_assert_cmpuint(value, ==, expected);
}

static void
assert_nick(GObject *object, const char *name, const char *nick)
{
    GParamSpec *spec = g_object_class_find_property(G_OBJECT_GET_CLASS(object), name);
    GValue value = G_VALUE_INIT;

    g_value_init(&value, spec->value_type);
    g_object_get_property(object, name, &value);
    g_assert_cmpstr(
        g_enum_get_value(G_PARAM_SPEC_ENUM(spec)->enum_class, g_value_get_enum(&value))->value_nick,
        ==, nick);
    g_value_unset(&value);
}

static void
assert_unset(GObject *object, const char *name)
{
    gpointer value;

    g_object_get(object, name, &value, NULL);
    g_assert_null(value);
}

static void
test_defaults(void)
{
    GObject *object = G_OBJECT(gst_element_factory_make("efficientnet", NULL));
    gboolean hold, cache;
    float number;

    assert_unset(object, "model");
    assert_unset(object, "model-options");
    assert_unset(object, "labels-file");
    assert_uint(object, "top-k", 5);
    assert_uint(object, "threads", 0);
    assert_uint(object, "inference-interval", 1);
    g_object_get(object, "threshold", &number, NULL);
    g_assert_cmpfloat(number, ==, 0);
    g_object_get(object, "crop-fraction", &number, "hold-last", &hold, "cache", &cache, NULL);
    g_assert_cmpfloat(number, ==, 0);
    g_assert_true(hold);
    g_assert_true(cache);
    assert_nick(object, "activation", "auto");
    assert_nick(object, "precision", "auto");
    assert_nick(object, "resize-mode", "auto");
    assert_nick(object, "interpolation", "auto");
    assert_nick(object, "orientation", "auto");
    assert_nick(object, "late-policy", "wait");
    assert_nick(object, "post-messages", "none");
    gst_object_unref(object);
}

/* Every property says what it is, and when it may be changed; wrong values are refused, right ones
 * accepted. */
static void
test_specs(void)
{
    static const struct {
        const char *name, *text;
    } wrong[] = {{"threshold", "-0.5"},
                 {"top-k", "0"},
                 {"crop-fraction", "1.5"},
                 {"inference-interval", "0"},
                 {"threads", "5000"}};
    GstElement *element = gst_element_factory_make("efficientnet", NULL);
    GObjectClass *klass = G_OBJECT_GET_CLASS(element);
    GParamSpec **specs;
    guint n;

    specs = g_object_class_list_properties(klass, &n);
    for (guint i = 0; i < n; i++) {
        GParamSpec *spec = specs[i];

        if (spec->owner_type != G_OBJECT_TYPE(element))
            continue;
        g_test_message("%s", spec->name);
        g_assert_cmpuint(strlen(g_param_spec_get_blurb(spec)), >, 20);
        if (spec->flags & G_PARAM_WRITABLE)
            g_assert_true(spec->flags & (GST_PARAM_MUTABLE_READY | GST_PARAM_MUTABLE_PLAYING));
    }
    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        GParamSpec *spec = g_object_class_find_property(klass, wrong[i].name);
        GValue value = G_VALUE_INIT;

        g_value_init(&value, spec->value_type);
        g_assert_true(gst_value_deserialize(&value, wrong[i].text));
        g_assert_true(g_param_value_validate(spec, &value));
        g_value_unset(&value);
    }
    g_free(specs);
    gst_object_unref(element);
}

/* The presets that come with the element name its properties, and valid values. */
static void
test_presets(void)
{
    GstElement *element = gst_object_ref_sink(gst_element_factory_make("efficientnet", NULL));
    GstPreset *preset = GST_PRESET(element);
    g_auto(GStrv) names = gst_preset_get_preset_names(preset);
    gint n, d;
    float smoothing;

    g_assert_cmpuint(g_strv_length(names), ==, 3);
    for (guint i = 0; names[i]; i++) {
        g_test_message("%s", names[i]);
        g_assert_true(gst_preset_load_preset(preset, names[i]));
    }
    g_assert_true(gst_preset_load_preset(preset, "objects"));
    assert_nick(G_OBJECT(element), "inference-region", "roi-list");
    assert_uint(G_OBJECT(element), "reclassify-interval", 15);
    assert_uint(G_OBJECT(element), "min-object-size", 16);
    assert_uint(G_OBJECT(element), "meta", 3);
    g_assert_true(gst_preset_load_preset(preset, "camera"));
    assert_nick(G_OBJECT(element), "late-policy", "skip-inference");
    assert_nick(G_OBJECT(element), "post-messages", "changes");
    g_object_get(element, "smoothing", &smoothing, NULL);
    g_assert_cmpfloat(smoothing, ==, 0.5f);
    g_object_get(element, "max-rate", &n, &d, NULL);
    g_assert_cmpint(n, ==, 2);
    g_assert_cmpint(d, ==, 1);
    gst_object_unref(element);
}

static void
test_round_trip(void)
{
    GstElement *element = effnet_test_make_element(model, "labels=<a,b> top-k=3 threshold=0.25");
    GstStructure *options;
    GValue labels = G_VALUE_INIT;
    char *path;

    g_object_get(element, "model", &path, "model-options", &options, NULL);
    g_assert_cmpstr(path, ==, model);
    g_assert_true(gst_structure_has_field(options, "resolution"));
    assert_uint(G_OBJECT(element), "top-k", 3);
    g_value_init(&labels, GST_TYPE_ARRAY);
    g_object_get_property(G_OBJECT(element), "labels", &labels);
    g_assert_cmpuint(gst_value_array_get_size(&labels), ==, 2);
    g_value_unset(&labels);
    gst_structure_free(options);
    g_free(path);
    gst_object_unref(gst_object_ref_sink(element));
}

static void
test_result(void)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", 60, 40);
    GstHarness *h = effnet_test_make_harness(model, "name=me", caps);
    GstBuffer *buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(60, 40, 3));
    GstEfficientNetResult result;

    g_assert_nonnull(buffer);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpstr(result.element, ==, "me");
    g_assert_cmpstr(result.model, ==, "lite0");
    g_assert_cmpuint(result.n_classes, ==, 5);
    g_assert_cmpint(result.x, ==, 0);
    g_assert_cmpint(result.y, ==, 0);
    g_assert_cmpint(result.w, ==, 60);
    g_assert_cmpint(result.h, ==, 40);
    g_assert_cmpint(result.width, ==, 60);
    g_assert_cmpint(result.height, ==, 40);
    g_assert_cmpint(result.roi_id, ==, -1);
    g_assert_cmpuint(result.age, ==, 0);
    g_assert_cmpuint(result.pts, ==, GST_BUFFER_PTS(buffer));
    for (guint k = 0; k < result.n_classes; k++) {
        g_autofree char *decimal =
            g_strdup_printf("%d", gst_efficientnet_result_get_index(&result, k));
        float score = gst_efficientnet_result_get_score(&result, k);

        g_assert_cmpstr(gst_efficientnet_result_get_label(&result, k), ==, decimal);
        g_assert_cmpint(gst_efficientnet_result_get_index(&result, k), <, EFFNET_TEST_CLASSES);
        g_assert_true(score > 0 && score <= 1);
        if (k > 0)
            g_assert_cmpfloat(score, <=, gst_efficientnet_result_get_score(&result, k - 1));
    }
    g_assert_false(gst_efficientnet_buffer_get_result(buffer, 1, &result));
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

/* Takes ownership of BUFFER. */
static void
take_scores(GstBuffer *buffer, float scores[EFFNET_TEST_CLASSES])
{
    effnet_test_read_scores(buffer, 0, scores);
    gst_buffer_unref(buffer);
}

static float
distance(const float *a, const float *b)
{
    float sum = 0;

    for (guint k = 0; k < EFFNET_TEST_CLASSES; k++)
        sum += (a[k] - b[k]) * (a[k] - b[k]);
    return sqrtf(sum);
}

/* Infers BUFFER, of CAPS; takes ownership of it. */
static void
infer_buffer(const char *caps, const char *description, GstBuffer *buffer,
             float scores[EFFNET_TEST_CLASSES])
{
    GstHarness *h = effnet_test_make_harness(model, description, caps);

    take_scores(gst_harness_push_and_pull(h, buffer), scores);
    gst_harness_teardown(h);
}

/* The logits of an image, given in FORMAT, without bf16's rounding. Takes ownership of RGB. */
static void
infer(const char *format, const char *description, GstBuffer *rgb, guint width, guint height,
      float scores[EFFNET_TEST_CLASSES])
{
    g_autofree char *caps = effnet_test_make_caps(format, width, height);
    g_autofree char *all =
        g_strdup_printf("activation=none top-k=10 precision=fp32 %s", description);

    if (strcmp(format, "RGB") != 0)
        rgb = effnet_test_convert(rgb, width, height, caps);
    infer_buffer(caps, all, rgb, scores);
}

/* An image gives the same in every format, except for what the format cannot hold: the distance
 * from its result in RGB is small compared with another image's. */
static void
test_formats(void)
{
    static const struct {
        const char *format;
        float share;
    } formats[] = {
        {"BGR", 0},        {"RGBx", 0},         {"BGRx", 0},         {"xRGB", 0},
        {"xBGR", 0},       {"RGBA", 0},         {"BGRA", 0},         {"ARGB", 0},
        {"ABGR", 0},       {"RGBP", 0},         {"BGRP", 0},         {"GBR", 0},
        {"GBR_10LE", 0},   {"GBR_12LE", 0},     {"NV12", 0.2f},      {"NV21", 0.2f},
        {"I420", 0.2f},    {"YV12", 0.2f},      {"P010_10LE", 0.2f}, {"P012_LE", 0.2f},
        {"P016_LE", 0.2f}, {"I420_10LE", 0.2f}, {"I420_12LE", 0.2f}, {"YUY2", 0.2f},
        {"UYVY", 0.2f},    {"YVYU", 0.2f},      {"VYUY", 0.2f},      {"NV16", 0.2f},
        {"NV61", 0.2f},    {"Y42B", 0.2f},      {"I422_10LE", 0.2f}, {"I422_12LE", 0.2f},
        {"NV24", 0.2f},    {"Y444", 0.2f},      {"Y444_10LE", 0.2f}, {"Y444_12LE", 0.2f}};
    float rgb[EFFNET_TEST_CLASSES], other[EFFNET_TEST_CLASSES], scores[EFFNET_TEST_CLASSES];
    float far;

    infer("RGB", "", effnet_test_make_rgb(61, 47, 1), 61, 47, rgb);
    infer("RGB", "", effnet_test_make_rgb(61, 47, 2), 61, 47, other);
    far = distance(rgb, other);
    g_assert_cmpfloat(far, >, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        float near;

        infer(formats[i].format, "", effnet_test_make_rgb(61, 47, 1), 61, 47, scores);
        near = distance(rgb, scores);
        g_test_message("%s: %g of %g", formats[i].format, near, far);
        g_assert_cmpfloat(near, <=, formats[i].share * far);
    }
}

static void
test_gray(gconstpointer format)
{
    float from_gray[EFFNET_TEST_CLASSES], from_rgb[EFFNET_TEST_CLASSES], other[EFFNET_TEST_CLASSES];
    GstBuffer *buffer = effnet_test_make_rgb(64, 64, 1);
    GstMapInfo map;

    /* Grey in all three channels. */
    g_assert_true(gst_buffer_map(buffer, &map, GST_MAP_READWRITE));
    for (gsize i = 0; i + 2 < map.size; i += 3)
        map.data[i + 1] = map.data[i + 2] = map.data[i];
    gst_buffer_unmap(buffer, &map);
    infer(format, "", gst_buffer_copy(buffer), 64, 64, from_gray);
    infer("RGB", "", buffer, 64, 64, from_rgb);
    infer("RGB", "", effnet_test_make_rgb(64, 64, 2), 64, 64, other);
    g_assert_cmpfloat(distance(from_gray, from_rgb), <=, 0.1f * distance(from_rgb, other));
}

/* Rows and an offset that differ from what the caps imply: the same scores, bit for bit. */
static void
test_strides(void)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", 61, 47);
    GstHarness *h = effnet_test_make_harness(model, "activation=none top-k=10", caps);
    GstBuffer *plain = effnet_test_make_rgb(61, 47, 1);
    gsize offset[GST_VIDEO_MAX_PLANES] = {1000}, dense = 61 * 3 + 1;
    gint stride[GST_VIDEO_MAX_PLANES] = {333};
    GstBuffer *padded = gst_buffer_new_allocate(NULL, 1000 + 333 * 47, NULL);
    float expected[EFFNET_TEST_CLASSES], scores[EFFNET_TEST_CLASSES];
    GstMapInfo map;

    gst_buffer_memset(padded, 0, 0xa5, (gsize)-1);
    g_assert_true(gst_buffer_map(plain, &map, GST_MAP_READ));
    for (gsize y = 0; y < 47; y++)
        gst_buffer_fill(padded, 1000 + 333 * y, map.data + y * dense, 61 * 3);
    gst_buffer_unmap(plain, &map);
    gst_buffer_add_video_meta_full(padded, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 61, 47,
                                   1, offset, stride);
    take_scores(gst_harness_push_and_pull(h, plain), expected);
    take_scores(gst_harness_push_and_pull(h, padded), scores);
    g_assert_cmpmem(scores, sizeof scores, expected, sizeof expected);
    gst_harness_teardown(h);
}

/* What a crop meta leaves counts as the frame. */
static void
test_crop_meta(void)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", 40, 40);
    GstHarness *h = effnet_test_make_harness(model, "activation=none top-k=10", caps);
    GstBuffer *whole = effnet_test_make_rgb(80, 60, 1), *cut;
    gsize offset[GST_VIDEO_MAX_PLANES] = {10 * 240 + 20 * 3};
    gint stride[GST_VIDEO_MAX_PLANES] = {240};
    float expected[EFFNET_TEST_CLASSES], scores[EFFNET_TEST_CLASSES];
    GstEfficientNetResult result;
    GstVideoCropMeta *crop;

    cut = gst_buffer_copy(whole);
    gst_buffer_add_video_meta_full(cut, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 40, 40, 1,
                                   offset, stride);
    take_scores(gst_harness_push_and_pull(h, cut), expected);
    gst_buffer_add_video_meta(whole, GST_VIDEO_FRAME_FLAG_NONE, GST_VIDEO_FORMAT_RGB, 80, 60);
    crop = gst_buffer_add_video_crop_meta(whole);
    crop->x = 20;
    crop->y = 10;
    crop->width = crop->height = 40;
    whole = gst_harness_push_and_pull(h, whole);
    g_assert_true(gst_efficientnet_buffer_get_result(whole, 0, &result));
    g_assert_cmpint(result.x, ==, 0);
    g_assert_cmpint(result.w, ==, 40);
    g_assert_cmpint(result.width, ==, 40);
    take_scores(whole, scores);
    g_assert_cmpmem(scores, sizeof scores, expected, sizeof expected);
    gst_harness_teardown(h);
}

/* A buffer only gains a meta. A shared buffer stays unchanged, and shares its pixels with the one
 * that goes on. */
static void
test_untouched(gconstpointer shared)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", 60, 40);
    GstHarness *h = effnet_test_make_harness(model, "", caps);
    GstBuffer *in = effnet_test_make_rgb(60, 40, 3), *kept = NULL, *out;
    GstMemory *memory = gst_buffer_peek_memory(in, 0);
    g_autofree char *before = NULL, *after = NULL;
    GstEfficientNetResult result;
    GstMapInfo map;

    g_assert_true(gst_buffer_map(in, &map, GST_MAP_READ));
    before = g_compute_checksum_for_data(G_CHECKSUM_SHA256, map.data, map.size);
    gst_buffer_unmap(in, &map);
    GST_BUFFER_DTS(in) = 11;
    GST_BUFFER_OFFSET(in) = 12;
    GST_BUFFER_OFFSET_END(in) = 13;
    GST_BUFFER_FLAG_SET(in, GST_BUFFER_FLAG_DISCONT | GST_BUFFER_FLAG_GAP | GST_BUFFER_FLAG_MARKER |
                                GST_VIDEO_BUFFER_FLAG_INTERLACED);
    if (shared)
        kept = gst_buffer_ref(in);
    out = gst_harness_push_and_pull(h, in);
    g_assert_true((out == in) == (kept == NULL));
    g_assert_cmpuint(gst_buffer_n_memory(out), ==, 1);
    g_assert_true(gst_buffer_peek_memory(out, 0) == memory);
    g_assert_cmpuint(GST_BUFFER_PTS(out), ==, 3 * GST_SECOND / 30);
    g_assert_cmpuint(GST_BUFFER_DTS(out), ==, 11);
    g_assert_cmpuint(GST_BUFFER_DURATION(out), ==, GST_SECOND / 30);
    g_assert_cmpuint(GST_BUFFER_OFFSET(out), ==, 12);
    g_assert_cmpuint(GST_BUFFER_OFFSET_END(out), ==, 13);
    g_assert_true(GST_BUFFER_FLAG_IS_SET(out, GST_BUFFER_FLAG_DISCONT));
    g_assert_true(GST_BUFFER_FLAG_IS_SET(out, GST_BUFFER_FLAG_GAP));
    g_assert_true(GST_BUFFER_FLAG_IS_SET(out, GST_BUFFER_FLAG_MARKER));
    g_assert_true(GST_BUFFER_FLAG_IS_SET(out, GST_VIDEO_BUFFER_FLAG_INTERLACED));
    g_assert_true(gst_buffer_map(out, &map, GST_MAP_READ));
    after = g_compute_checksum_for_data(G_CHECKSUM_SHA256, map.data, map.size);
    gst_buffer_unmap(out, &map);
    g_assert_cmpstr(after, ==, before);
    g_assert_true(gst_efficientnet_buffer_get_result(out, 0, &result));
    if (kept) {
        g_assert_null(gst_efficientnet_buffer_get_results(kept));
        gst_buffer_unref(kept);
    }
    gst_buffer_unref(out);
    gst_harness_teardown(h);
}

static void
test_top_k_and_threshold(void)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", 60, 40);
    GstHarness *h = effnet_test_make_harness(model, "top-k=1", caps);
    GstEfficientNetResult result;
    GstBuffer *buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(60, 40, 1));
    float best;

    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpuint(result.n_classes, ==, 1);
    best = gst_efficientnet_result_get_score(&result, 0);
    gst_buffer_unref(buffer);

    /* More than there are gives all. */
    g_object_set(h->element, "top-k", 1000, NULL);
    buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(60, 40, 1));
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpuint(result.n_classes, ==, EFFNET_TEST_CLASSES);
    gst_buffer_unref(buffer);

    /* A score equal to the threshold reaches it. */
    g_object_set(h->element, "threshold", best, NULL);
    buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(60, 40, 1));
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpuint(result.n_classes, ==, 1);
    gst_buffer_unref(buffer);

    g_object_set(h->element, "threshold", 1.5f, NULL);
    buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(60, 40, 1));
    g_assert_false(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

static void
test_activation(void)
{
    float logits[EFFNET_TEST_CLASSES], softmax[EFFNET_TEST_CLASSES], sigmoid[EFFNET_TEST_CLASSES];
    float sum = 0;

    infer("RGB", "", effnet_test_make_rgb(64, 64, 1), 64, 64, logits);
    infer("RGB", "activation=softmax", effnet_test_make_rgb(64, 64, 1), 64, 64, softmax);
    infer("RGB", "activation=sigmoid", effnet_test_make_rgb(64, 64, 1), 64, 64, sigmoid);
    for (guint k = 0; k < EFFNET_TEST_CLASSES; k++)
        sum += expf(logits[k]);
    for (guint k = 0; k < EFFNET_TEST_CLASSES; k++) {
        g_assert_cmpfloat_with_epsilon(softmax[k], expf(logits[k]) / sum, 1e-5f);
        g_assert_cmpfloat_with_epsilon(sigmoid[k], 1 / (1 + expf(-logits[k])), 1e-5f);
    }
}

/* An image that is upside down, with the tag that says so, is the image. */
static void
test_orientation(void)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", 64, 64);
    GstHarness *h = effnet_test_make_harness(model, "activation=none top-k=10", caps);
    GstBuffer *upright = effnet_test_make_rgb(64, 64, 1), *turned = gst_buffer_copy_deep(upright);
    float expected[EFFNET_TEST_CLASSES], scores[EFFNET_TEST_CLASSES], wrong[EFFNET_TEST_CLASSES];
    GstMapInfo map;

    g_assert_true(gst_buffer_map(turned, &map, GST_MAP_READWRITE));
    for (gsize i = 0; i < 64 * 64 / 2; i++) {
        for (gsize c = 0; c < 3; c++) {
            guint8 *a = &map.data[3 * i + c], *b = &map.data[3 * (64 * 64 - 1 - i) + c], t = *a;

            *a = *b;
            *b = t;
        }
    }
    gst_buffer_unmap(turned, &map);
    take_scores(gst_harness_push_and_pull(h, upright), expected);
    take_scores(gst_harness_push_and_pull(h, gst_buffer_ref(turned)), wrong);
    gst_harness_push_event(
        h, gst_event_new_tag(gst_tag_list_new(GST_TAG_IMAGE_ORIENTATION, "rotate-180", NULL)));
    take_scores(gst_harness_push_and_pull(h, gst_buffer_ref(turned)), scores);
    g_assert_cmpfloat(distance(scores, expected), <=, 0.02f * distance(wrong, expected));
    gst_util_set_object_arg(G_OBJECT(h->element), "orientation", "identity");
    take_scores(gst_harness_push_and_pull(h, turned), scores);
    g_assert_cmpmem(scores, sizeof scores, wrong, sizeof wrong);
    gst_harness_teardown(h);
}

static void
test_two_elements(void)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", 60, 40);
    GstHarness *h = effnet_test_make_harness(model, "name=first", caps);
    GstElement *second = effnet_test_make_element(model, "name=second");
    GstEfficientNetResult result;
    GstBuffer *buffer;

    gst_harness_add_sink_harness(h, gst_harness_new_with_element(second, "sink", "src"));
    gst_object_unref(second);
    gst_harness_push(h, effnet_test_make_rgb(60, 40, 1));
    gst_harness_push_to_sink(h);
    buffer = gst_harness_pull(h->sink_harness);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpstr(result.element, ==, "first");
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 1, &result));
    g_assert_cmpstr(result.element, ==, "second");
    g_assert_false(gst_efficientnet_buffer_get_result(buffer, 2, &result));
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

/* Results survive conversion and scaling; their regions refer to the frame that was inferred. */
static void
test_survives(void)
{
    GstHarness *h =
        gst_harness_new_parse("queue ! videoconvert ! video/x-raw,format=I420 ! videoscale ! "
                              "video/x-raw,width=30,height=20 ! tee ! queue");
    g_autofree char *caps = effnet_test_make_caps("RGB", 60, 40);
    GstHarness *source = effnet_test_make_harness(model, "", caps);
    GstEfficientNetResult result;
    GstBuffer *buffer;

    gst_harness_set_src_caps_str(h, caps);
    buffer = gst_harness_push_and_pull(source, effnet_test_make_rgb(60, 40, 1));
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpint(result.width, ==, 60);
    g_assert_cmpint(result.h, ==, 40);
    g_assert_cmpuint(result.n_classes, ==, 5);
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
    gst_harness_teardown(source);
}

static void
refuse(const char *path, const char *description, gint code, const char *part)
{
    GstElement *element = effnet_test_make_element(path, description);
    GError *error;

    gst_object_ref_sink(element);
    error = effnet_test_fail_ready(element);
    g_assert_error(error, GST_RESOURCE_ERROR, code);
    g_assert_nonnull(strstr(error->message, part));
    g_assert_null(strchr(error->message, '\n'));
    g_error_free(error);
    /* What is wrong can be corrected. */
    g_object_set(element, "model", model, "labels-file", NULL, "model-options", NULL, "roi", NULL,
                 NULL);
    gst_util_set_object_arg(G_OBJECT(element), "labels", "<>");
    gst_util_set_object_arg(G_OBJECT(element), "model-options", "o,resolution=32");
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
    gst_element_set_state(element, GST_STATE_NULL);
    gst_object_unref(element);
}

static void
test_refused(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *labels = g_build_filename(folder, "labels.txt", NULL);
    g_autofree char *labels_file = g_strdup_printf("labels-file=%s", labels);
    g_autofree char *text = g_build_filename(folder, "text.pth", NULL);

    g_assert_true(g_file_set_contents(labels, "a\nb\n", -1, NULL));
    g_assert_true(g_file_set_contents(text, "a\nb\n", -1, NULL));
    refuse("/nonexistent/b0.safetensors", "", GST_RESOURCE_ERROR_NOT_FOUND, "/nonexistent/b0");
    refuse(folder, "", GST_RESOURCE_ERROR_NOT_FOUND, folder);
    refuse(text, "", GST_RESOURCE_ERROR_OPEN_READ, text);
    refuse(model, labels_file, GST_RESOURCE_ERROR_SETTINGS, labels);
    refuse(model, "labels=<a,b>", GST_RESOURCE_ERROR_SETTINGS, "labels: 2 labels");
    refuse(model, "labels-file=/nonexistent/l.txt", GST_RESOURCE_ERROR_NOT_FOUND, "labels-file: ");
    refuse(model, "model-options=\"o,size=3\"", GST_RESOURCE_ERROR_SETTINGS, "model-options: ");
    refuse(model, "model-options=\"o,arch=b99\"", GST_RESOURCE_ERROR_SETTINGS, "b99");
    refuse(model, "roi=1,2,3", GST_RESOURCE_ERROR_SETTINGS, "roi: ");
    effnet_test_remove_folder(folder);
}

/* Labels in the checkpoint that cannot be used are a warning. */
static void
test_labels_warning(void)
{
    char *folder = effnet_test_make_folder();
    g_autofree char *path = g_build_filename(folder, "m.safetensors", NULL);
    g_autofree char *config = g_build_filename(folder, "config.json", NULL);
    g_autoptr(GstBus) bus = gst_bus_new();
    g_autoptr(GstMessage) message = NULL;
    g_autoptr(GError) warning = NULL;
    GstElement *element = effnet_test_make_element(path, "");

    effnet_test_write_lite0(path, 1, 3, 1.0f);
    g_assert_true(g_file_set_contents(
        config, "{\"padding\": \"same\", \"label_names\": [\"a\", \"b\"]}", -1, NULL));
    gst_object_ref_sink(element);
    gst_element_set_bus(element, bus);
    g_assert_cmpint(gst_element_set_state(element, GST_STATE_READY), ==, GST_STATE_CHANGE_SUCCESS);
    message = gst_bus_pop_filtered(bus, GST_MESSAGE_WARNING);
    g_assert_nonnull(message);
    gst_message_parse_warning(message, &warning, NULL);
    g_assert_nonnull(strstr(warning->message, "has 2 labels, the model 3 classes"));
    gst_element_set_state(element, GST_STATE_NULL);
    gst_element_set_bus(element, NULL); /* whose messages refer to the element */
    gst_object_unref(element);
    effnet_test_remove_folder(folder);
}

static void
test_no_default(void)
{
    GstElement *element = gst_element_factory_make("efficientnet", NULL);
    GError *error;

    gst_object_ref_sink(element);
    error = effnet_test_fail_ready(element);
    g_assert_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NOT_FOUND);
    g_assert_true(g_str_has_prefix(error->message, "model: "));
    g_error_free(error);
    gst_object_unref(element);
}

static void
test_bad_buffer(void)
{
    g_autofree char *caps = effnet_test_make_caps("RGB", 60, 40);
    GstHarness *h = effnet_test_make_harness(model, "", caps);
    g_autoptr(GError) error = effnet_test_fail_push(h, gst_buffer_new_allocate(NULL, 100, NULL));

    g_assert_error(error, GST_STREAM_ERROR, GST_STREAM_ERROR_FAILED);
    gst_harness_teardown(h);
}

static void
test_caps(void)
{
    static const char *const wrong[] = {
        "video/x-raw,format=RGB,width=0,height=10", "video/x-raw,format=v210,width=8,height=8",
        "video/x-raw(memory:DMABuf),format=RGB,width=8,height=8", "video/x-h264", "audio/x-raw"};
    GstElement *element = effnet_test_make_element(model, "");
    GstPad *pad = gst_element_get_static_pad(element, "sink");

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++) {
        GstCaps *caps = gst_caps_from_string(wrong[i]);

        g_test_message("%s", wrong[i]);
        g_assert_false(gst_pad_query_accept_caps(pad, caps));
        gst_caps_unref(caps);
    }
    gst_object_unref(pad);
    gst_object_unref(gst_object_ref_sink(element));
}

/* SDR's signal in HDR: by ITU-R BT.2100, with white at 203 cd/m2. */
static double
pq_signal(double light)
{
    double power = pow(light / 10000, 2610.0 / 16384);

    return pow((3424.0 / 4096 + 2413.0 / 128 * power) / (1 + 2392.0 / 128 * power), 2523.0 / 32);
}

static double
hlg_signal(double light)
{
    double scene = pow(light / 1000, 1 / 1.2);

    return scene <= 1.0 / 12 ? sqrt(3 * scene)
                             : 0.17883277 * log(12 * scene - 0.28466892) + 0.55991073;
}

static double
srgb_light(double signal)
{
    return signal <= 0.04045 ? signal / 12.92 : pow((signal + 0.055) / 1.055, 2.4);
}

/* An image has the same scores in high dynamic range, but only if the caps say that it is. */
static void
test_hdr(gconstpointer colorimetry)
{
    gboolean pq = strcmp(colorimetry, "1:1:14:7") == 0;
    g_autofree char *plain = effnet_test_make_caps("RGB", 60, 40);
    g_autofree char *hdr = g_strdup_printf("%s,colorimetry=%s", plain, (const char *)colorimetry);
    float expected[EFFNET_TEST_CLASSES], found[EFFNET_TEST_CLASSES], untold[EFFNET_TEST_CLASSES];
    GstBuffer *buffer = effnet_test_make_rgb(60, 40, 1), *encoded = gst_buffer_copy_deep(buffer);
    GstMapInfo map;

    g_assert_true(gst_buffer_map(encoded, &map, GST_MAP_READWRITE));
    for (gsize i = 0; i < map.size; i++) {
        double light = 203 * srgb_light(map.data[i] / 255.0);

        map.data[i] = (guint8)lrint(255 * (pq ? pq_signal(light) : hlg_signal(light)));
    }
    gst_buffer_unmap(encoded, &map);
    infer_buffer(plain, "top-k=10", buffer, expected);
    infer_buffer(hdr, "top-k=10", gst_buffer_copy(encoded), found);
    infer_buffer(plain, "top-k=10", encoded, untold);
    g_test_message("off by %g, untold by %g", distance(found, expected),
                   distance(untold, expected));
    g_assert_cmpfloat(distance(found, expected), <, 0.02);
    g_assert_cmpfloat(distance(untold, expected), >, 2 * distance(found, expected));
}

/* Interlaced fields of a frame count as a frame, and its caps stay interlaced after the element. */
static void
test_interlaced(void)
{
    g_autofree char *plain = effnet_test_make_caps("I420", 60, 40);
    g_autofree char *caps = g_strdup_printf("%s,interlace-mode=interleaved", plain);
    GstHarness *h = effnet_test_make_harness(model, "", caps);
    GstBuffer *buffer = effnet_test_convert(effnet_test_make_rgb(60, 40, 1), 60, 40, plain);
    GstEfficientNetResult result;

    GST_BUFFER_FLAG_SET(buffer, GST_VIDEO_BUFFER_FLAG_INTERLACED | GST_VIDEO_BUFFER_FLAG_TFF);
    buffer = gst_harness_push_and_pull(h, buffer);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_cmpint(result.h, ==, 40);
    g_assert_true(GST_BUFFER_FLAG_IS_SET(buffer, GST_VIDEO_BUFFER_FLAG_TFF));
    gst_buffer_unref(buffer);
    gst_harness_teardown(h);
}

int
main(int argc, char **argv)
{
    model = effnet_test_begin(&argc, &argv);
    g_test_add_func("/efficientnet/defaults", test_defaults);
    g_test_add_func("/efficientnet/specs", test_specs);
    g_test_add_func("/efficientnet/presets", test_presets);
    g_test_add_func("/efficientnet/round-trip", test_round_trip);
    g_test_add_func("/efficientnet/result", test_result);
    g_test_add_func("/efficientnet/formats", test_formats);
    g_test_add_data_func("/efficientnet/gray", "GRAY8", test_gray);
    g_test_add_data_func("/efficientnet/gray16", "GRAY16_LE", test_gray);
    g_test_add_data_func("/efficientnet/hdr/pq", "1:1:14:7", test_hdr);
    g_test_add_data_func("/efficientnet/hdr/hlg", "1:1:15:7", test_hdr);
    g_test_add_func("/efficientnet/interlaced", test_interlaced);
    g_test_add_func("/efficientnet/strides", test_strides);
    g_test_add_func("/efficientnet/crop-meta", test_crop_meta);
    g_test_add_data_func("/efficientnet/untouched", NULL, test_untouched);
    g_test_add_data_func("/efficientnet/untouched-shared", "shared", test_untouched);
    g_test_add_func("/efficientnet/top-k-and-threshold", test_top_k_and_threshold);
    g_test_add_func("/efficientnet/activation", test_activation);
    g_test_add_func("/efficientnet/orientation", test_orientation);
    g_test_add_func("/efficientnet/two-elements", test_two_elements);
    g_test_add_func("/efficientnet/survives", test_survives);
    g_test_add_func("/efficientnet/refused", test_refused);
    g_test_add_func("/efficientnet/labels-warning", test_labels_warning);
    g_test_add_func("/efficientnet/no-default", test_no_default);
    g_test_add_func("/efficientnet/bad-buffer", test_bad_buffer);
    g_test_add_func("/efficientnet/caps", test_caps);
    return effnet_test_run(model);
}
