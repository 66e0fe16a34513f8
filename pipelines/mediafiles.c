/* SPDX-License-Identifier: BSD-2-Clause */
#include "mediafiles.h"

#include <effnet/error.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 64

/* The state of walking a folder. */
typedef struct {
    GPtrArray *files;
    gboolean has_except;
    struct stat except;
} Walk;

static gboolean
is_media(const char *name)
{
    static const char *const endings[] = {
        "3gp", "avi",   "avif", "bmp", "gif", "heic", "heif", "jpe",  "jpeg", "jpg",
        "m4v", "mjpeg", "mkv",  "mov", "mp4", "mpeg", "mpg",  "mts",  "ogv",  "pbm",
        "pgm", "png",   "pnm",  "ppm", "tif", "tiff", "ts",   "webm", "webp", "wmv"};
    const char *dot = strrchr(name, '.');

    for (guint i = 0; dot && i < G_N_ELEMENTS(endings); i++)
        if (g_ascii_strcasecmp(dot + 1, endings[i]) == 0)
            return TRUE;
    return FALSE;
}

static int
by_name(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
list_names(const char *folder, GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, error);
    const char *name;

    if (dir == NULL)
        return NULL;
    while ((name = g_dir_read_name(dir)))
        if (*name != '.')
            g_ptr_array_add(names, g_strdup(name));
    g_ptr_array_sort(names, by_name);
    return g_steal_pointer(&names);
}

static gboolean
walk_folder(Walk *walk, const char *folder, guint depth, GError **error)
{
    g_autoptr(GPtrArray) names = list_names(folder, error);

    for (guint i = 0; names && i < names->len; i++) {
        const char *name = g_ptr_array_index(names, i);
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat st;

        if (lstat(path, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode)) {
            if (depth >= MAX_DEPTH || (walk->has_except && st.st_dev == walk->except.st_dev &&
                                       st.st_ino == walk->except.st_ino))
                continue;
            if (!walk_folder(walk, path, depth + 1, error))
                return FALSE;
        } else if (is_media(name) && g_file_test(path, G_FILE_TEST_IS_REGULAR)) {
            g_ptr_array_add(walk->files, g_steal_pointer(&path));
        }
    }
    return names != NULL;
}

gboolean
effnet_media_files_add(GPtrArray *files, const char *name, const char *except, GError **error)
{
    g_autoptr(GError) failure = NULL;
    Walk walk = {.files = files};
    guint before = files->len;

    if (!g_file_test(name, G_FILE_TEST_IS_DIR)) {
        g_ptr_array_add(files, g_strdup(name));
        return TRUE;
    }
    walk.has_except = except && stat(except, &walk.except) == 0;
    if (!walk_folder(&walk, name, 0, &failure)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s", failure->message);
        return FALSE;
    }
    if (files->len > before)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "%s: there is no picture or video in this folder", name);
    return FALSE;
}
