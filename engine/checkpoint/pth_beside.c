/* SPDX-License-Identifier: BSD-2-Clause */
#include "pth_beside.h"

#include "json.h"

#define MAX_KEYS 16  /* that are named */
#define MAX_KEY  200 /* bytes of a key */

static void
push_items(GPtrArray *pending, const EffNetPickleItems *items)
{
    for (gsize i = 0; i < items->n; i++)
        g_ptr_array_add(pending, items->at[i]);
}

/* Counts the tensors in VALUE that SEEN, all that was met before, lacks. */
static guint
count_tensors(GHashTable *seen, const EffNetPickleValue *value)
{
    g_autoptr(GPtrArray) pending = g_ptr_array_new();
    guint n = 0;

    g_ptr_array_add(pending, (gpointer)value);
    while (pending->len > 0) {
        value = g_ptr_array_steal_index_fast(pending, pending->len - 1);
        if (!g_hash_table_add(seen, (gpointer)value))
            continue;
        n += value->type == EFFNET_PICKLE_TENSOR;
        if (value->type == EFFNET_PICKLE_DICT || value->type == EFFNET_PICKLE_LIST ||
            value->type == EFFNET_PICKLE_TUPLE)
            push_items(pending, &value->items);
        else if (value->type == EFFNET_PICKLE_OPAQUE && value->opaque.attributes)
            g_ptr_array_add(pending, (gpointer)value->opaque.attributes);
    }
    return n;
}

static void
append(GString *json, guint n_keys, guint n, const char *key)
{
    g_autofree char *valid = g_utf8_make_valid(key, (gssize)strnlen(key, MAX_KEY));
    g_autofree char *sentence = n_keys == MAX_KEYS ? g_strdup("more tensors under other keys")
                                                   : g_strdup_printf("%u tensor%s under \"%s\"", n,
                                                                     n == 1 ? "" : "s", valid);

    g_string_append(json, n_keys == 0 ? "[" : ", ");
    effnet_json_append_string(json, sentence);
}

/* Marks the chosen tensors as seen. */
static void
see_chosen(GHashTable *seen, const EffNetPickleValue *dict)
{
    for (gsize i = 0; i + 1 < dict->items.n; i += 2)
        if (dict->items.at[i + 1]->type == EFFNET_PICKLE_TENSOR)
            g_hash_table_add(seen, dict->items.at[i + 1]);
}

char *
effnet_pth_beside_list(const EffNetPthState *state)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(NULL, NULL);
    g_autoptr(GString) json = g_string_new(NULL);
    guint n_keys = 0;

    see_chosen(seen, state->way[state->n_way - 1]);
    for (guint w = 0; w < state->n_way; w++) /* these are left one by one */
        g_hash_table_add(seen, (gpointer)state->way[w]);
    for (guint w = 0; w < state->n_way; w++) {
        const EffNetPickleItems *items = &state->way[w]->items;
        gsize step = state->way[w]->type == EFFNET_PICKLE_DICT ? 2 : 1;

        for (gsize i = step - 1; i < items->n && n_keys <= MAX_KEYS; i += step) {
            guint n = count_tensors(seen, items->at[i]);
            const char *key = step == 2 ? effnet_pickle_string(items->at[i - 1]) : NULL;

            if (n > 0)
                append(json, n_keys++, n, key ? key : "a number");
        }
    }
    if (n_keys == 0)
        return NULL;
    g_string_append_c(json, ']');
    return g_string_free(g_steal_pointer(&json), FALSE);
}
