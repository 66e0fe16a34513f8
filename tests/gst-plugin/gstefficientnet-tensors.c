/* SPDX-License-Identifier: BSD-2-Clause */
/* What GStreamer's tensor decoders make of the element's tensors. */
#include <gst/analytics/analytics.h>
#include <gst/efficientnet/meta.h>

#include "checkpoint.h"
#include "harness.h"

#define WIDTH  160
#define HEIGHT 120

static char *model, *other, *twin, *caps; /* 10 classes, 4 classes, 10 others */

static GstBuffer *
pass(const char *properties, const char *behind)
{
    g_autofree char *line = g_strdup_printf(
        "efficientnet model=\"%s\" model-options=\"o,resolution=%d\" threads=1 meta=0 %s %s", model,
        EFFNET_TEST_RESOLUTION, properties, behind);
    GstHarness *h = gst_harness_new_parse(line);
    GstBuffer *buffer;

    g_assert_nonnull(h);
    gst_harness_set_src_caps_str(h, caps);
    buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(WIDTH, HEIGHT, 1));
    g_assert_nonnull(buffer);
    gst_harness_teardown(h);
    return buffer;
}

/* The decoder's class, whose name is its number, and its probability are those of result I in the
 * custom meta. Takes BUFFER. */
static void
assert_decoded(GstBuffer *buffer, guint i)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    g_autofree char *number = NULL;
    GstEfficientNetResult result;
    GstAnalyticsClsMtd classes;
    gpointer state = NULL;

    g_assert_nonnull(meta);
    g_assert_true(gst_analytics_relation_meta_iterate(
        meta, &state, gst_analytics_cls_mtd_get_mtd_type(), &classes));
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, i, &result));
    number = g_strdup_printf("%u", gst_efficientnet_result_get_index(&result, 0));
    g_assert_cmpstr(g_quark_to_string(gst_analytics_cls_mtd_get_quark(&classes, 0)), ==, number);
    g_assert_cmpfloat_with_epsilon(gst_analytics_cls_mtd_get_level(&classes, 0),
                                   gst_efficientnet_result_get_score(&result, 0), 1e-5);
    gst_buffer_unref(buffer);
}

static void
test_decoded(gconstpointer properties)
{
    static const char *const decoders[] = {"! classifiertensordecoder", "! tensordecodebin"};

    for (guint i = 0; i < G_N_ELEMENTS(decoders); i++)
        assert_decoded(pass(properties, decoders[i]), 0);
}

/* Behind two elements, a decoder has the tensor that the caps announce, the second's. */
static void
test_two_elements(gconstpointer properties)
{
    const char *const models[] = {twin, other};

    for (guint i = 0; i < G_N_ELEMENTS(models); i++) {
        g_autofree char *behind = g_strdup_printf(
            "! efficientnet model=\"%s\" model-options=\"o,resolution=%d\" threads=1 meta=0 %s "
            "! classifiertensordecoder",
            models[i], EFFNET_TEST_RESOLUTION, (const char *)properties);

        assert_decoded(pass(properties, behind), 1);
    }
}

static void
test_embedding(void)
{
    GstBuffer *buffer = pass("tensors=embedding embedding=true", "! identity");
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    GstEfficientNetResult result;
    GstAnalyticsTensorMtd tensor;
    g_autoptr(GBytes) embedding = NULL;
    gpointer state = NULL;
    const float *expected;
    gsize size;

    g_assert_nonnull(meta);
    g_assert_true(gst_efficientnet_buffer_get_result(buffer, 0, &result));
    g_assert_true(gst_structure_get(result.structure, "embedding", G_TYPE_BYTES, &embedding, NULL));
    expected = g_bytes_get_data(embedding, &size);
    g_assert_true(gst_analytics_relation_meta_iterate(
        meta, &state, gst_analytics_tensor_mtd_get_mtd_type(), &tensor));
    g_assert_cmpuint(gst_buffer_get_size(gst_analytics_tensor_mtd_get_tensor(&tensor)->data), ==,
                     size);
    g_assert_cmpint(
        gst_buffer_memcmp(gst_analytics_tensor_mtd_get_tensor(&tensor)->data, 0, expected, size),
        ==, 0);
    gst_buffer_unref(buffer);
}

static guint
count_tensor_classes(GstBuffer *buffer)
{
    GstTensorMeta *meta = gst_buffer_get_tensor_meta(buffer);

    g_assert_nonnull(meta);
    g_assert_cmpuint(meta->num_tensors, ==, 1);
    return (guint)gst_tensor_meta_get(meta, 0)->dims[1];
}

static GstCaps *
make_announced(guint n_classes)
{
    g_autofree char *text = g_strdup_printf(
        "video/x-raw, tensors=(structure)[tensorgroups, classification-generic-out=(/uniquelist){"
        "(GstCaps)[tensor/strided, tensor-id=classification-generic-out, dims=<(int)1, (int)%u>, "
        "dims-order=(string)row-major, type=(string)float32]}]",
        n_classes);

    return gst_caps_from_string(text);
}

/* The caps say how many classes each frame has, also when the model changes. */
static void
test_swapped(void)
{
    GstHarness *h = effnet_test_make_harness(model, "tensors=logits", caps);
    g_autoptr(GstCaps) ten = make_announced(10), four = make_announced(4);
    guint n = 10;

    for (guint i = 0; n != 4; i++) {
        GstBuffer *buffer = gst_harness_push_and_pull(h, effnet_test_make_rgb(WIDTH, HEIGHT, 1));
        g_autoptr(GstCaps) announced = gst_pad_get_current_caps(h->sinkpad);

        n = count_tensor_classes(buffer);
        g_assert_true(gst_caps_is_subset(announced, n == 4 ? four : ten));
        gst_buffer_unref(buffer);
        if (i == 0)
            g_object_set(h->element, "model", other, NULL);
        g_assert_cmpuint(i, <, 10000);
        g_usleep(1000);
    }
    gst_harness_teardown(h);
}

int
main(int argc, char **argv)
{
    char *folder;
    int ret;

    model = effnet_test_begin(&argc, &argv);
    folder = effnet_test_make_folder();
    other = g_build_filename(folder, "other.safetensors", NULL);
    effnet_test_write_lite0(other, 2, 4, 1.0f);
    twin = g_build_filename(folder, "twin.safetensors", NULL);
    effnet_test_write_lite0(twin, 3, EFFNET_TEST_CLASSES, 1.0f);
    caps = effnet_test_make_caps("RGB", WIDTH, HEIGHT);
    g_test_add_data_func("/tensors/softmax", "tensors=softmax", test_decoded);
    g_test_add_data_func("/tensors/logits", "tensors=logits", test_decoded);
    g_test_add_data_func("/tensors/two-elements/softmax", "tensors=softmax", test_two_elements);
    g_test_add_data_func("/tensors/two-elements/logits", "tensors=logits", test_two_elements);
    g_test_add_func("/tensors/embedding", test_embedding);
    g_test_add_func("/tensors/swapped", test_swapped);
    ret = effnet_test_run(model);
    effnet_test_remove_folder(folder);
    g_free(other);
    g_free(twin);
    g_free(caps);
    return ret;
}
