/* SPDX-License-Identifier: BSD-2-Clause */
#include "sorter.h"

#include "classfolders.h"
#include "outfile.h"

#include <effnet/error.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define MAX_NUMBER 100000

struct _EffNetSorter {
    char *folder;
    gboolean copy;
    EffNetClassFolders *folders;
};

static gboolean
fail(const char *path, GError **error)
{
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", path, g_strerror(errno));
    return FALSE;
}

EffNetSorter *
effnet_sorter_new(const char *folder, gboolean copy, GError **error)
{
    EffNetSorter *self;

    if (g_mkdir_with_parents(folder, 0777) != 0) {
        fail(folder, error);
        return NULL;
    }
    self = g_new0(EffNetSorter, 1);
    self->folder = g_strdup(folder);
    self->copy = copy;
    self->folders = effnet_class_folders_new();
    return self;
}

void
effnet_sorter_free(EffNetSorter *self)
{
    effnet_class_folders_free(self->folders);
    g_free(self->folder);
    g_free(self);
}

static gboolean
has_same_content(const char *a, const char *b)
{
    g_autoptr(GMappedFile) first = g_mapped_file_new(a, FALSE, NULL);
    g_autoptr(GMappedFile) second = g_mapped_file_new(b, FALSE, NULL);
    gsize n = first ? g_mapped_file_get_length(first) : 0;

    return first && second && n == g_mapped_file_get_length(second) &&
           (n == 0 ||
            memcmp(g_mapped_file_get_contents(first), g_mapped_file_get_contents(second), n) == 0);
}

/* Whether PLACE is PATH itself, or its link or copy. */
static gboolean
is_there(const EffNetSorter *self, const char *path, const char *place)
{
    struct stat here, there;

    if (stat(path, &here) != 0 || stat(place, &there) != 0)
        return FALSE;
    return (here.st_dev == there.st_dev && here.st_ino == there.st_ino) ||
           (self->copy && S_ISREG(there.st_mode) && here.st_size == there.st_size &&
            has_same_content(path, place));
}

static gboolean
copy_bytes(const char *from, const char *to, GError **error)
{
    g_autofree guint8 *block = g_malloc(1 << 20);
    FILE *in = g_fopen(from, "rbe"), *out = in ? g_fopen(to, "wbe") : NULL;
    gboolean ok = out != NULL;
    gsize n;

    while (ok && (n = fread(block, 1, 1 << 20, in)) > 0)
        ok = fwrite(block, 1, n, out) == n;
    ok = ok && !ferror(in);
    if (in)
        fclose(in);
    if (out && fclose(out) != 0)
        ok = FALSE;
    return ok || fail(from, error);
}

static gboolean
copy_file(const char *path, const char *place, GError **error)
{
    g_autoptr(EffNetOutfile) out = effnet_outfile_new(place, FALSE, error);

    return out && copy_bytes(path, effnet_outfile_get_path(out), error) &&
           effnet_outfile_commit(out, error);
}

/* Links to the absolute path, so that the link works from anywhere. */
static gboolean
link_file(const char *path, const char *place, GError **error)
{
    g_autofree char *target = g_canonicalize_filename(path, NULL);

    return symlink(target, place) == 0 || fail(place, error);
}

/* A free name for PATH in FOLDER; NULL if PATH is there already, or with ERROR set. */
static char *
find_place(const EffNetSorter *self, const char *folder, const char *path, GError **error)
{
    g_autofree char *name = g_path_get_basename(path);
    const char *dot = strrchr(name, '.');
    int stem = dot && dot != name ? (int)(dot - name) : (int)strlen(name);

    for (guint i = 1; i < MAX_NUMBER; i++) {
        g_autofree char *numbered =
            i == 1 ? g_strdup(name) : g_strdup_printf("%.*s-%u%s", stem, name, i, name + stem);
        g_autofree char *place = g_build_filename(folder, numbered, NULL);
        struct stat st;

        if (lstat(place, &st) != 0)
            return errno == ENOENT ? g_steal_pointer(&place) : (fail(place, error), NULL);
        if (is_there(self, path, place))
            return NULL;
    }
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: there is no name left for %s",
                folder, name);
    return NULL;
}

gboolean
effnet_sorter_put(EffNetSorter *self, const char *path, const char *label, guint index,
                  GError **error)
{
    const char *name = effnet_class_folders_get(self->folders, label, index);
    g_autofree char *folder = g_build_filename(self->folder, name, NULL), *place = NULL;
    g_autoptr(GError) failure = NULL;

    if (g_mkdir(folder, 0777) != 0 && errno != EEXIST)
        return fail(folder, error);
    place = find_place(self, folder, path, &failure);
    if (failure) {
        g_propagate_error(error, g_steal_pointer(&failure));
        return FALSE;
    }
    if (place == NULL)
        return TRUE;
    return self->copy ? copy_file(path, place, error) : link_file(path, place, error);
}
