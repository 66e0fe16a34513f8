/* SPDX-License-Identifier: BSD-2-Clause */
/* What torch.save() writes: since 1.6, a zip archive with a pickle and a file for each storage;
 * before, five pickles in a row, then the storages. */
#include <string.h>

#include <effnet/error.h>

#include "formats.h"
#include "pickle.h"
#include "pth_beside.h"
#include "pth_metadata.h"
#include "pth_state.h"
#include "zip.h"

#define LEGACY_PROTOCOL 1001

/* 0x1950a86a20f9469cfc6c, as a LONG1 and as a line of protocol 1. */
static const char magic_bytes[] = "\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19";
static const char magic_digits[] = "119547037146038801333356";

typedef struct {
    guint64 offset, size; /* bytes in the file */
} Place;

typedef struct {
    EffNetCheckpoint *checkpoint;
    const EffNetPickle *pickle;
    const EffNetZip *zip;
    const char *root;   /* zip: the archive's folder, with its '/' */
    GHashTable *places; /* legacy: storage key to Place */
} Reader;

static gboolean
locate(const Reader *reader, const EffNetPickleStorage *storage, Place *place, GError **error)
{
    g_autofree char *name = NULL;
    const Place *known;

    if (reader->zip) {
        name = g_strconcat(reader->root, "data/", storage->key, NULL);
        return effnet_zip_locate(reader->zip, name, &place->offset, &place->size, error);
    }
    known = g_hash_table_lookup(reader->places, storage->key);
    if (!known)
        return effnet_checkpoint_fail(reader->checkpoint, error,
                                      "names a storage %s that is not in it", storage->key);
    *place = *known;
    return TRUE;
}

static gboolean
add_tensor(const Reader *reader, const char *name, const EffNetPickleTensor *from, GError **error)
{
    const EffNetPickleStorage *storage = from->storage;
    guint size = storage->type->element_size;
    EffNetTensor tensor = {.name = (char *)name, .dtype = storage->type->dtype};
    Place place;

    if (!locate(reader, storage, &place, error))
        return FALSE;
    if (storage->n_elements > place.size / size || from->offset > storage->view_elements)
        return effnet_checkpoint_fail(reader->checkpoint, error,
                                      "has a tensor %s from element %" G_GUINT64_FORMAT
                                      " of the %" G_GUINT64_FORMAT
                                      " in a storage of %" G_GUINT64_FORMAT " bytes",
                                      name, from->offset, storage->view_elements, place.size);
    tensor.n_dims = from->n_dims;
    memcpy(tensor.dims, from->dims, sizeof from->dims);
    memcpy(tensor.strides, from->strides, sizeof from->strides);
    tensor.offset = place.offset + (storage->view_begin + from->offset) * size;
    return effnet_checkpoint_add(
        reader->checkpoint, &tensor, size,
        place.offset + (storage->view_begin + storage->view_elements) * size, error);
}

static gboolean
add_tensors(const Reader *reader, const EffNetPickleValue *dict, GError **error)
{
    for (gsize i = 0; i + 1 < dict->items.n; i += 2) {
        const char *name = effnet_pickle_string(dict->items.at[i]);
        const EffNetPickleValue *value = dict->items.at[i + 1];

        if (value->type == EFFNET_PICKLE_OPAQUE && value->opaque.has_weights)
            return effnet_pickle_global_refuse(reader->pickle, value->opaque.maker, error);
        if (name && value->type == EFFNET_PICKLE_TENSOR &&
            (!effnet_checkpoint_check_name(reader->checkpoint, name, error) ||
             !add_tensor(reader, name, value->tensor, error)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
list_tensors(const Reader *reader, const EffNetPickleValue *root, GError **error)
{
    g_auto(EffNetPthState) state = {.n_way = 0};
    g_autoptr(GError) unclear = NULL;
    char *beside;
    const EffNetPickleValue *dict = effnet_pth_state_find(reader->pickle, root, &state, &unclear);

    if (unclear) {
        g_propagate_error(error, g_steal_pointer(&unclear));
        return FALSE;
    }
    if (!dict && state.opaque)
        return effnet_pickle_global_refuse(reader->pickle, state.opaque->opaque.maker, error);
    if (!dict)
        return effnet_checkpoint_fail(reader->checkpoint, error,
                                      "holds no dictionary of tensors, as a model's "
                                      "state_dict() is one");
    for (guint i = 0; i < state.n_way; i++)
        if (state.way[i]->type == EFFNET_PICKLE_DICT)
            effnet_pth_metadata_add(reader->checkpoint->metadata, state.way[i]);
    if (state.container)
        g_hash_table_insert(reader->checkpoint->metadata, g_strdup("container"),
                            g_steal_pointer(&state.container));
    beside = effnet_pth_beside_list(&state);
    if (beside)
        g_hash_table_insert(reader->checkpoint->metadata, g_strdup("beside"), beside);
    return add_tensors(reader, dict, error);
}

/* The archive's folder, where the topmost data.pkl is. NULL with the error set; for g_free(). */
static char *
find_root(const EffNetCheckpoint *checkpoint, const EffNetZip *zip, GError **error)
{
    const char *best = NULL;
    gsize n = strlen("data.pkl");

    for (guint i = 0; i < effnet_zip_get_n_entries(zip); i++) {
        const char *name = effnet_zip_get_name(zip, i);
        gsize length = strlen(name);

        if (g_str_has_suffix(name, "data.pkl") && (length == n || name[length - n - 1] == '/') &&
            (!best || length < strlen(best)))
            best = name;
    }
    if (best)
        return g_strndup(best, strlen(best) - n);
    if (effnet_zip_contains(zip, "model.weights.h5"))
        effnet_checkpoint_fail(checkpoint, error,
                               "is a Keras file: convert it once with effnet convert");
    else
        effnet_checkpoint_fail(checkpoint, error,
                               "is a zip file without the data.pkl of torch.save()");
    return NULL;
}

/* Checks "byteorder"; archives from before torch 2.1 lack it and come from little-endian
 * machines. */
static gboolean
check_byte_order(const EffNetCheckpoint *checkpoint, const EffNetZip *zip, const char *root,
                 GError **error)
{
    g_autofree char *name = g_strconcat(root, "byteorder", NULL);
    guint64 offset, size;
    char order[6];

    if (!effnet_zip_contains(zip, name))
        return TRUE;
    if (!effnet_zip_locate(zip, name, &offset, &size, error))
        return FALSE;
    if (size != sizeof order)
        return effnet_checkpoint_fail(checkpoint, error, "is not of little-endian byte order");
    if (!effnet_file_read(checkpoint->file, offset, order, sizeof order, error))
        return FALSE;
    if (memcmp(order, "little", sizeof order) != 0)
        return effnet_checkpoint_fail(checkpoint, error, "is not of little-endian byte order");
    return TRUE;
}

gboolean
effnet_pth_parse_zip(EffNetCheckpoint *checkpoint, GError **error)
{
    g_autoptr(EffNetZip) zip = effnet_zip_open(checkpoint->file, error);
    g_autoptr(EffNetPickle) pickle = NULL;
    g_autofree char *root = NULL, *main = NULL, *code = NULL;
    Reader reader = {.checkpoint = checkpoint, .zip = zip};
    const EffNetPickleValue *value;
    guint64 offset, size;

    if (!zip)
        return FALSE;
    reader.root = root = find_root(checkpoint, zip, error);
    if (!root)
        return FALSE;
    code = g_strconcat(root, "constants.pkl", NULL);
    if (effnet_zip_contains(zip, code))
        return effnet_checkpoint_fail(checkpoint, error,
                                      "is a TorchScript archive: save the model's state_dict()");
    main = g_strconcat(root, "data.pkl", NULL);
    if (!check_byte_order(checkpoint, zip, root, error) ||
        !effnet_zip_locate(zip, main, &offset, &size, error))
        return FALSE;
    reader.pickle = pickle = effnet_pickle_new(checkpoint->file);
    value = effnet_pickle_load(pickle, &offset, offset + size, error);
    return value && list_tensors(&reader, value, error);
}

static gboolean
check_magic(const EffNetCheckpoint *checkpoint, const EffNetPickleValue *magic, GError **error)
{
    if (magic->type == EFFNET_PICKLE_LONG &&
        ((magic->string.length == sizeof magic_bytes - 1 &&
          memcmp(magic->string.bytes, magic_bytes, magic->string.length) == 0) ||
         g_str_equal(magic->string.bytes, magic_digits)))
        return TRUE;
    return effnet_checkpoint_fail(checkpoint, error, "is a pickle, but not one of torch.save()");
}

static gboolean
check_system(const EffNetCheckpoint *checkpoint, const EffNetPickleValue *system, GError **error)
{
    gboolean little = FALSE;

    for (gsize i = 0; system->type == EFFNET_PICKLE_DICT && i + 1 < system->items.n; i += 2)
        if (g_strcmp0(effnet_pickle_string(system->items.at[i]), "little_endian") == 0)
            little = system->items.at[i + 1]->type == EFFNET_PICKLE_BOOL &&
                     system->items.at[i + 1]->integer;
    return little ||
           effnet_checkpoint_fail(checkpoint, error, "is not of little-endian byte order");
}

/* Reads the three pickles before the object. */
static gboolean
read_preamble(const EffNetCheckpoint *checkpoint, EffNetPickle *pickle, guint64 *position,
              GError **error)
{
    guint64 end = checkpoint->file->size, version;
    const EffNetPickleValue *value = effnet_pickle_load(pickle, position, end, error);

    if (!value || !check_magic(checkpoint, value, error))
        return FALSE;
    value = effnet_pickle_load(pickle, position, end, error);
    if (!value)
        return FALSE;
    if (!effnet_pickle_size(value, &version) || version != LEGACY_PROTOCOL)
        return effnet_checkpoint_fail(
            checkpoint, error, "is of another version of torch.save() than %d", LEGACY_PROTOCOL);
    value = effnet_pickle_load(pickle, position, end, error);
    return value && check_system(checkpoint, value, error);
}

/* A table from keys to EffNetPickleStorage, which tell types. */
static GHashTable *
index_storages(const EffNetPickle *pickle)
{
    GHashTable *by_key = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = pickle->storages->len; i > 0; i--) {
        const EffNetPickleStorage *storage = pickle->storages->pdata[i - 1];

        g_hash_table_insert(by_key, (gpointer)storage->key, (gpointer)storage);
    }
    return by_key;
}

/* The storages follow in the order of KEYS, each a number of elements, then the elements. */
static gboolean
place_storages(const EffNetCheckpoint *checkpoint, const EffNetPickle *pickle,
               const EffNetPickleValue *keys, guint64 position, GHashTable *places, GError **error)
{
    g_autoptr(GHashTable) by_key = index_storages(pickle);
    guint64 n;

    for (gsize i = 0; effnet_pickle_item(keys, i); i++) {
        const char *key = effnet_pickle_string(effnet_pickle_item(keys, i));
        const EffNetPickleStorage *storage = key ? g_hash_table_lookup(by_key, key) : NULL;
        Place *place;

        if (!storage)
            return effnet_checkpoint_fail(checkpoint, error,
                                          "lists a storage that nothing in it uses");
        if (!effnet_file_read(checkpoint->file, position, &n, sizeof n, error))
            return FALSE;
        n = GUINT64_FROM_LE(n);
        position += sizeof n;
        if (n > (checkpoint->file->size - position) / storage->type->element_size)
            return effnet_checkpoint_fail(checkpoint, error,
                                          "is cut short: %" G_GUINT64_FORMAT
                                          " elements of storage %s go beyond its end",
                                          n, key);
        place = g_new(Place, 1);
        *place = (Place){.offset = position, .size = n * storage->type->element_size};
        g_hash_table_replace(places, (gpointer)key, place);
        position += n * storage->type->element_size;
    }
    return TRUE;
}

gboolean
effnet_pth_parse_legacy(EffNetCheckpoint *checkpoint, GError **error)
{
    g_autoptr(EffNetPickle) pickle = effnet_pickle_new(checkpoint->file);
    g_autoptr(GHashTable) places = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, g_free);
    Reader reader = {.checkpoint = checkpoint, .pickle = pickle, .places = places};
    const EffNetPickleValue *root, *keys;
    guint64 position = 0;

    if (!read_preamble(checkpoint, pickle, &position, error))
        return FALSE;
    root = effnet_pickle_load(pickle, &position, checkpoint->file->size, error);
    if (root && root->type == EFFNET_PICKLE_OPAQUE)
        return effnet_pickle_global_refuse(pickle, root->opaque.maker, error);
    keys = root ? effnet_pickle_load(pickle, &position, checkpoint->file->size, error) : NULL;
    if (!keys)
        return FALSE;
    if (keys->type != EFFNET_PICKLE_LIST)
        return effnet_checkpoint_fail(checkpoint, error, "has no list of its storages");
    return place_storages(checkpoint, pickle, keys, position, places, error) &&
           list_tensors(&reader, root, error);
}
