/* SPDX-License-Identifier: BSD-2-Clause */
/* A checkpoint in several files, as large ones are on the Hugging Face hub: an index, in JSON, says
 * which of the files beside it holds which tensor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <effnet/error.h>

#include "formats.h"
#include "json.h"

#define MAX_INDEX  (16u << 20)
#define MAX_SHARDS 64
#define MAX_NAME   255 /* a file name's bytes */
#define SUFFIX     ".json"

gboolean
effnet_sharded_is_name(const char *path)
{
    return g_str_has_suffix(path, SUFFIX);
}

static EffNetJson *
read_index(const EffNetCheckpoint *checkpoint, GError **error)
{
    const EffNetFile *file = checkpoint->file;
    g_autoptr(EffNetJson) json = NULL;
    g_autoptr(GError) wrong = NULL;
    g_autofree char *text = NULL;

    if (file->size > MAX_INDEX) {
        effnet_checkpoint_fail(checkpoint, error,
                               "is JSON of more than %u MB, too long for an index of tensors",
                               MAX_INDEX >> 20);
        return NULL;
    }
    text = g_malloc(file->size);
    if (!effnet_file_read(file, 0, text, file->size, error))
        return NULL;
    json = effnet_json_parse(text, file->size, &wrong);
    if (effnet_json_is(effnet_json_member(json, "weight_map"), EFFNET_JSON_OBJECT))
        return g_steal_pointer(&json);
    if (json)
        effnet_checkpoint_fail(checkpoint, error,
                               "is JSON, but neither a checkpoint nor an index of one");
    else
        effnet_checkpoint_fail(checkpoint, error, "is JSON with %s", wrong->message);
    return NULL;
}

/* Whether REAL is directly in FOLDER, or where the hub's cache keeps what its snapshots link to:
 * NAME/snapshots/REVISION/shard links to NAME/blobs/sum. */
static gboolean
is_beside(const char *real, const char *folder)
{
    g_autofree char *in = g_path_get_dirname(real), *snapshots = g_path_get_dirname(folder);
    g_autofree char *cache = g_path_get_dirname(snapshots);
    g_autofree char *blobs = g_build_filename(cache, "blobs", NULL);

    return g_str_equal(in, folder) ||
           (g_str_has_suffix(snapshots, "/snapshots") && g_str_equal(in, blobs));
}

/* The path of the shard NAME: it must be beside the index, and no link may lead elsewhere. For
 * g_free(). */
static char *
find_shard(const EffNetCheckpoint *checkpoint, const char *name, GError **error)
{
    g_autofree char *folder = g_path_get_dirname(checkpoint->file->path);
    g_autofree char *path = g_build_filename(folder, name, NULL);
    char *real_folder = realpath(folder, NULL), *real = realpath(path, NULL);

    if (strlen(name) > MAX_NAME)
        effnet_checkpoint_fail(checkpoint, error,
                               "names a shard by %" G_GSIZE_FORMAT " bytes, more than a file has",
                               strlen(name));
    else if (strchr(name, '/') || g_str_equal(name, ".") || g_str_equal(name, "..") || !*name)
        effnet_checkpoint_fail(checkpoint, error,
                               "names a shard \"%s\", where a file beside it was expected", name);
    else if (!real || !real_folder)
        effnet_checkpoint_fail(checkpoint, error, "names a shard %s, which is not there: %s", name,
                               g_strerror(errno));
    else if (!is_beside(real, real_folder))
        effnet_checkpoint_fail(checkpoint, error,
                               "names a shard %s, which is a link to another folder", name);
    else
        goto end;
    g_clear_pointer(&path, g_free);
end:
    free(real_folder);
    free(real);
    return g_steal_pointer(&path);
}

/* Adds the tensors of the shard NAME, with the next number. */
static gboolean
add_shard(EffNetCheckpoint *checkpoint, const char *name, GError **error)
{
    g_autofree char *path = find_shard(checkpoint, name, error);
    g_autoptr(EffNetCheckpoint) part = path ? effnet_checkpoint_open_part(path, error) : NULL;
    GHashTableIter metadata;
    gpointer key, value;

    if (!part)
        return FALSE;
    g_ptr_array_add(checkpoint->shards, g_steal_pointer(&part->file));
    for (guint i = 0; i < part->tensors->len; i++) {
        EffNetTensor tensor = g_array_index(part->tensors, EffNetTensor, i);

        if (checkpoint->tensors->len == EFFNET_MAX_TENSORS)
            return effnet_checkpoint_fail(checkpoint, error, "has more than %u tensors",
                                          EFFNET_MAX_TENSORS);
        tensor.name = g_strdup(tensor.name);
        tensor.shard = checkpoint->shards->len;
        g_array_append_val(checkpoint->tensors, tensor);
    }
    g_hash_table_iter_init(&metadata, part->metadata);
    while (g_hash_table_iter_next(&metadata, &key, &value))
        if (!g_hash_table_contains(checkpoint->metadata, key))
            g_hash_table_insert(checkpoint->metadata, g_strdup(key), g_strdup(value));
    return TRUE;
}

/* Adds every shard of MAP once. NUMBERS: from their names to their numbers, from 1 on. */
static gboolean
add_shards(EffNetCheckpoint *checkpoint, const EffNetJson *map, GHashTable *numbers, GError **error)
{
    for (guint i = 0; i < effnet_json_length(map); i++) {
        const char *name = effnet_json_string(effnet_json_item(map, i));

        if (!effnet_checkpoint_check_name(checkpoint, effnet_json_key(map, i), error))
            return FALSE;
        if (!name)
            return effnet_checkpoint_fail(checkpoint, error,
                                          "has a tensor %s without the name of a shard",
                                          effnet_json_key(map, i));
        if (g_hash_table_contains(numbers, name))
            continue;
        if (checkpoint->shards->len == MAX_SHARDS)
            return effnet_checkpoint_fail(checkpoint, error, "names more than %u shards",
                                          MAX_SHARDS);
        if (!add_shard(checkpoint, name, error))
            return FALSE;
        g_hash_table_insert(numbers, (gpointer)name, GUINT_TO_POINTER(checkpoint->shards->len));
    }
    return TRUE;
}

/* Checks that every tensor of MAP is in the shard that MAP names, and in no other. */
static gboolean
check_map(const EffNetCheckpoint *checkpoint, const EffNetJson *map, GHashTable *numbers,
          GError **error)
{
    g_autoptr(GHashTable) found = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < checkpoint->tensors->len; i++) {
        const EffNetTensor *tensor = &g_array_index(checkpoint->tensors, EffNetTensor, i);

        if (!g_hash_table_insert(found, tensor->name, GUINT_TO_POINTER(tensor->shard)))
            return effnet_checkpoint_fail(checkpoint, error, "has two tensors named %s",
                                          tensor->name);
    }
    for (guint i = 0; i < effnet_json_length(map); i++) {
        const char *name = effnet_json_key(map, i);
        const char *shard = effnet_json_string(effnet_json_item(map, i));

        if (g_hash_table_lookup(found, name) != g_hash_table_lookup(numbers, shard))
            return effnet_checkpoint_fail(checkpoint, error,
                                          "says that the tensor %s is in its shard %s, "
                                          "which has none of that name",
                                          name, shard);
    }
    return TRUE;
}

gboolean
effnet_sharded_parse(EffNetCheckpoint *checkpoint, GError **error)
{
    g_autoptr(EffNetJson) index = read_index(checkpoint, error);
    const EffNetJson *map = effnet_json_member(index, "weight_map");
    g_autoptr(GHashTable) numbers = g_hash_table_new(g_str_hash, g_str_equal);

    return index && add_shards(checkpoint, map, numbers, error) &&
           check_map(checkpoint, map, numbers, error);
}
