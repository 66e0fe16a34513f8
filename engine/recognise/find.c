/* SPDX-License-Identifier: BSD-2-Clause */
/* Finding models by name where they are installed. */
#include <string.h>

#include <effnet/error.h>
#include <effnet/model.h>

#include "../checkpoint/file.h"

static void
add_data_folder(GPtrArray *folders, const char *data)
{
    g_ptr_array_add(folders, g_build_filename(data, "efficientnet", "models", NULL));
}

/* The folders to look in, in order: OWN, which may be NULL, then those of installed models. */
static GPtrArray *
list_folders(const char *const *own)
{
    GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);

    for (; own && *own; own++)
        if (**own)
            g_ptr_array_add(folders, g_strdup(*own));
    add_data_folder(folders, g_get_user_data_dir());
    for (const char *const *data = g_get_system_data_dirs(); *data; data++)
        add_data_folder(folders, *data);
    return folders;
}

/* FOLDER/NAME plus the first of SUFFIXES for which that is a file; NULL if none is. */
static char *
find_file(const char *folder, const char *name, const char *const *suffixes)
{
    for (; *suffixes; suffixes++) {
        g_autofree char *file = g_strconcat(name, *suffixes, NULL);
        g_autofree char *path = g_build_filename(folder, file, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

/* The folder of the revision that "main" names in the hub's cache of a model, or of the only
 * revision; NULL if there is neither. */
static char *
find_snapshot(const char *folder)
{
    g_autofree char *ref = g_build_filename(folder, "refs", "main", NULL), *revision = NULL;
    g_autofree char *snapshots = g_build_filename(folder, "snapshots", NULL);
    g_autoptr(GDir) dir = g_dir_open(snapshots, 0, NULL);
    const char *only = dir ? g_dir_read_name(dir) : NULL;
    gsize length;

    if (!only)
        return NULL;
    revision = effnet_file_load(ref, 256, &length, NULL);
    if (revision && g_strstrip(revision)[0] && revision[0] != '.' && !strchr(revision, '/'))
        return g_build_filename(snapshots, revision, NULL);
    g_clear_pointer(&revision, g_free);
    revision = g_build_filename(snapshots, only, NULL);
    return g_dir_read_name(dir) ? NULL : g_steal_pointer(&revision);
}

/* The weights in a folder as downloaded from the Hugging Face hub, or in the hub's cache. */
static char *
find_weights(const char *folder)
{
    static const char *const names[] = {"model.safetensors", "model.safetensors.index.json",
                                        "pytorch_model.bin", "pytorch_model.bin.index.json", NULL};
    g_autofree char *snapshot = find_snapshot(folder);

    return find_file(snapshot ? snapshot : folder, "", names);
}

static char *
find_in(const char *folder, const char *name)
{
    static const char *const suffixes[] = {".safetensors", ".pth", "", NULL};
    g_autofree char *inner = g_build_filename(folder, name, NULL);
    char *path = find_file(folder, name, suffixes);

    return path ? path : find_weights(inner);
}

char *
effnet_model_find(const char *name, GError **error)
{
    return effnet_model_find_in(name, NULL, error);
}

char *
effnet_model_find_in(const char *name, const char *const *own, GError **error)
{
    g_autoptr(GPtrArray) folders = list_folders(own);
    g_autofree char *looked = NULL;
    char *weights;

    if (!name || !*name)
        name = "default";
    else if ((weights = find_weights(name)))
        return weights;
    else if (g_file_test(name, G_FILE_TEST_IS_REGULAR) ||
             (strchr(name, G_DIR_SEPARATOR) && g_file_test(name, G_FILE_TEST_EXISTS) &&
              !g_file_test(name, G_FILE_TEST_IS_DIR)))
        return g_strdup(name);
    for (guint i = 0; i < folders->len && !strchr(name, G_DIR_SEPARATOR); i++) {
        char *path = find_in(folders->pdata[i], name);

        if (path)
            return path;
    }
    /* Not a regular file, perhaps: opening it says what is wrong. */
    if (g_file_test(name, G_FILE_TEST_EXISTS) && !g_file_test(name, G_FILE_TEST_IS_DIR))
        return g_strdup(name);
    if (g_file_test(name, G_FILE_TEST_IS_DIR)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                    "%s is a folder without a model.safetensors or pytorch_model.bin in it", name);
        return NULL;
    }
    if (strchr(name, G_DIR_SEPARATOR)) {
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "there is no file %s", name);
        return NULL;
    }
    g_ptr_array_add(folders, NULL);
    looked = g_strjoinv(", ", (char **)folders->pdata);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "there is no model %s (.safetensors or .pth) in %s: ./pipelines/quickstart fetches "
                "a default one, or name a file",
                name, looked);
    return NULL;
}
