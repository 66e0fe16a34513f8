/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake.h"

#include <gst/efficientnet/meta.h>

#include "meta.h"

static void
append(GValue *array, GType type, const char *text)
{
    GValue value = G_VALUE_INIT;

    g_value_init(&value, type);
    g_assert_true(gst_value_deserialize(&value, text));
    gst_value_array_append_and_take_value(array, &value);
}

static GstStructure *
new_result(const char *label, gint index, float score, guint age, GstClockTime inferred)
{
    GstStructure *result = gst_structure_new(GST_EFFICIENTNET_RESULT_NAME, "element", G_TYPE_STRING,
                                             "e0", "model", G_TYPE_STRING, "m", "age", G_TYPE_UINT,
                                             age, "pts", G_TYPE_UINT64, inferred, NULL);
    g_auto(GValue) labels = G_VALUE_INIT, indices = G_VALUE_INIT, scores = G_VALUE_INIT;
    g_autofree char *index_text = g_strdup_printf("%d", index);
    g_autofree char *score_text = g_strdup_printf("%f", score);
    GValue value = G_VALUE_INIT;

    g_value_init(&labels, GST_TYPE_ARRAY);
    g_value_init(&indices, GST_TYPE_ARRAY);
    g_value_init(&scores, GST_TYPE_ARRAY);
    g_value_init(&value, G_TYPE_STRING);
    g_value_set_string(&value, label);
    gst_value_array_append_and_take_value(&labels, &value);
    append(&labels, G_TYPE_STRING, "other");
    append(&indices, G_TYPE_INT, index_text);
    append(&indices, G_TYPE_INT, "99");
    append(&scores, G_TYPE_FLOAT, score_text);
    append(&scores, G_TYPE_FLOAT, "0.01");
    gst_structure_set_value(result, "labels", &labels);
    gst_structure_set_value(result, "indices", &indices);
    gst_structure_set_value(result, "scores", &scores);
    return result;
}

GstBuffer *
effnet_test_fake_frame(GstClockTime pts, const char *label, gint index, float score, guint age,
                       GstClockTime inferred)
{
    GstBuffer *buffer = gst_buffer_new();
    g_auto(GValue) results = G_VALUE_INIT;
    GValue result = G_VALUE_INIT;
    GstCustomMeta *meta;

    GST_BUFFER_PTS(buffer) = pts;
    if (label == NULL)
        return buffer;
    gst_efficientnet_meta_register();
    meta = gst_buffer_add_custom_meta(buffer, GST_EFFICIENTNET_META_NAME);
    g_value_init(&results, GST_TYPE_LIST);
    g_value_init(&result, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&result, new_result(label, index, score, age, inferred));
    gst_value_list_append_and_take_value(&results, &result);
    gst_structure_set_value(gst_custom_meta_get_structure(meta), "results", &results);
    return buffer;
}
