/* SPDX-License-Identifier: BSD-2-Clause */
/* A pickle's values, and the arena that they live in until the file is understood. */
#include <string.h>

#include <effnet/error.h>

#include "pickle.h"

#define BLOCK      (32u << 10)
#define MAX_MEMORY (256u << 20)

EffNetPickle *
effnet_pickle_new(const EffNetFile *file)
{
    EffNetPickle *pickle = g_new0(EffNetPickle, 1);

    pickle->file = file;
    pickle->blocks = g_ptr_array_new_with_free_func(g_free);
    pickle->storages = g_ptr_array_new();
    return pickle;
}

void
effnet_pickle_free(EffNetPickle *pickle)
{
    if (!pickle)
        return;
    g_ptr_array_unref(pickle->storages);
    g_ptr_array_unref(pickle->blocks);
    g_free(pickle);
}

gboolean
effnet_pickle_fail(const EffNetPickle *pickle, GError **error, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    va_start(args, format);
    what = g_strdup_vprintf(format, args);
    va_end(args);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_FORMAT, "%s %s", pickle->file->path, what);
    return FALSE;
}

gpointer
effnet_pickle_alloc(EffNetPickle *pickle, gsize n, GError **error)
{
    gpointer memory;

    if (n > MAX_MEMORY - pickle->allocated) {
        effnet_pickle_fail(pickle, error, "holds a pickle that takes more than %u MB",
                           MAX_MEMORY >> 20);
        return NULL;
    }
    n = (n + 15) & ~(gsize)15;
    if (n > pickle->n_room) {
        gsize block = MAX(n, BLOCK);

        pickle->allocated += MIN(block, MAX_MEMORY - pickle->allocated);
        pickle->room = g_malloc(block);
        pickle->n_room = block;
        g_ptr_array_add(pickle->blocks, pickle->room);
    }
    memory = pickle->room;
    pickle->room += n;
    pickle->n_room -= n;
    return memory;
}

EffNetPickleValue *
effnet_pickle_value_new(EffNetPickle *pickle, EffNetPickleType type, GError **error)
{
    EffNetPickleValue *value = effnet_pickle_alloc(pickle, sizeof *value, error);

    if (!value)
        return NULL;
    memset(value, 0, sizeof *value);
    value->type = type;
    return value;
}

gboolean
effnet_pickle_append(EffNetPickle *pickle, EffNetPickleItems *items,
                     EffNetPickleValue *const *values, gsize n, GError **error)
{
    if (n == 0)
        return TRUE;
    if (n > items->room - items->n) {
        gsize room = items->n ? 2 * (items->n + n) : n;
        EffNetPickleValue **at = effnet_pickle_alloc(pickle, room * sizeof *at, error);

        if (!at)
            return FALSE;
        if (items->n)
            memcpy(at, items->at, items->n * sizeof *at);
        items->at = at;
        items->room = room;
    }
    memcpy(items->at + items->n, values, n * sizeof *values);
    items->n += n;
    return TRUE;
}

EffNetPickleValue *
effnet_pickle_item(const EffNetPickleValue *value, gsize index)
{
    if (!value || (value->type != EFFNET_PICKLE_TUPLE && value->type != EFFNET_PICKLE_LIST) ||
        index >= value->items.n)
        return NULL;
    return value->items.at[index];
}

const char *
effnet_pickle_string(const EffNetPickleValue *value)
{
    if (!value || value->type != EFFNET_PICKLE_STRING ||
        strlen(value->string.bytes) != value->string.length)
        return NULL;
    return value->string.bytes;
}

gboolean
effnet_pickle_size(const EffNetPickleValue *value, guint64 *size)
{
    if (!value || value->type != EFFNET_PICKLE_INT || value->integer < 0)
        return FALSE;
    *size = (guint64)value->integer;
    return TRUE;
}
