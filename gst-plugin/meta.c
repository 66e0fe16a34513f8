/* SPDX-License-Identifier: BSD-2-Clause */
#include "meta.h"

void
gst_efficientnet_meta_register(void)
{
    static gsize registered;

    if (g_once_init_enter(&registered)) {
        /* No tags: what holds for a frame also holds for the frame converted or scaled. */
        static const char *tags[] = {NULL};

        if (!gst_meta_get_info(GST_EFFICIENTNET_META_NAME))
            gst_meta_register_custom(GST_EFFICIENTNET_META_NAME, tags, NULL, NULL, NULL);
        g_once_init_leave(&registered, 1);
    }
}

static void
set_heatmap(GstStructure *result, const GstEfficientNetHeatmap *heatmap)
{
    gst_structure_set(result, "heatmap", G_TYPE_BYTES, heatmap->map, "heatmap_size", G_TYPE_UINT,
                      heatmap->size, "heatmap_index", G_TYPE_INT, (gint)heatmap->index, "heatmap_x",
                      G_TYPE_FLOAT, heatmap->view.x, "heatmap_y", G_TYPE_FLOAT, heatmap->view.y,
                      "heatmap_w", G_TYPE_FLOAT, heatmap->view.w, "heatmap_h", G_TYPE_FLOAT,
                      heatmap->view.h, NULL);
}

static void
append_class(GValue *labels, GValue *indices, GValue *scores, const EffNetClass *class,
             const char *const *names)
{
    GValue label = G_VALUE_INIT, index = G_VALUE_INIT, score = G_VALUE_INIT;

    g_value_init(&label, G_TYPE_STRING);
    g_value_set_string(&label, names[class->index]);
    gst_value_array_append_and_take_value(labels, &label);

    g_value_init(&index, G_TYPE_INT);
    g_value_set_int(&index, (gint) class->index);
    gst_value_array_append_and_take_value(indices, &index);

    g_value_init(&score, G_TYPE_FLOAT);
    g_value_set_float(&score, class->score);
    gst_value_array_append_and_take_value(scores, &score);
}

void
gst_efficientnet_meta_append_result(GValue *results, const GstEfficientNetFinding *finding,
                                    const GstEfficientNetSubject *subject, const char *element,
                                    const char *model, const char *const *labels, guint age)
{
    GValue names = G_VALUE_INIT, indices = G_VALUE_INIT, scores = G_VALUE_INIT;
    GValue value = G_VALUE_INIT;
    GstStructure *result = gst_structure_new(GST_EFFICIENTNET_RESULT_NAME, "element", G_TYPE_STRING,
                                             element, "model", G_TYPE_STRING, model, NULL);

    gst_value_array_init(&names, finding->n);
    gst_value_array_init(&indices, finding->n);
    gst_value_array_init(&scores, finding->n);
    for (guint i = 0; i < finding->n; i++)
        append_class(&names, &indices, &scores, &finding->classes[i], labels);
    gst_structure_take_value(result, "labels", &names);
    gst_structure_take_value(result, "indices", &indices);
    gst_structure_take_value(result, "scores", &scores);

    gst_structure_set(result, "x", G_TYPE_INT, (gint)subject->region.x, "y", G_TYPE_INT,
                      (gint)subject->region.y, "w", G_TYPE_INT, (gint)subject->region.w, "h",
                      G_TYPE_INT, (gint)subject->region.h, "width", G_TYPE_INT,
                      (gint)subject->width, "height", G_TYPE_INT, (gint)subject->height, "roi_id",
                      G_TYPE_INT, subject->roi_id, "age", G_TYPE_UINT, age, "pts", G_TYPE_UINT64,
                      subject->pts, NULL);
    if (finding->embedding)
        gst_structure_set(result, "embedding", G_TYPE_BYTES, finding->embedding, NULL);
    if (finding->heatmap.map)
        set_heatmap(result, &finding->heatmap);
    if (finding->has_similarity)
        gst_structure_set(result, "similarity", G_TYPE_FLOAT, finding->similarity, "unknown",
                          G_TYPE_BOOLEAN, finding->unknown, NULL);
    g_value_init(&value, GST_TYPE_STRUCTURE);
    g_value_take_boxed(&value, result);
    gst_value_list_append_and_take_value(results, &value);
}

/* Puts those of OLD, which may be NULL, that are not ELEMENT's before those in RESULTS. */
static void
prepend_others(GValue *results, const GValue *old, const char *element)
{
    for (guint i = old ? gst_value_list_get_size(old) : 0; i-- > 0;) {
        const GValue *value = gst_value_list_get_value(old, i);
        const GstStructure *result = gst_value_get_structure(value);

        if (g_strcmp0(gst_structure_get_string(result, "element"), element) != 0)
            gst_value_list_prepend_value(results, value);
    }
}

void
gst_efficientnet_meta_replace(GstBuffer *buffer, const char *element, GValue *results)
{
    GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, GST_EFFICIENTNET_META_NAME);

    prepend_others(results, gst_efficientnet_buffer_get_results(buffer), element);
    if (gst_value_list_get_size(results) == 0) {
        if (meta)
            gst_buffer_remove_meta(buffer, (GstMeta *)meta);
        g_value_unset(results);
        return;
    }
    if (!meta)
        meta = gst_buffer_add_custom_meta(buffer, GST_EFFICIENTNET_META_NAME);
    gst_structure_take_value(gst_custom_meta_get_structure(meta), "results", results);
}
