/* SPDX-License-Identifier: BSD-2-Clause */
#include "publishfilter.h"

#include <math.h>

#include <gst/efficientnet/meta.h>

#include "options.h"

/* Regions come and go as long as a stream lasts; forgetting one costs at most a repeated line. */
#define MAX_REMEMBERED 4096

#define UNKNOWN (-1) /* in place of a class */

/* What is remembered of an element's region. */
typedef struct {
    guint64 frame; /* the frame last inferred */
    gint best;     /* the class last written, or UNKNOWN */
    gboolean is_written;
} Memory;

struct _GstEfficientNetPublishFilter {
    GHashTable *labels; /* casefolded; NULL, like INDICES: all classes */
    GHashTable *indices;
    double threshold;
    gboolean changes;
    GHashTable *memory; /* "element/region" to Memory */
};

static gboolean
set_field_error(GError **error, GQuark field, const char *expected, const GValue *found)
{
    g_autofree char *text = gst_value_serialize(found);

    g_set_error(error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "filter: %s is %s, and \"%s\" was found", g_quark_to_string(field), expected,
                text ? text : G_VALUE_TYPE_NAME(found));
    return FALSE;
}

/* Adds a label, or an index, which may be a string. */
static gboolean
add_class(GstEfficientNetPublishFilter *filter, const GValue *value)
{
    guint64 index;

    if (G_VALUE_HOLDS_INT(value)) {
        g_hash_table_add(filter->indices, GINT_TO_POINTER(g_value_get_int(value)));
        return TRUE;
    }
    if (!G_VALUE_HOLDS_STRING(value) || !g_value_get_string(value))
        return FALSE;
    if (g_ascii_string_to_unsigned(g_value_get_string(value), 10, 0, G_MAXINT, &index, NULL))
        g_hash_table_add(filter->indices, GINT_TO_POINTER((gint)index));
    else
        g_hash_table_add(filter->labels, g_utf8_casefold(g_value_get_string(value), -1));
    return TRUE;
}

static gboolean
add_classes(GstEfficientNetPublishFilter *filter, const GValue *value)
{
    filter->labels = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    filter->indices = g_hash_table_new(NULL, NULL);
    if (GST_VALUE_HOLDS_ARRAY(value)) {
        for (guint i = 0; i < gst_value_array_get_size(value); i++) {
            if (!add_class(filter, gst_value_array_get_value(value, i)))
                return FALSE;
        }
        return TRUE;
    }
    if (GST_VALUE_HOLDS_LIST(value)) {
        for (guint i = 0; i < gst_value_list_get_size(value); i++) {
            if (!add_class(filter, gst_value_list_get_value(value, i)))
                return FALSE;
        }
        return TRUE;
    }
    return add_class(filter, value);
}

typedef struct {
    GstEfficientNetPublishFilter *filter;
    GError **error;
} Parsing;

static gboolean
parse_field(GQuark field, const GValue *value, gpointer data)
{
    Parsing *parsing = data;
    GstEfficientNetPublishFilter *filter = parsing->filter;

    if (field == g_quark_from_static_string("classes"))
        return add_classes(filter, value) ||
               set_field_error(parsing->error, field, "labels and indices, as <tabby,281>", value);
    if (field == g_quark_from_static_string("threshold"))
        return gst_efficientnet_options_get_number(value, &filter->threshold) ||
               set_field_error(parsing->error, field, "a number", value);
    if (field == g_quark_from_static_string("changes")) {
        if (!G_VALUE_HOLDS_BOOLEAN(value))
            return set_field_error(parsing->error, field, "true or false", value);
        filter->changes = g_value_get_boolean(value);
        return TRUE;
    }
    g_set_error(parsing->error, GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_SETTINGS,
                "filter: it has classes, threshold and changes, and \"%s\" was found",
                g_quark_to_string(field));
    return FALSE;
}

GstEfficientNetPublishFilter *
gst_efficientnet_publish_filter_new(const GstStructure *structure, GError **error)
{
    g_autoptr(GstEfficientNetPublishFilter) filter = g_new0(GstEfficientNetPublishFilter, 1);
    Parsing parsing = {filter, error};

    filter->threshold = -INFINITY;
    filter->memory = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (structure && !gst_structure_foreach(structure, parse_field, &parsing))
        return NULL;
    return g_steal_pointer(&filter);
}

void
gst_efficientnet_publish_filter_free(GstEfficientNetPublishFilter *filter)
{
    g_clear_pointer(&filter->labels, g_hash_table_unref);
    g_clear_pointer(&filter->indices, g_hash_table_unref);
    g_hash_table_unref(filter->memory);
    g_free(filter);
}

/* Whether the whole label, or one of its synonyms between commas, is among LABELS. */
static gboolean
has_label(GHashTable *labels, const char *label)
{
    g_autofree char *folded = g_utf8_casefold(label, -1);
    g_auto(GStrv) synonyms = g_strsplit(folded, ",", -1);

    if (g_hash_table_contains(labels, folded))
        return TRUE;
    for (char **synonym = synonyms; *synonym; synonym++) {
        if (g_hash_table_contains(labels, g_strstrip(*synonym)))
            return TRUE;
    }
    return FALSE;
}

static gboolean
is_wanted(const GstEfficientNetPublishFilter *filter, const GstEfficientNetResult *result, guint k)
{
    const char *label = gst_efficientnet_result_get_label(result, k);

    if (gst_efficientnet_result_get_score(result, k) < filter->threshold)
        return FALSE;
    return !filter->labels ||
           g_hash_table_contains(filter->indices,
                                 GINT_TO_POINTER(gst_efficientnet_result_get_index(result, k))) ||
           (label && has_label(filter->labels, label));
}

/* RESULT with the classes that pass; NULL if none does. */
static GstStructure *
keep_classes(const GstEfficientNetPublishFilter *filter, const GstEfficientNetResult *result)
{
    static const char *const names[] = {"labels", "indices", "scores"};
    const GValue *arrays[] = {result->labels, result->indices, result->scores};
    GValue kept[G_N_ELEMENTS(arrays)] = {G_VALUE_INIT, G_VALUE_INIT, G_VALUE_INIT};
    GstStructure *structure = NULL;

    for (guint i = 0; i < G_N_ELEMENTS(arrays); i++)
        g_value_init(&kept[i], GST_TYPE_ARRAY);
    for (guint k = 0; k < result->n_classes; k++) {
        if (!is_wanted(filter, result, k))
            continue;
        for (guint i = 0; i < G_N_ELEMENTS(arrays); i++)
            gst_value_array_append_value(&kept[i], gst_value_array_get_value(arrays[i], k));
    }
    if (gst_value_array_get_size(&kept[0]) > 0) {
        structure = gst_structure_copy(result->structure);
        for (guint i = 0; i < G_N_ELEMENTS(arrays); i++)
            gst_structure_take_value(structure, names[i], &kept[i]);
    } else {
        for (guint i = 0; i < G_N_ELEMENTS(arrays); i++)
            g_value_unset(&kept[i]);
    }
    return structure;
}

/* What distinguishes inferences of the same element and region: the inferred frame's pts or, if it
 * has none, its number. */
static guint64
get_frame(const GstEfficientNetResult *result, guint64 number)
{
    return GST_CLOCK_TIME_IS_VALID(result->pts) ? result->pts : number - result->age;
}

static Memory *
remember(GstEfficientNetPublishFilter *filter, const GstEfficientNetResult *result)
{
    g_autofree char *key = g_strdup_printf("%s/%d", result->element, result->roi_id);
    Memory *memory = g_hash_table_lookup(filter->memory, key);

    if (memory)
        return memory;
    if (g_hash_table_size(filter->memory) >= MAX_REMEMBERED)
        g_hash_table_remove_all(filter->memory);
    memory = g_new0(Memory, 1);
    memory->frame = G_MAXUINT64;
    g_hash_table_insert(filter->memory, g_steal_pointer(&key), memory);
    return memory;
}

static gint
get_best(const GstEfficientNetResult *result)
{
    return gst_efficientnet_result_is_unknown(result)
               ? UNKNOWN
               : gst_efficientnet_result_get_index(result, 0);
}

/* What to write of RESULT; NULL: nothing. */
static GstStructure *
filter_result(GstEfficientNetPublishFilter *filter, const GstEfficientNetResult *result,
              guint64 number, gboolean held)
{
    Memory *memory = remember(filter, result);
    guint64 frame = get_frame(result, number);
    gboolean is_new = memory->frame != frame || result->age == 0;
    GstStructure *structure = keep_classes(filter, result);
    GstEfficientNetResult kept;

    memory->frame = frame;
    if (!structure || !gst_efficientnet_result_from_structure(structure, &kept)) {
        gst_clear_structure(&structure);
        memory->is_written = FALSE;
        return NULL;
    }
    if ((!held && !is_new) ||
        (filter->changes && memory->is_written && memory->best == get_best(&kept))) {
        gst_structure_free(structure);
        return NULL;
    }
    memory->best = get_best(&kept);
    memory->is_written = TRUE;
    return structure;
}

void
gst_efficientnet_publish_filter_apply(GstEfficientNetPublishFilter *filter, const GValue *results,
                                      guint64 number, gboolean held, GValue *kept)
{
    GstEfficientNetResult result;

    for (guint i = 0; gst_efficientnet_results_get(results, i, &result); i++) {
        GstStructure *structure = filter_result(filter, &result, number, held);
        GValue value = G_VALUE_INIT;

        if (!structure)
            continue;
        g_value_init(&value, GST_TYPE_STRUCTURE);
        g_value_take_boxed(&value, structure);
        gst_value_list_append_and_take_value(kept, &value);
    }
}
