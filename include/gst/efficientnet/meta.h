/* SPDX-License-Identifier: BSD-2-Clause */
/* What the element efficientnet attaches to a buffer, and how C reads it. Header only: compile and
 * link with pkg-config gstreamer-efficientnet-1.0.
 *
 * The custom meta "GstEfficientNetMeta" holds one GstStructure, of one field:
 *
 *     results  GST_TYPE_LIST of GST_TYPE_STRUCTURE, in the order in which the elements stand in the
 *              pipeline
 *
 * Each result is a structure "efficientnet-result":
 *
 *     element  string    the name of the element that wrote it
 *     model    string    the name of the model
 *     labels   GST_TYPE_ARRAY of string, best first; never NULL: the index in decimal where the
 *              model names no classes
 *     indices  GST_TYPE_ARRAY of int, as many: the class, which is what tells two equal labels
 *              apart
 *     scores   GST_TYPE_ARRAY of float, as many
 *     x y w h  int       the region, in pixels: of a tracked object, where it is now
 *     width height  int  of the frame that the region refers to: rescale where a buffer has another
 *              size by now; after a crop or a flip the region no longer holds
 *     roi_id   int       the id of the region's GstVideoRegionOfInterestMeta, or of its detection
 *              in GstAnalytics; -1: the whole frame
 *     age      uint      frames since the inference; 0: of this very frame
 *     pts      uint64    of the frame that was inferred; GST_CLOCK_TIME_NONE: it had none
 *     embedding  GBytes of float32, the pooled features; only where the property asks for it
 *     similarity  float  how similar this is to the pictures that the model was learned from, up to
 *              1; only with models of effnet learn, and unless unknown=off
 *     unknown  boolean   beside similarity: it is so low that this is nothing that was learned, and
 *              the classes mean nothing
 *     heatmap  GBytes of float32, row after row: what each place adds to the logit of a class; only
 *              where the property asks for it, like the following
 *     heatmap_size   uint  the map's side
 *     heatmap_index  int   the class, that of the highest score before any smoothing
 *     heatmap_x heatmap_y heatmap_w heatmap_h  float  where the map is, in shares of the region,
 *              beyond which it reaches with resize-mode=letterbox
 *
 * A buffer on which no class reached the threshold has no result of that element, so the arrays are
 * never empty. Everything read here belongs to the buffer and lives as long as it; any number of
 * threads may read a buffer at once.
 *
 *     GstEfficientNetResult result;
 *     for (guint i = 0; gst_efficientnet_buffer_get_result(buffer, i, &result); i++)
 *         for (guint k = 0; k < result.n_classes; k++)
 *             g_print("%s %.2f\n", gst_efficientnet_result_get_label(&result, k),
 *                     gst_efficientnet_result_get_score(&result, k));
 */
#ifndef GST_EFFICIENTNET_META_H
#define GST_EFFICIENTNET_META_H

#include <gst/gst.h>

G_BEGIN_DECLS

/* The names of the custom meta, and of a result's structure. */
#define GST_EFFICIENTNET_META_NAME   "GstEfficientNetMeta"
#define GST_EFFICIENTNET_RESULT_NAME "efficientnet-result"

/* A view of one result, with the fields above. It owns nothing, and is valid as long as the buffer
 * that it was read from. */
typedef struct {
    const char *element;
    const char *model;
    guint n_classes;    /* length of each of the three arrays, at least 1 */
    gint x, y, w, h;    /* pixels */
    gint width, height; /* pixels */
    gint roi_id;
    guint age;                     /* frames */
    GstClockTime pts;              /* ns */
    const GstStructure *structure; /* all fields, including those that are not named here */

    /*< private >*/
    const GValue *labels, *indices, *scores;
} GstEfficientNetResult;

/* The list of BUFFER's results, owned by BUFFER; NULL if there is none. */
static inline const GValue *
gst_efficientnet_buffer_get_results(GstBuffer *buffer)
{
    GstCustomMeta *meta = gst_buffer_get_custom_meta(buffer, GST_EFFICIENTNET_META_NAME);
    const GValue *results = NULL;

    if (meta)
        results = gst_structure_get_value(gst_custom_meta_get_structure(meta), "results");
    return results && GST_VALUE_HOLDS_LIST(results) ? results : NULL;
}

/* The array FIELD of a result, owned by STRUCTURE; NULL if there is none. */
static inline const GValue *
gst_efficientnet_result_get_array(const GstStructure *structure, const char *field)
{
    const GValue *array = gst_structure_get_value(structure, field);

    return array && GST_VALUE_HOLDS_ARRAY(array) ? array : NULL;
}

/* Reads STRUCTURE, an item of the list "results" of a buffer or a bus message, into RESULT. FALSE
 * if it is not a result; missing fields read as 0, roi_id as -1, pts as none. */
static inline gboolean
gst_efficientnet_result_from_structure(const GstStructure *structure, GstEfficientNetResult *result)
{
    *result = (GstEfficientNetResult){
        .structure = structure,
        .element = gst_structure_get_string(structure, "element"),
        .model = gst_structure_get_string(structure, "model"),
        .labels = gst_efficientnet_result_get_array(structure, "labels"),
        .indices = gst_efficientnet_result_get_array(structure, "indices"),
        .scores = gst_efficientnet_result_get_array(structure, "scores"),
        .roi_id = -1,
        .pts = GST_CLOCK_TIME_NONE,
    };
    if (!result->labels || !result->indices || !result->scores)
        return FALSE;
    result->n_classes = gst_value_array_get_size(result->indices);
    if (gst_value_array_get_size(result->labels) != result->n_classes ||
        gst_value_array_get_size(result->scores) != result->n_classes)
        return FALSE;
    gst_structure_get_int(structure, "x", &result->x);
    gst_structure_get_int(structure, "y", &result->y);
    gst_structure_get_int(structure, "w", &result->w);
    gst_structure_get_int(structure, "h", &result->h);
    gst_structure_get_int(structure, "width", &result->width);
    gst_structure_get_int(structure, "height", &result->height);
    gst_structure_get_int(structure, "roi_id", &result->roi_id);
    gst_structure_get_uint(structure, "age", &result->age);
    gst_structure_get_uint64(structure, "pts", &result->pts);
    return TRUE;
}

/* Reads result I of RESULTS, which gst_efficientnet_buffer_get_results() returned and which may be
 * NULL. FALSE after the last. */
static inline gboolean
gst_efficientnet_results_get(const GValue *results, guint i, GstEfficientNetResult *result)
{
    const GValue *value;

    if (!results || i >= gst_value_list_get_size(results))
        return FALSE;
    value = gst_value_list_get_value(results, i);
    return GST_VALUE_HOLDS_STRUCTURE(value) &&
           gst_efficientnet_result_from_structure(gst_value_get_structure(value), result);
}

/* Reads result I of BUFFER. FALSE after the last. */
static inline gboolean
gst_efficientnet_buffer_get_result(GstBuffer *buffer, guint i, GstEfficientNetResult *result)
{
    return gst_efficientnet_results_get(gst_efficientnet_buffer_get_results(buffer), i, result);
}

/* The label of class K, from the best, 0, to n_classes - 1; owned by the buffer. NULL if the value
 * is not a string. */
static inline const char *
gst_efficientnet_result_get_label(const GstEfficientNetResult *result, guint k)
{
    const GValue *value = gst_value_array_get_value(result->labels, k);

    return value && G_VALUE_HOLDS_STRING(value) ? g_value_get_string(value) : NULL;
}

/* The index of class K, from the best, 0, to n_classes - 1. -1 if the value is not an int. */
static inline gint
gst_efficientnet_result_get_index(const GstEfficientNetResult *result, guint k)
{
    const GValue *value = gst_value_array_get_value(result->indices, k);

    return value && G_VALUE_HOLDS_INT(value) ? g_value_get_int(value) : -1;
}

/* The score of class K, from the best, 0, to n_classes - 1. 0 if the value is not a float. */
static inline gfloat
gst_efficientnet_result_get_score(const GstEfficientNetResult *result, guint k)
{
    const GValue *value = gst_value_array_get_value(result->scores, k);

    return value && G_VALUE_HOLDS_FLOAT(value) ? g_value_get_float(value) : 0.0f;
}

/* Whether the model says that this is nothing that it was learned from. */
static inline gboolean
gst_efficientnet_result_is_unknown(const GstEfficientNetResult *result)
{
    gboolean unknown = FALSE;

    return gst_structure_get_boolean(result->structure, "unknown", &unknown) && unknown;
}

/* A map of where in the region a class is seen. It is valid as long as the buffer. */
typedef struct {
    const float *values; /* size x size */
    guint size;
    gint index;        /* the class */
    gfloat x, y, w, h; /* where it is, in shares of the region */
} GstEfficientNetResultHeatmap;

/* FALSE if RESULT carries no heatmap. */
static inline gboolean
gst_efficientnet_result_get_heatmap(const GstEfficientNetResult *result,
                                    GstEfficientNetResultHeatmap *heatmap)
{
    const GValue *bytes = gst_structure_get_value(result->structure, "heatmap");
    gsize length;

    if (!bytes || !G_VALUE_HOLDS(bytes, G_TYPE_BYTES) || !g_value_get_boxed(bytes) ||
        !gst_structure_get(result->structure, "heatmap_size", G_TYPE_UINT, &heatmap->size,
                           "heatmap_index", G_TYPE_INT, &heatmap->index, "heatmap_x", G_TYPE_FLOAT,
                           &heatmap->x, "heatmap_y", G_TYPE_FLOAT, &heatmap->y, "heatmap_w",
                           G_TYPE_FLOAT, &heatmap->w, "heatmap_h", G_TYPE_FLOAT, &heatmap->h, NULL))
        return FALSE;
    heatmap->values = (const float *)g_bytes_get_data((GBytes *)g_value_get_boxed(bytes), &length);
    return heatmap->size > 0 && heatmap->size <= G_MAXUINT16 &&
           length == (gsize)heatmap->size * heatmap->size * sizeof(float);
}

/* How similar this is to the pictures that the model was learned from; 1 if it does not say. */
static inline gfloat
gst_efficientnet_result_get_similarity(const GstEfficientNetResult *result)
{
    const GValue *value = gst_structure_get_value(result->structure, "similarity");

    return value && G_VALUE_HOLDS_FLOAT(value) ? g_value_get_float(value) : 1.0f;
}

G_END_DECLS

#endif
