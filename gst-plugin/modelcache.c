/* SPDX-License-Identifier: BSD-2-Clause */
#include "modelcache.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "modelfile.h"

typedef struct {
    char *key;
    guint users;     /* including those who wait for it */
    gboolean opened; /* what follows is set, and no longer changes */
    EffNetModel *model;
    GError *error; /* why there is no model */
} Entry;

static GMutex lock; /* guards what follows and the entries; not held while a model is opened */
static GCond changed;
/* Tables of Entry, without those that could not be opened. Created once, and kept. */
static GHashTable *by_key, *by_model;

/* Appends which file it is, and in which version. */
static void
append_identity(GString *key, const struct stat *st)
{
    g_string_append_printf(key,
                           "%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT
                           ":%" G_GINT64_FORMAT ".%09ld",
                           (guint64)st->st_dev, (guint64)st->st_ino, (gint64)st->st_size,
                           (gint64)st->st_mtim.tv_sec, (long)st->st_mtim.tv_nsec);
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Appends which files the shards of an index are: they are among those of FOLDER. */
static void
append_shards(GString *key, const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    const char *name;

    while (dir && (name = g_dir_read_name(dir)))
        if (g_str_has_suffix(name, ".safetensors"))
            g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(names, compare_names);
    for (guint i = 0; i < names->len; i++) {
        struct stat st;

        if (stat(g_ptr_array_index(names, i), &st) == 0)
            append_identity(key, &st);
    }
}

/* Appends what a network is recognised by besides its tensors, the names of the file and its folder
 * and the configurations there, and where its tensors are if the file is only an index of them. */
static void
append_surroundings(GString *key, const char *path)
{
    static const char *const names[] = {"config.json", "preprocessor_config.json"};
    g_autofree char *absolute = g_canonicalize_filename(path, NULL);
    g_autofree char *folder = g_path_get_dirname(absolute);
    g_autofree char *name = g_path_get_basename(absolute);
    g_autofree char *folder_name = g_path_get_basename(folder);

    g_string_append_printf(key, "/%s/%s/", folder_name, name);
    for (gsize i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *config = g_build_filename(folder, names[i], NULL);
        struct stat st;

        if (stat(config, &st) == 0)
            append_identity(key, &st);
        g_string_append_c(key, '/');
    }
    if (g_str_has_suffix(name, ".index.json"))
        append_shards(key, folder);
}

static char *
make_key(const char *path, const EffNetModelOptions *o, GError **error)
{
    g_autoptr(GString) key = g_string_new(NULL);
    struct stat st;

    if (stat(path, &st) != 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be read: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    append_identity(key, &st);
    append_surroundings(key, path);
    g_string_append_printf(key, "|%s|%u|%d:%a,%a,%a|%d:%a,%a,%a|%d|%a|%d", o->arch ? o->arch : "",
                           o->resolution, o->set_mean, o->mean[0], o->mean[1], o->mean[2],
                           o->set_std, o->std[0], o->std[1], o->std[2], o->padding, o->epsilon,
                           o->precision);
    return g_string_free(g_steal_pointer(&key), FALSE);
}

/* The entry of KEY; if there is none, a new one: then sets IS_NEW, and the caller opens it. */
static Entry *
join(const char *key, gboolean *is_new)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    Entry *entry;

    if (!by_key) {
        by_key = g_hash_table_new(g_str_hash, g_str_equal);
        by_model = g_hash_table_new(NULL, NULL);
    }
    entry = g_hash_table_lookup(by_key, key);
    *is_new = !entry;
    if (!entry) {
        entry = g_new0(Entry, 1);
        entry->key = g_strdup(key);
        g_hash_table_insert(by_key, entry->key, entry);
    }
    entry->users++;
    return entry;
}

static void
open_entry(Entry *entry, const char *path, const EffNetModelOptions *options)
{
    GError *error = NULL;
    EffNetModel *model = effnet_model_open(path, options, &error);
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);

    entry->model = model;
    entry->error = error;
    entry->opened = TRUE;
    if (model)
        g_hash_table_insert(by_model, model, entry);
    else
        g_hash_table_remove(by_key, entry->key);
    g_cond_broadcast(&changed);
}

static void
wait_for(const Entry *entry)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);

    while (!entry->opened)
        g_cond_wait(&changed, &lock);
}

/* Called with the lock held. Returns ENTRY if nobody uses it any more. */
static Entry *
leave(Entry *entry)
{
    if (--entry->users > 0)
        return NULL;
    if (entry->model) {
        g_hash_table_remove(by_model, entry->model);
        g_hash_table_remove(by_key, entry->key);
    }
    return entry;
}

static void
entry_free(Entry *entry)
{
    g_clear_pointer(&entry->model, effnet_model_unref);
    g_clear_error(&entry->error);
    g_free(entry->key);
    g_free(entry);
}

/* Gives the same error to all who waited for ENTRY. */
static void
fail(Entry *entry, GError **error)
{
    g_propagate_error(error, g_error_copy(entry->error));
    g_mutex_lock(&lock);
    entry = leave(entry);
    g_mutex_unlock(&lock);
    g_clear_pointer(&entry, entry_free);
}

EffNetModel *
gst_efficientnet_modelcache_acquire(const char *name, const EffNetModelOptions *options,
                                    GError **error)
{
    g_autofree char *path = gst_efficientnet_modelfile_get(name, options->arch, error);
    g_autofree char *key = path ? make_key(path, options, error) : NULL;
    gboolean is_new;
    Entry *entry;

    if (!key)
        return NULL;
    entry = join(key, &is_new);
    if (is_new)
        open_entry(entry, path, options);
    else
        wait_for(entry);
    if (entry->model)
        return entry->model;
    fail(entry, error);
    return NULL;
}

void
gst_efficientnet_modelcache_release(EffNetModel *model)
{
    Entry *entry;

    g_mutex_lock(&lock);
    entry = leave(g_hash_table_lookup(by_model, model));
    g_mutex_unlock(&lock);
    g_clear_pointer(&entry, entry_free);
}
