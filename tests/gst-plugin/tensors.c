/* SPDX-License-Identifier: BSD-2-Clause */
#include "tensors.h"

#include <string.h>

#include <effnet/error.h>

#define CAPS "video/x-raw, format=RGB; video/x-raw, format=NV12"

static void
test_none(void)
{
    g_autoptr(GstCaps) caps = gst_caps_from_string(CAPS);
    g_autoptr(GstCaps) transformed = gst_efficientnet_tensors_transform_caps(
        GST_EFFICIENTNET_TENSORS_NONE, 10, GST_PAD_SINK, caps);
    g_autoptr(GError) error = NULL;

    g_assert_true(gst_efficientnet_tensors_check(GST_EFFICIENTNET_TENSORS_NONE, &error));
    g_assert_no_error(error);
    g_assert_true(gst_caps_is_equal(caps, transformed));
}

#if EFFNET_HAVE_GST_TENSORS
#include <gst/analytics/analytics.h>

static const float values[] = {0.5f, -1, 3};

/* The caps that GStreamer's decoder of classes asks for, for N classes. */
static GstCaps *
make_wanted(const char *id, const char *n)
{
    g_autofree char *text =
        g_strdup_printf("video/x-raw, tensors=(structure)[tensorgroups, %s=(/uniquelist){(GstCaps)["
                        "tensor/strided, tensor-id=%s, dims=<(int)[0,1], (int)%s>, "
                        "dims-order=(string)row-major, type={float32, uint8}]}]",
                        id, id, n);
    GstCaps *caps = gst_caps_from_string(text);

    g_assert_nonnull(caps);
    return caps;
}

static void
test_announced(void)
{
    static const char *const ids[] = {
        [GST_EFFICIENTNET_TENSORS_LOGITS] = "classification-generic-out",
        [GST_EFFICIENTNET_TENSORS_SOFTMAX] = "classification-generic-softmaxed-out"};

    for (GstEfficientNetTensors form = GST_EFFICIENTNET_TENSORS_LOGITS;
         form <= GST_EFFICIENTNET_TENSORS_SOFTMAX; form++) {
        g_autoptr(GstCaps) any = make_wanted(ids[form], "[1,max]");
        g_autoptr(GstCaps) ten = make_wanted(ids[form], "10");
        g_autoptr(GstCaps) eleven = make_wanted(ids[form], "11");
        g_autoptr(GstCaps) caps = gst_caps_from_string(CAPS);
        g_autoptr(GstCaps) announced =
            gst_efficientnet_tensors_transform_caps(form, 10, GST_PAD_SINK, caps);
        g_autoptr(GstCaps) asked =
            gst_efficientnet_tensors_transform_caps(form, 10, GST_PAD_SRC, announced);

        g_assert_true(gst_caps_is_subset(announced, any));
        g_assert_true(gst_caps_is_subset(announced, ten));
        g_assert_false(gst_caps_can_intersect(announced, eleven));
        g_assert_true(gst_caps_is_equal(asked, caps));
    }
}

static GstBuffer *
attach(GstEfficientNetTensors form)
{
    GstBuffer *buffer = gst_buffer_new();
    g_autoptr(GBytes) bytes = g_bytes_new_static(values, sizeof values);

    gst_efficientnet_tensors_attach(form, buffer, bytes);
    return buffer;
}

static void
check(const GstTensor *tensor, const char *id)
{
    const gsize dims[] = {1, G_N_ELEMENTS(values)};

    g_assert_nonnull(tensor);
    g_assert_cmpstr(g_quark_to_string(tensor->id), ==, id);
    g_assert_true(gst_tensor_check_type(tensor, GST_TENSOR_DATA_TYPE_FLOAT32,
                                        GST_TENSOR_DIM_ORDER_ROW_MAJOR, 2, dims));
    g_assert_cmpuint(gst_buffer_get_size(tensor->data), ==, sizeof values);
    g_assert_cmpint(gst_buffer_memcmp(tensor->data, 0, values, sizeof values), ==, 0);
}

/* The only tensor among what is related in BUFFER, which owns it; or NULL. */
static GstTensor *
get_related(GstBuffer *buffer)
{
    GstAnalyticsRelationMeta *meta = gst_buffer_get_analytics_relation_meta(buffer);
    GstAnalyticsTensorMtd tensor, another;
    gpointer state = NULL;

    if (!meta || !gst_analytics_relation_meta_iterate(
                     meta, &state, gst_analytics_tensor_mtd_get_mtd_type(), &tensor))
        return NULL;
    g_assert_false(gst_analytics_relation_meta_iterate(
        meta, &state, gst_analytics_tensor_mtd_get_mtd_type(), &another));
    return gst_analytics_tensor_mtd_get_tensor(&tensor);
}

static void
test_attached(void)
{
    static const struct {
        GstEfficientNetTensors form;
        const char *id;
        gboolean decoded, related;
    } rows[] = {
        {GST_EFFICIENTNET_TENSORS_LOGITS, "classification-generic-out", TRUE, TRUE},
        {GST_EFFICIENTNET_TENSORS_SOFTMAX, "classification-generic-softmaxed-out", TRUE, FALSE},
        {GST_EFFICIENTNET_TENSORS_EMBEDDING, "efficientnet-embedding", FALSE, TRUE},
    };

    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
        GstBuffer *buffer = attach(rows[i].form);
        GstTensorMeta *meta = gst_buffer_get_tensor_meta(buffer);
        GstTensor *related = get_related(buffer);

        g_assert_true((meta != NULL) == rows[i].decoded);
        g_assert_true((related != NULL) == rows[i].related);
        if (meta)
            check(gst_tensor_meta_get(meta, 0), rows[i].id);
        if (related)
            check(related, rows[i].id);
        gst_buffer_unref(buffer);
    }
}

#else

static void
test_refused(void)
{
    g_autoptr(GError) error = NULL;

    g_assert_false(gst_efficientnet_tensors_check(GST_EFFICIENTNET_TENSORS_SOFTMAX, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS);
    g_assert_nonnull(strstr(error->message, "tensors: they need GStreamer 1.28"));
}

#endif

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/tensors/none", test_none);
#if EFFNET_HAVE_GST_TENSORS
    g_test_add_func("/tensors/announced", test_announced);
    g_test_add_func("/tensors/attached", test_attached);
#else
    g_test_add_func("/tensors/refused", test_refused);
#endif
    return g_test_run();
}
