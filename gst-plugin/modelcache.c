/* SPDX-License-Identifier: BSD-2-Clause */
#include "modelcache.h"

#include <errno.h>
#include <sys/stat.h>

typedef struct {
    char *key;
    EffNetModel *model;
    guint users;
} Entry;

/* Held while a model is opened too, so that two elements started at once do not both open it. */
static GMutex lock;
static GHashTable *by_key, *by_model; /* of Entry, which both point to and by_key owns */

static void
entry_free(gpointer data)
{
    Entry *entry = data;

    effnet_model_unref(entry->model);
    g_free(entry->key);
    g_free(entry);
}

static char *
make_key(const char *path, const EffNetModelOptions *o, GError **error)
{
    struct stat st;

    if (stat(path, &st) != 0) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be read: %s", path,
                    g_strerror(errno));
        return NULL;
    }
    return g_strdup_printf("%" G_GUINT64_FORMAT ":%" G_GUINT64_FORMAT ":%" G_GINT64_FORMAT
                           ":%" G_GINT64_FORMAT ".%09ld|%s|%u|%d:%a,%a,%a|%d:%a,%a,%a|%d|%a|%d",
                           (guint64)st.st_dev, (guint64)st.st_ino, (gint64)st.st_size,
                           (gint64)st.st_mtim.tv_sec, (long)st.st_mtim.tv_nsec,
                           o->arch ? o->arch : "", o->resolution, o->set_mean, o->mean[0],
                           o->mean[1], o->mean[2], o->set_std, o->std[0], o->std[1], o->std[2],
                           o->padding, o->epsilon, o->precision);
}

static Entry *
open_entry(const char *path, const char *key, const EffNetModelOptions *options, GError **error)
{
    EffNetModel *model = effnet_model_open(path, options, error);
    Entry *entry;

    if (!model)
        return NULL;
    if (!by_key) {
        by_key = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, entry_free);
        by_model = g_hash_table_new(NULL, NULL);
    }
    entry = g_new0(Entry, 1);
    entry->key = g_strdup(key);
    entry->model = model;
    g_hash_table_insert(by_key, entry->key, entry);
    g_hash_table_insert(by_model, model, entry);
    return entry;
}

EffNetModel *
gst_efficientnet_modelcache_acquire(const char *name, const EffNetModelOptions *options,
                                    GError **error)
{
    g_autofree char *path = effnet_model_find(name, error);
    g_autofree char *key = path ? make_key(path, options, error) : NULL;
    g_autoptr(GMutexLocker) locker = NULL;
    Entry *entry;

    if (!key)
        return NULL;
    locker = g_mutex_locker_new(&lock);
    entry = by_key ? g_hash_table_lookup(by_key, key) : NULL;
    if (!entry)
        entry = open_entry(path, key, options, error);
    if (!entry)
        return NULL;
    entry->users++;
    return entry->model;
}

void
gst_efficientnet_modelcache_release(EffNetModel *model)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&lock);
    Entry *entry = g_hash_table_lookup(by_model, model);

    if (--entry->users > 0)
        return;
    g_hash_table_remove(by_model, model);
    g_hash_table_remove(by_key, entry->key);
    if (g_hash_table_size(by_key) == 0) {
        g_clear_pointer(&by_model, g_hash_table_unref);
        g_clear_pointer(&by_key, g_hash_table_unref);
    }
}
