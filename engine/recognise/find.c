/* SPDX-License-Identifier: BSD-2-Clause */
/* Where models are installed. */
#include <string.h>

#include <effnet/error.h>
#include <effnet/model.h>

static void
add_data_folder(GPtrArray *folders, const char *data)
{
    g_ptr_array_add(folders, g_build_filename(data, "efficientnet", "models", NULL));
}

/* The folders to look in, first come first served. */
static GPtrArray *
list_folders(void)
{
    GPtrArray *folders = g_ptr_array_new_with_free_func(g_free);
    g_auto(GStrv) own =
        g_strsplit(g_getenv("GST_EFFICIENTNET_MODEL_PATH") ?: "", G_SEARCHPATH_SEPARATOR_S, -1);

    for (char **folder = own; *folder; folder++)
        if (**folder)
            g_ptr_array_add(folders, g_strdup(*folder));
    add_data_folder(folders, g_get_user_data_dir());
    for (const char *const *data = g_get_system_data_dirs(); *data; data++)
        add_data_folder(folders, *data);
    return folders;
}

static char *
find_in(const char *folder, const char *name)
{
    /* The last is a folder as it comes from the Hugging Face hub, with its config.json. */
    static const char *const suffixes[] = {".safetensors", ".pth", "", "/model.safetensors"};

    for (gsize i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *file = g_strconcat(name, suffixes[i], NULL);
        g_autofree char *path = g_build_filename(folder, file, NULL);

        if (g_file_test(path, G_FILE_TEST_IS_REGULAR))
            return g_steal_pointer(&path);
    }
    return NULL;
}

char *
effnet_model_find(const char *name, GError **error)
{
    g_autoptr(GPtrArray) folders = list_folders();
    g_autofree char *looked = NULL;

    if (!name || !*name)
        name = "default";
    else if (g_file_test(name, G_FILE_TEST_IS_REGULAR) ||
             (strchr(name, G_DIR_SEPARATOR) && g_file_test(name, G_FILE_TEST_EXISTS)))
        return g_strdup(name);
    for (guint i = 0; i < folders->len && !strchr(name, G_DIR_SEPARATOR); i++) {
        char *path = find_in(folders->pdata[i], name);

        if (path)
            return path;
    }
    /* Whatever else has that name, a folder perhaps: opening it says what is wrong. */
    if (g_file_test(name, G_FILE_TEST_EXISTS))
        return g_strdup(name);
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
