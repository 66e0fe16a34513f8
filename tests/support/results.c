/* SPDX-License-Identifier: BSD-2-Clause */
#include "results.h"

static void
append(GValue *array, GType type, const char *label, gint index, float score)
{
    GValue value = G_VALUE_INIT;

    g_value_init(&value, type);
    if (type == G_TYPE_STRING)
        g_value_set_string(&value, label);
    else if (type == G_TYPE_INT)
        g_value_set_int(&value, index);
    else
        g_value_set_float(&value, score);
    gst_value_array_append_and_take_value(array, &value);
}

static GstStructure *
make_structure(const EffNetTestResult *r)
{
    GstStructure *structure = gst_structure_new(
        GST_EFFICIENTNET_RESULT_NAME, "element", G_TYPE_STRING, r->element ? r->element : "net",
        "model", G_TYPE_STRING, "model", "x", G_TYPE_INT, r->x, "y", G_TYPE_INT, r->y, "w",
        G_TYPE_INT, r->w ? r->w : r->width, "h", G_TYPE_INT, r->w ? r->h : r->height, "width",
        G_TYPE_INT, r->width, "height", G_TYPE_INT, r->height, "roi_id", G_TYPE_INT, r->roi_id,
        "age", G_TYPE_UINT, r->age, "pts", G_TYPE_UINT64, r->pts, NULL);
    GValue labels = G_VALUE_INIT, indices = G_VALUE_INIT, scores = G_VALUE_INIT;

    gst_value_array_init(&labels, 0);
    gst_value_array_init(&indices, 0);
    gst_value_array_init(&scores, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(r->labels) && r->labels[i]; i++) {
        append(&labels, G_TYPE_STRING, r->labels[i], 0, 0);
        append(&indices, G_TYPE_INT, NULL, r->indices ? r->indices[i] : (gint)i, 0);
        append(&scores, G_TYPE_FLOAT, NULL, 0, r->scores[i]);
    }
    gst_structure_take_value(structure, "labels", &labels);
    gst_structure_take_value(structure, "indices", &indices);
    gst_structure_take_value(structure, "scores", &scores);
    if (r->unknown)
        gst_structure_set(structure, "similarity", G_TYPE_FLOAT, 0.25f, "unknown", G_TYPE_BOOLEAN,
                          TRUE, NULL);
    return structure;
}

void
effnet_test_init_results(GValue *list, const EffNetTestResult *results, gsize n)
{
    *list = (GValue)G_VALUE_INIT;
    g_value_init(list, GST_TYPE_LIST);
    for (gsize i = 0; i < n; i++) {
        GValue value = G_VALUE_INIT;

        g_value_init(&value, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&value, make_structure(&results[i]));
        gst_value_list_append_and_take_value(list, &value);
    }
}

void
effnet_test_attach_results(GstBuffer *buffer, const EffNetTestResult *results, gsize n)
{
    GstCustomMeta *meta = gst_buffer_add_custom_meta(buffer, GST_EFFICIENTNET_META_NAME);
    GValue list;

    effnet_test_init_results(&list, results, n);
    gst_structure_take_value(gst_custom_meta_get_structure(meta), "results", &list);
}

guint
effnet_test_count_results(GstBuffer *buffer)
{
    GstEfficientNetResult result;
    guint n = 0;

    while (gst_efficientnet_buffer_get_result(buffer, n, &result))
        n++;
    return n;
}
