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

static const char *const suffixes[] = {".safetensors", ".pth", "", NULL};

static char *
find_in(const char *folder, const char *name)
{
    g_autofree char *inner = g_build_filename(folder, name, NULL);
    char *path = find_file(folder, name, suffixes);

    return path ? path : find_weights(inner);
}

/* The target of the link PATH in FOLDER, so that a model bears its own name; NULL if PATH is no
 * link. */
static char *
find_target(const char *folder, const char *path)
{
    g_autofree char *to = g_file_read_link(path, NULL), *target = NULL;

    if (!to)
        return NULL;
    target = g_path_is_absolute(to) ? g_strdup(to) : g_build_filename(folder, to, NULL);
    return g_file_test(target, G_FILE_TEST_IS_REGULAR) ? g_steal_pointer(&target)
                                                       : find_weights(target);
}

static char *
find_default(const char *folder)
{
    g_autofree char *inner = g_build_filename(folder, "default", NULL);

    for (const char *const *suffix = suffixes; *suffix; suffix++) {
        g_autofree char *path = g_strconcat(inner, *suffix, NULL);
        char *target = find_target(folder, path);

        if (target || g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return target ? target : g_steal_pointer(&path);
    }
    return find_weights(inner);
}

static gint
compare_paths(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The files of all models in FOLDER. */
static GPtrArray *
list_models(const char *folder)
{
    GPtrArray *models = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        char *weights = find_weights(path);

        if (weights)
            g_ptr_array_add(models, weights);
        else if ((g_str_has_suffix(name, ".safetensors") || g_str_has_suffix(name, ".pth")) &&
                 g_file_test(path, G_FILE_TEST_IS_REGULAR))
            g_ptr_array_add(models, g_steal_pointer(&path));
    }
    g_ptr_array_sort(models, compare_paths);
    return models;
}

/* The only model in the first of FOLDERS that has any. */
static char *
find_only(const GPtrArray *folders, GError **error)
{
    g_autofree char *looked = NULL;

    for (guint i = 0; folders->pdata[i]; i++) {
        g_autoptr(GPtrArray) models = list_models(folders->pdata[i]);

        if (models->len == 1)
            return g_strdup(models->pdata[0]);
        if (models->len > 1) {
            g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                        "none of the %u models in %s is called default: name one of them",
                        models->len, (char *)folders->pdata[i]);
            return NULL;
        }
    }
    looked = g_strjoinv(", ", (char **)folders->pdata);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "there is no model in %s: \"effnet fetch lite0\" brings one, or name a file",
                looked);
    return NULL;
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

    g_ptr_array_add(folders, NULL);
    if (!name || !*name)
        name = "default";
    else if ((weights = find_weights(name)))
        return weights;
    else if (g_file_test(name, G_FILE_TEST_IS_REGULAR) ||
             (strchr(name, G_DIR_SEPARATOR) && g_file_test(name, G_FILE_TEST_EXISTS) &&
              !g_file_test(name, G_FILE_TEST_IS_DIR)))
        return g_strdup(name);
    for (guint i = 0; folders->pdata[i] && !strchr(name, G_DIR_SEPARATOR); i++) {
        char *path = g_str_equal(name, "default") ? find_default(folders->pdata[i])
                                                  : find_in(folders->pdata[i], name);

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
    if (g_str_equal(name, "default"))
        return find_only(folders, error);
    looked = g_strjoinv(", ", (char **)folders->pdata);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND,
                "there is no model %s (.safetensors or .pth) in %s: \"effnet fetch --list\" says "
                "which can be had, or name a file",
                name, looked);
    return NULL;
}
