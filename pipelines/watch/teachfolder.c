/* SPDX-License-Identifier: BSD-2-Clause */
#include "teachfolder.h"

#include "../component.h"
#include "../readfile.h"

#include <dirent.h>
#include <effnet/error.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define MAX_CLASSES 1000
#define MAX_NAME    255        /* bytes */
#define MAX_PICTURE (32 << 20) /* bytes */
#define MAX_TRIES   10000      /* pictures with one stem */
#define FOLDER      (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct _EffNetWatchTeachFolder {
    char *path;
    int fd;
    EffNetWatchRetentionLimits limits;
    gboolean rotates;

    GMutex mutex;
    GHashTable *tallies; /* name of a class to Tally */
    guint64 serial;      /* of temporary names */
};

/* What a class had when its folder was looked at. */
typedef struct {
    struct timespec changed;
    guint files;
    guint64 bytes;
    gboolean current; /* nothing was changed here since then */
} Tally;

static gboolean
fail(const EffNetWatchTeachFolder *self, const char *class, const char *name, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s%s%s%s%s: %s", self->path,
                class ? "/" : "", class ? class : "", name ? "/" : "", name ? name : "",
                g_strerror(errno));
    return FALSE;
}

/* What exists may have names that are not made here. */
static gboolean
is_component(const char *name)
{
    return name && *name && *name != '.' && !strchr(name, '/') && strlen(name) <= MAX_NAME &&
           g_utf8_validate(name, -1, NULL);
}

gboolean
effnet_watch_teach_folder_is_class(const char *name)
{
    g_autofree char *safe = NULL;

    if (!is_component(name))
        return FALSE;
    safe = effnet_component_new(name, 0);
    return g_str_equal(safe, name);
}

static gboolean
refuse_name(const char *what, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "the name of a %s must be the name of a %s: of letters, digits and spaces, "
                "without separators, control characters and dots in front",
                what, g_str_equal(what, "class") ? "folder" : "file");
    return FALSE;
}

EffNetWatchTeachFolder *
effnet_watch_teach_folder_new(const char *path, const EffNetWatchRetentionLimits *limits,
                              gboolean rotates, GError **error)
{
    g_autoptr(EffNetWatchTeachFolder) self = g_new0(EffNetWatchTeachFolder, 1);

    self->path = g_strdup(path);
    self->limits = *limits;
    self->rotates = rotates;
    g_mutex_init(&self->mutex);
    self->tallies = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    g_mkdir_with_parents(path, 0777);
    /* The command line is trusted: this may be a link. */
    self->fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (self->fd < 0 || faccessat(self->fd, ".", W_OK, 0) != 0) {
        fail(self, NULL, NULL, error);
        return NULL;
    }
    return g_steal_pointer(&self);
}

void
effnet_watch_teach_folder_free(EffNetWatchTeachFolder *self)
{
    if (self->fd >= 0)
        close(self->fd);
    g_hash_table_unref(self->tallies);
    g_mutex_clear(&self->mutex);
    g_free(self->path);
    g_free(self);
}

const char *
effnet_watch_teach_folder_get_path(const EffNetWatchTeachFolder *self)
{
    return self->path;
}

const EffNetWatchRetentionLimits *
effnet_watch_teach_folder_get_limits(const EffNetWatchTeachFolder *self)
{
    return &self->limits;
}

int
effnet_watch_teach_folder_get_fd(const EffNetWatchTeachFolder *self)
{
    return self->fd;
}

/* Calls VISIT for each entry of the folder PARENT/NAME that has no dot in front and is of TYPE, a
 * S_IFMT. */
static gboolean
visit_folder(int parent, const char *name, mode_t type,
             void (*visit)(const char *name, const struct stat *st, gpointer data), gpointer data)
{
    int fd = openat(parent, name, FOLDER);
    DIR *dir = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    struct stat st;

    if (dir == NULL) {
        if (fd >= 0)
            close(fd);
        return FALSE;
    }
    while ((entry = readdir(dir))) {
        if (*entry->d_name != '.' && fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
            (st.st_mode & S_IFMT) == type)
            visit(entry->d_name, &st, data);
    }
    closedir(dir);
    return TRUE;
}

static void
count_file(const char *name, const struct stat *st, gpointer data)
{
    Tally *tally = data;

    tally->files++;
    tally->bytes += (guint64)st->st_size;
}

typedef struct {
    EffNetWatchTeachFolder *folder;
    GPtrArray *classes;
} Listing;

/* Looks into a class's folder only if something has changed there. */
static void
add_class(const char *name, const struct stat *st, gpointer data)
{
    const Listing *listing = data;
    EffNetWatchTeachFolder *self = listing->folder;
    Tally *tally = g_hash_table_lookup(self->tallies, name);
    EffNetWatchTeachClass *class;

    if (!is_component(name) || listing->classes->len == MAX_CLASSES)
        return;
    if (tally == NULL) {
        tally = g_new0(Tally, 1);
        g_hash_table_insert(self->tallies, g_strdup(name), tally);
    }
    if (!tally->current ||
        effnet_watch_retention_compare_times(&tally->changed, &st->st_mtim) != 0) {
        *tally = (Tally){.changed = st->st_mtim, .current = TRUE};
        visit_folder(self->fd, name, S_IFREG, count_file, tally);
    }
    class = g_new(EffNetWatchTeachClass, 1);
    *class = (EffNetWatchTeachClass){g_strdup(name), tally->files, tally->bytes};
    g_ptr_array_add(listing->classes, class);
}

static void
class_free(gpointer data)
{
    EffNetWatchTeachClass *class = data;

    g_free(class->name);
    g_free(class);
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    const EffNetWatchTeachClass *x = *(EffNetWatchTeachClass *const *)a;
    const EffNetWatchTeachClass *y = *(EffNetWatchTeachClass *const *)b;

    return strcmp(x->name, y->name);
}

/* With the mutex held. */
static GPtrArray *
list_classes(EffNetWatchTeachFolder *self)
{
    GPtrArray *classes = g_ptr_array_new_with_free_func(class_free);
    Listing listing = {self, classes};

    visit_folder(self->fd, ".", S_IFDIR, add_class, &listing);
    g_ptr_array_sort(classes, by_name);
    return classes;
}

GPtrArray *
effnet_watch_teach_folder_list_classes(EffNetWatchTeachFolder *self)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

    return list_classes(self);
}

typedef struct {
    char *class, *name;
    struct timespec time;
} Picture;

static void
picture_free(gpointer data)
{
    Picture *picture = data;

    g_free(picture->class);
    g_free(picture->name);
    g_free(picture);
}

typedef struct {
    const char *class;
    GPtrArray *pictures;
} Collection;

static void
add_picture(const char *name, const struct stat *st, gpointer data)
{
    const Collection *collection = data;
    Picture *picture;

    if (!is_component(name))
        return;
    picture = g_new(Picture, 1);
    *picture = (Picture){g_strdup(collection->class), g_strdup(name), st->st_mtim};
    g_ptr_array_add(collection->pictures, picture);
}

static int
newest_first(gconstpointer a, gconstpointer b)
{
    const Picture *x = *(Picture *const *)a, *y = *(Picture *const *)b;
    int order = effnet_watch_retention_compare_times(&y->time, &x->time);

    return order != 0 ? order : strcmp(y->name, x->name);
}

/* CLASS NULL: those of all classes. With the mutex held. */
static GPtrArray *
list_pictures(EffNetWatchTeachFolder *self, const char *class)
{
    g_autoptr(GPtrArray) classes = class ? NULL : list_classes(self);
    GPtrArray *pictures = g_ptr_array_new_with_free_func(picture_free);
    Collection collection = {class, pictures};

    for (guint i = 0; classes && i < classes->len; i++) {
        collection.class = ((const EffNetWatchTeachClass *)g_ptr_array_index(classes, i))->name;
        visit_folder(self->fd, collection.class, S_IFREG, add_picture, &collection);
    }
    if (class && !visit_folder(self->fd, class, S_IFREG, add_picture, &collection))
        g_clear_pointer(&pictures, g_ptr_array_unref);
    else
        g_ptr_array_sort(pictures, newest_first);
    return pictures;
}

GPtrArray *
effnet_watch_teach_folder_list(EffNetWatchTeachFolder *self, const char *class, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    g_autoptr(GPtrArray) pictures = NULL;
    GPtrArray *names;

    if (!is_component(class)) {
        refuse_name("class", error);
        return NULL;
    }
    pictures = list_pictures(self, class);
    if (pictures == NULL) {
        fail(self, class, NULL, error);
        return NULL;
    }
    names = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < pictures->len; i++) {
        Picture *picture = g_ptr_array_index(pictures, i);

        g_ptr_array_add(names, g_steal_pointer(&picture->name));
    }
    return names;
}

static void
note_change(EffNetWatchTeachFolder *self, const char *class)
{
    Tally *tally = g_hash_table_lookup(self->tallies, class);

    if (tally)
        tally->current = FALSE;
}

/* With the mutex held. */
static gboolean
remove_picture(EffNetWatchTeachFolder *self, const char *class, const char *name)
{
    int folder = openat(self->fd, class, FOLDER);
    gboolean done = folder >= 0 && unlinkat(folder, name, 0) == 0;
    int reason = errno;

    if (folder >= 0)
        close(folder);
    note_change(self, class);
    if (done)
        unlinkat(self->fd, class, AT_REMOVEDIR); /* unless there is something left in it */
    errno = reason;
    return done;
}

/* Makes room for a picture of SIZE. With the mutex held. */
static gboolean
make_room(EffNetWatchTeachFolder *self, gsize size, GError **error)
{
    g_autoptr(GPtrArray) classes = list_classes(self);
    g_autoptr(GPtrArray) pictures = NULL;
    guint files = 1;
    guint64 bytes = size;

    for (guint i = 0; i < classes->len; i++) {
        files += ((const EffNetWatchTeachClass *)g_ptr_array_index(classes, i))->files;
        bytes += ((const EffNetWatchTeachClass *)g_ptr_array_index(classes, i))->bytes;
    }
    if (effnet_watch_retention_are_met(&self->limits, files, bytes))
        return TRUE;
    if (self->rotates) {
        pictures = list_pictures(self, NULL);
        while (pictures->len > 0 && !effnet_watch_retention_are_met(&self->limits, files, bytes)) {
            const Picture *oldest = g_ptr_array_index(pictures, pictures->len - 1);
            struct stat st;
            g_autofree char *path = g_build_filename(oldest->class, oldest->name, NULL);

            if (fstatat(self->fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
                remove_picture(self, oldest->class, oldest->name)) {
                files--;
                bytes -= MIN(bytes, (guint64)st.st_size);
            }
            g_ptr_array_set_size(pictures, (gint)pictures->len - 1);
        }
    }
    if (effnet_watch_retention_are_met(&self->limits, files, bytes))
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_SETTINGS,
                "%s is full: it may have %u files and %" G_GUINT64_FORMAT " MB", self->path,
                self->limits.files, self->limits.bytes / 1000000);
    return FALSE;
}

/* Opens a class's folder, and makes it if it is missing; -1 with errno set. */
static int
open_class(EffNetWatchTeachFolder *self, const char *class)
{
    int fd = openat(self->fd, class, FOLDER);

    if (fd < 0 && errno == ENOENT && mkdirat(self->fd, class, 0777) == 0)
        fd = openat(self->fd, class, FOLDER);
    return fd;
}

static gboolean
write_all(int fd, GBytes *bytes)
{
    gsize size;
    const guint8 *data = g_bytes_get_data(bytes, &size);

    while (size > 0) {
        gssize written = write(fd, data, size);

        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return FALSE;
        data += written;
        size -= (gsize)written;
    }
    return TRUE;
}

static gboolean
write_temporary(int folder, const char *name, GBytes *picture)
{
    int fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    gboolean done = fd >= 0 && write_all(fd, picture);
    int reason = errno;

    if (fd >= 0 && close(fd) != 0 && done) {
        reason = errno;
        done = FALSE;
    }
    if (fd >= 0 && !done)
        unlinkat(folder, name, 0);
    errno = reason;
    return done;
}

static gboolean
rename_to_new(int folder, const char *from, const char *to)
{
    if (renameat2(folder, from, folder, to, RENAME_NOREPLACE) == 0)
        return TRUE;
    if (errno != EINVAL) /* not every file system can do that */
        return FALSE;
    if (faccessat(folder, to, F_OK, AT_SYMLINK_NOFOLLOW) != 0)
        return renameat(folder, from, folder, to) == 0;
    errno = EEXIST;
    return FALSE;
}

/* Gives the file TEMPORARY its name, which replaces none. */
static gboolean
give_name(int folder, const char *temporary, const char *stem, const char *suffix)
{
    gboolean done = FALSE;
    int reason;

    errno = EEXIST;
    for (guint i = 0; !done && i < MAX_TRIES && errno == EEXIST; i++) {
        g_autofree char *number = i ? g_strdup_printf("-%u", i) : g_strdup("");
        g_autofree char *name = g_strconcat(stem, number, ".", suffix, NULL);

        done = rename_to_new(folder, temporary, name);
    }
    reason = errno;
    if (!done)
        unlinkat(folder, temporary, 0);
    errno = reason;
    return done;
}

gboolean
effnet_watch_teach_folder_add(EffNetWatchTeachFolder *self, const char *class, const char *stem,
                              const char *suffix, GBytes *picture, GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);
    g_autofree char *temporary = NULL;
    gboolean done;
    int folder;

    if (!effnet_watch_teach_folder_is_class(class))
        return refuse_name("class", error);
    if (!is_component(stem))
        return refuse_name("picture", error);
    if (!make_room(self, g_bytes_get_size(picture), error))
        return FALSE;
    folder = open_class(self, class);
    if (folder < 0)
        return fail(self, class, NULL, error);
    temporary = g_strdup_printf(".%d-%" G_GUINT64_FORMAT, (int)getpid(), self->serial++);
    done =
        write_temporary(folder, temporary, picture) && give_name(folder, temporary, stem, suffix);
    if (!done)
        fail(self, class, stem, error);
    close(folder);
    note_change(self, class);
    if (!done)
        unlinkat(self->fd, class, AT_REMOVEDIR);
    return done;
}

GBytes *
effnet_watch_teach_folder_read(EffNetWatchTeachFolder *self, const char *class, const char *name,
                               GError **error)
{
    GBytes *bytes;
    int folder;

    if (!is_component(class) || !is_component(name)) {
        refuse_name(is_component(class) ? "picture" : "class", error);
        return NULL;
    }
    folder = openat(self->fd, class, FOLDER);
    bytes = folder < 0 ? NULL : effnet_read_file_at(folder, name, MAX_PICTURE);
    if (bytes == NULL)
        fail(self, class, name, error);
    if (folder >= 0)
        close(folder);
    return bytes;
}

gboolean
effnet_watch_teach_folder_remove(EffNetWatchTeachFolder *self, const char *class, const char *name,
                                 GError **error)
{
    G_GNUC_UNUSED g_autoptr(GMutexLocker) locker = g_mutex_locker_new(&self->mutex);

    if (!is_component(class) || !is_component(name))
        return refuse_name(is_component(class) ? "picture" : "class", error);
    return remove_picture(self, class, name) || fail(self, class, name, error);
}
