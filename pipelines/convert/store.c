/* SPDX-License-Identifier: BSD-2-Clause */
#include "store.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <effnet/error.h>
#include <glib/gstdio.h>

#include "cache.h"
#include "checkpoint/checkpoint.h"

/* Counts changes of what the converter makes of the same file, between versions. */
#define REVISION 1
#define LOCK     ".lock"
#define DAY      (24 * 3600)
#define OLD      (30 * DAY)

struct _EffNetStore {
    char *folder; /* all places' */
    char *place, *path;
    int lock;
};

static gboolean
fail(const char *input, const char *folder, const char *why, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "%s must be converted, but in %s nothing can be kept (%s): convert it once with "
                "effnet convert",
                input, folder, why);
    return FALSE;
}

/* Creates FOLDER if needed; whether it can be trusted. */
static gboolean
enter(const char *input, const char *folder, GError **error)
{
    struct stat st;

    if (!g_path_is_absolute(folder))
        return fail(input, folder, "it is no absolute path", error);
    if (g_mkdir_with_parents(folder, 0700) != 0 || stat(folder, &st) != 0)
        return fail(input, folder, g_strerror(errno), error);
    if (!S_ISDIR(st.st_mode) || !effnet_is_private(&st))
        return fail(input, folder, "it is not writable by its owner alone, who must be you", error);
    if (g_access(folder, W_OK | X_OK) != 0)
        return fail(input, folder, g_strerror(errno), error);
    return TRUE;
}

static void
add_bytes(GChecksum *sum, gconstpointer data, gsize n)
{
    for (gsize at = 0; at < n; at += 1 << 30)
        g_checksum_update(sum, (const guchar *)data + at, (gssize)MIN(n - at, 1 << 30));
}

static void
add_files(GChecksum *sum, GHashTable *files)
{
    g_autoptr(GList) names = g_list_sort(g_hash_table_get_keys(files), (GCompareFunc)g_strcmp0);

    for (const GList *name = names; name; name = name->next) {
        gsize n;
        gconstpointer data = g_bytes_get_data(g_hash_table_lookup(files, name->data), &n);
        g_autofree char *head =
            g_strdup_printf("|%s %" G_GSIZE_FORMAT "|", (const char *)name->data, n);

        add_bytes(sum, head, strlen(head));
        add_bytes(sum, data, n);
    }
}

static char *
hash_of(const char *arch, gconstpointer data, gsize n, GHashTable *files)
{
    g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
    g_autofree char *versions =
        g_strdup_printf("|%s %d|%s", EFFNET_VERSION, REVISION, arch ? arch : "");

    add_bytes(sum, data, n);
    if (files)
        add_files(sum, files);
    add_bytes(sum, versions, strlen(versions));
    return g_strdup(g_checksum_get_string(sum));
}

static char *
name_of(const char *input)
{
    g_autofree char *base = g_path_get_basename(input);
    char *dot = strrchr(base, '.');

    if (dot && dot > base)
        *dot = '\0';
    return g_strconcat(base, ".safetensors", NULL);
}

/* Opens and locks the file PATH; -1 if it cannot, or, unless WAIT, if somebody else has. Whoever
 * removes a lock has it, so that a lock may no longer be where it was when its turn comes. */
static int
lock(const char *path, gboolean wait)
{
    for (;;) {
        int fd = g_open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
        struct stat own, now;

        if (fd < 0)
            return -1;
        while (flock(fd, wait ? LOCK_EX : LOCK_EX | LOCK_NB) != 0)
            if (errno != EINTR) {
                close(fd);
                return -1;
            }
        if (fstat(fd, &own) == 0 && stat(path, &now) == 0 && own.st_ino == now.st_ino &&
            own.st_dev == now.st_dev)
            return fd;
        close(fd);
    }
}

/* Remembers that PLACE is in use, to the day. */
static void
touch(const char *place)
{
    struct stat st;

    if (stat(place, &st) == 0 && st.st_mtim.tv_sec + DAY < g_get_real_time() / G_USEC_PER_SEC)
        utimensat(AT_FDCWD, place, NULL, 0);
}

/* Removes PLACE, or only what was left unfinished in it. */
static void
remove_files(const char *place, gboolean all)
{
    g_autoptr(GDir) dir = g_dir_open(place, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(place, name, NULL);

        if (all || name[0] == '.')
            g_unlink(path);
    }
    if (all)
        g_rmdir(place);
}

EffNetStore *
effnet_store_open(const char *folder, const char *input, const char *arch, gconstpointer data,
                  gsize n, GHashTable *files, GError **error)
{
    g_autoptr(EffNetStore) store = g_new0(EffNetStore, 1);
    g_autofree char *hash = hash_of(arch, data, n, files), *name = name_of(input), *locked = NULL;
    struct stat st;

    store->lock = -1;
    store->folder = g_strdup(folder);
    store->place = g_build_filename(folder, hash, NULL);
    store->path = g_build_filename(store->place, name, NULL);
    locked = g_strconcat(store->place, LOCK, NULL);
    if (!enter(input, folder, error))
        return NULL;
    store->lock = lock(locked, TRUE);
    if (store->lock < 0 || (g_mkdir(store->place, 0700) != 0 && errno != EEXIST)) {
        fail(input, folder, g_strerror(errno), error);
        return NULL;
    }
    if (lstat(store->place, &st) != 0 || !S_ISDIR(st.st_mode) || !effnet_is_private(&st)) {
        fail(input, store->place, "it is not yours alone", error);
        return NULL;
    }
    remove_files(store->place, FALSE);
    touch(store->place);
    return g_steal_pointer(&store);
}

const char *
effnet_store_get_path(const EffNetStore *store)
{
    return store->path;
}

gboolean
effnet_store_has(const EffNetStore *store)
{
    struct stat st;
    g_autoptr(EffNetCheckpoint) checkpoint =
        lstat(store->path, &st) == 0 && S_ISREG(st.st_mode) && effnet_is_private(&st)
            ? effnet_checkpoint_open(store->path, NULL)
            : NULL;

    return checkpoint != NULL;
}

/* Removes what nobody asked for in a month, and is not being converted right now. */
static void
remove_old(const char *folder)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *place = g_build_filename(folder, name, NULL);
        g_autofree char *locked = g_strconcat(place, LOCK, NULL);
        struct stat st;
        int fd;

        if (strlen(name) != 64 || lstat(place, &st) != 0 || !S_ISDIR(st.st_mode) ||
            st.st_mtim.tv_sec + OLD > g_get_real_time() / G_USEC_PER_SEC ||
            (fd = lock(locked, FALSE)) < 0)
            continue;
        remove_files(place, TRUE);
        g_unlink(locked);
        close(fd);
    }
}

void
effnet_store_close(EffNetStore *store)
{
    if (store->lock >= 0) {
        remove_old(store->folder);
        close(store->lock);
    }
    g_free(store->folder);
    g_free(store->place);
    g_free(store->path);
    g_free(store);
}
