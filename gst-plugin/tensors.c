/* SPDX-License-Identifier: BSD-2-Clause */
#include "tensors.h"

#include <effnet/error.h>

#if EFFNET_HAVE_GST_TENSORS
#include <gst/analytics/analytics.h>

/* The ids of GStreamer's model-info registry, which also name the group of the caps; the embedding
 * has none there. */
static const char *const ids[] = {
    [GST_EFFICIENTNET_TENSORS_LOGITS] = "classification-generic-out",
    [GST_EFFICIENTNET_TENSORS_SOFTMAX] = "classification-generic-softmaxed-out",
    [GST_EFFICIENTNET_TENSORS_EMBEDDING] = "efficientnet-embedding",
};

gboolean
gst_efficientnet_tensors_check(GstEfficientNetTensors form, GError **error)
{
    return TRUE;
}

static gboolean
is_announced(GstEfficientNetTensors form)
{
    return form == GST_EFFICIENTNET_TENSORS_LOGITS || form == GST_EFFICIENTNET_TENSORS_SOFTMAX;
}

GstCaps *
gst_efficientnet_tensors_transform_caps(GstEfficientNetTensors form, guint n_classes,
                                        GstPadDirection direction, GstCaps *caps)
{
    GstCaps *transformed = gst_caps_copy(caps);
    g_autofree char *text = NULL;
    g_autoptr(GstCaps) announced = NULL;
    const GValue *tensors;

    if (!is_announced(form))
        return transformed;
    text = g_strdup_printf("video/x-raw, tensors=(structure)[tensorgroups, %s=(/uniquelist){"
                           "(GstCaps)[tensor/strided, tensor-id=%s, dims=<(int)1, (int)%u>, "
                           "dims-order=(string)row-major, type=(string)float32]}]",
                           ids[form], ids[form], n_classes);
    announced = gst_caps_from_string(text);
    tensors = gst_structure_get_value(gst_caps_get_structure(announced, 0), "tensors");
    for (guint i = 0; i < gst_caps_get_size(transformed); i++) {
        GstStructure *structure = gst_caps_get_structure(transformed, i);

        if (direction == GST_PAD_SINK)
            gst_structure_set_value(structure, "tensors", tensors);
        else
            gst_structure_remove_field(structure, "tensors");
    }
    return transformed;
}

static gboolean
drop_same(GstBuffer *buffer, GstMeta **meta, gpointer id)
{
    if ((*meta)->info->api == GST_TENSOR_META_API_TYPE &&
        gst_tensor_meta_get_by_id((GstTensorMeta *)*meta, *(const GQuark *)id))
        *meta = NULL;
    return TRUE;
}

void
gst_efficientnet_tensors_attach(GstEfficientNetTensors form, GstBuffer *buffer, GBytes *values)
{
    gsize dims[] = {1, g_bytes_get_size(values) / sizeof(float)};
    GQuark id = g_quark_from_static_string(ids[form]);

    if (is_announced(form)) {
        GstTensor **tensors = g_new(GstTensor *, 1);

        /* Another element's, which decoders behind this one would find first, though the caps
         * announce ours. */
        gst_buffer_foreach_meta(buffer, drop_same, &id);
        tensors[0] = gst_tensor_new_simple(
            id, GST_TENSOR_DATA_TYPE_FLOAT32, gst_buffer_new_wrapped_bytes(values),
            GST_TENSOR_DIM_ORDER_ROW_MAJOR, G_N_ELEMENTS(dims), dims);
        gst_tensor_meta_set(gst_buffer_add_tensor_meta(buffer), 1, tensors);
    }
    if (form != GST_EFFICIENTNET_TENSORS_SOFTMAX) {
        GstAnalyticsTensorMtd tensor;

        gst_analytics_relation_meta_add_tensor_mtd_simple(
            gst_buffer_add_analytics_relation_meta(buffer), id, GST_TENSOR_DATA_TYPE_FLOAT32,
            gst_buffer_new_wrapped_bytes(values), GST_TENSOR_DIM_ORDER_ROW_MAJOR,
            G_N_ELEMENTS(dims), dims, &tensor);
    }
}

#else

gboolean
gst_efficientnet_tensors_check(GstEfficientNetTensors form, GError **error)
{
    if (form == GST_EFFICIENTNET_TENSORS_NONE)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "tensors: they need GStreamer 1.28, and this plugin was built with %d.%d",
                GST_VERSION_MAJOR, GST_VERSION_MINOR);
    return FALSE;
}

GstCaps *
gst_efficientnet_tensors_transform_caps(GstEfficientNetTensors form, guint n_classes,
                                        GstPadDirection direction, GstCaps *caps)
{
    return gst_caps_ref(caps);
}

void
gst_efficientnet_tensors_attach(GstEfficientNetTensors form, GstBuffer *buffer, GBytes *values)
{
}

#endif
