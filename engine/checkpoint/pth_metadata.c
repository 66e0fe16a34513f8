/* SPDX-License-Identifier: BSD-2-Clause */
#include "pth_metadata.h"

#include <math.h>
#include <string.h>

#include "json.h"

/* Larger ones are not lists of labels or arguments that matter, and would be expensive: a small
 * file may contain one long text many times. */
#define MAX_CLASSES 65536
#define MAX_LABELS  (4u << 20) /* bytes of all labels */
#define MAX_ARGS    1024
#define MAX_TEXT    4096

static const char *
get_text(const EffNetPickleValue *value)
{
    const char *text = value ? effnet_pickle_string(value) : NULL;

    return text && strlen(text) <= MAX_TEXT && g_utf8_validate(text, -1, NULL) ? text : NULL;
}

static const EffNetPickleValue *
get_member(const EffNetPickleValue *dict, const char *key)
{
    for (gsize i = 0; i + 1 < dict->items.n; i += 2)
        if (g_strcmp0(effnet_pickle_string(dict->items.at[i]), key) == 0)
            return dict->items.at[i + 1];
    return NULL;
}

/* Takes ownership of VALUE. */
static void
add(GHashTable *table, const char *key, char *value)
{
    if (value && !g_hash_table_contains(table, key))
        g_hash_table_insert(table, g_strdup(key), value);
    else
        g_free(value);
}

/* The number of a class, which may be text, as JSON's keys are. */
static gboolean
get_index(const EffNetPickleValue *value, guint64 *index)
{
    const char *text = get_text(value);

    return text ? g_ascii_string_to_unsigned(text, 10, 0, MAX_CLASSES, index, NULL)
                : effnet_pickle_size(value, index);
}

/* Adds NAME for class I to NAMES, unless it has one. */
static gboolean
set_name(GPtrArray *names, const EffNetPickleValue *name, guint64 i)
{
    if (!get_text(name) || i >= MAX_CLASSES)
        return FALSE;
    if (i >= names->len)
        g_ptr_array_set_size(names, (gint)i + 1);
    if (!names->pdata[i])
        names->pdata[i] = (gpointer)get_text(name);
    return TRUE;
}

/* From ["cat", "dog"]. */
static gboolean
name_by_order(const EffNetPickleValue *list, GPtrArray *names)
{
    for (gsize i = 0; i < list->items.n; i++)
        if (!set_name(names, list->items.at[i], i))
            return FALSE;
    return TRUE;
}

/* From {"cat": 0, "dog": 1} or {0: "cat", 1: "dog"}, in any order. */
static gboolean
name_by_number(const EffNetPickleValue *dict, GPtrArray *names)
{
    for (gsize i = 0; i + 1 < dict->items.n; i += 2) {
        const EffNetPickleValue *key = dict->items.at[i], *value = dict->items.at[i + 1];
        guint64 index;

        if (effnet_pickle_size(value, &index)
                ? !set_name(names, key, index)
                : !get_index(key, &index) || !set_name(names, value, index))
            return FALSE;
    }
    return TRUE;
}

/* The class names as a JSON list, null for classes without; NULL: VALUE is something else. */
static char *
list_classes(const EffNetPickleValue *value)
{
    gboolean is_dict = value->type == EFFNET_PICKLE_DICT;
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GString *json;

    if (!is_dict && value->type != EFFNET_PICKLE_LIST && value->type != EFFNET_PICKLE_TUPLE)
        return NULL;
    if (!(is_dict ? name_by_number(value, names) : name_by_order(value, names)) || names->len == 0)
        return NULL;
    json = g_string_new("[");
    for (guint i = 0; i < names->len && json->len <= MAX_LABELS; i++) {
        g_string_append(json, i ? ", " : "");
        if (names->pdata[i])
            effnet_json_append_string(json, names->pdata[i]);
        else
            g_string_append(json, "null");
    }
    g_string_append_c(json, ']');
    return g_string_free(json, json->len > MAX_LABELS);
}

static void
add_classes(GHashTable *table, const EffNetPickleValue *dict)
{
    static const char *const keys[] = {
        "class_to_idx", "idx_to_class", "class_names", "classes",   "CLASSES",    "class_to_id",
        "id_to_class",  "class2idx",    "idx2class",   "label2id",  "id2label",   "label_to_idx",
        "idx_to_label", "label_names",  "labels",      "label_map", "categories", "names"};

    for (gsize i = 0; dict && i < G_N_ELEMENTS(keys); i++) {
        const EffNetPickleValue *value = get_member(dict, keys[i]);

        if (value)
            add(table, "class_names", list_classes(value));
    }
}

/* Appends VALUE as text; FALSE if it has none. */
static gboolean
append_scalar(GString *out, const EffNetPickleValue *value, gboolean quoted)
{
    switch (value->type) {
    case EFFNET_PICKLE_BOOL:
        g_string_append(out, value->integer ? "true" : "false");
        return TRUE;
    case EFFNET_PICKLE_INT:
        g_string_append_printf(out, "%" G_GINT64_FORMAT, value->integer);
        return TRUE;
    case EFFNET_PICKLE_FLOAT:
        if (!isfinite((float)value->real))
            return FALSE;
        effnet_json_append_float(out, (float)value->real);
        return TRUE;
    case EFFNET_PICKLE_STRING:
        if (!get_text(value))
            return FALSE;
        if (quoted)
            effnet_json_append_string(out, get_text(value));
        else
            g_string_append(out, get_text(value));
        return TRUE;
    default:
        return FALSE;
    }
}

static char *
describe(const EffNetPickleValue *value)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (value->type != EFFNET_PICKLE_LIST && value->type != EFFNET_PICKLE_TUPLE)
        return append_scalar(out, value, FALSE) ? g_string_free(g_steal_pointer(&out), FALSE)
                                                : NULL;
    g_string_append_c(out, '[');
    for (gsize i = 0; i < value->items.n; i++) {
        g_string_append(out, i ? ", " : "");
        if (!append_scalar(out, value->items.at[i], TRUE) || out->len > MAX_TEXT)
            return NULL;
    }
    g_string_append_c(out, ']');
    return g_string_free(g_steal_pointer(&out), FALSE);
}

/* VALUE if it is a dictionary, or the attributes of an argparse.Namespace and the like; else NULL.
 */
static const EffNetPickleValue *
get_attributes(const EffNetPickleValue *value)
{
    if (value && value->type == EFFNET_PICKLE_OPAQUE)
        value = value->opaque.attributes;
    return value && value->type == EFFNET_PICKLE_DICT ? value : NULL;
}

/* Adds the items of ARGS, a dictionary under the key PLACE. */
static void
add_args(GHashTable *table, const char *place, const EffNetPickleValue *args)
{
    for (gsize i = 0; i + 1 < MIN(args->items.n, 2 * MAX_ARGS); i += 2) {
        const char *name = get_text(args->items.at[i]);
        g_autofree char *key = name ? g_strconcat(place, ".", name, NULL) : NULL;

        if (key)
            add(table, key, describe(args->items.at[i + 1]));
    }
}

/* The keys under which training scripts keep their settings. */
static const char *const places[] = {"args", "hyper_parameters", "hparams", "config",
                                     "cfg",  "params",           "meta"};

void
effnet_pth_metadata_add(GHashTable *table, const EffNetPickleValue *dict)
{
    static const char *const names[] = {"arch",      "architecture", "model_name",   "model_arch",
                                        "arch_name", "backbone",     "encoder_name", "model"};

    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        const char *name = get_text(get_member(dict, names[i]));

        if (name)
            add(table, names[i], g_strdup(name));
    }
    add_classes(table, dict);
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        const EffNetPickleValue *args = get_attributes(get_member(dict, places[i]));

        if (!args)
            continue;
        add_args(table, places[i], args);
        add_classes(table, args);
        add_classes(table, get_attributes(get_member(args, "dataset_meta")));
    }
}
