/* SPDX-License-Identifier: BSD-2-Clause */
#include "teachmodels.h"

#include "../readfile.h"
#include "learner.h"
#include "retention.h"

#include <dirent.h>
#include <effnet/error.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_PATTERN "^model-[0-9]{8}-[0-9]{6}(-[0-9]+)?$"
#define SUFFIX       ".safetensors"
#define NOTES        "teaching.conf"
#define MAX_NOTES    (1 << 20)  /* bytes */
#define MAX_REPORT   (64 << 20) /* bytes */
#define MAX_TRIES    100

static gboolean
is_name(const char *name)
{
    return g_regex_match_simple(NAME_PATTERN, name, G_REGEX_DOLLAR_ENDONLY, 0);
}

static char *
new_file_name(const char *name, const char *suffix)
{
    return g_strconcat(name, suffix, NULL);
}

static gboolean
is_file(int fd, const char *file)
{
    struct stat st;

    return fstatat(fd, file, &st, AT_SYMLINK_NOFOLLOW) == 0 && S_ISREG(st.st_mode);
}

gboolean
effnet_watch_teach_models_has(int fd, const char *name)
{
    g_autofree char *file = new_file_name(name, SUFFIX);

    return is_name(name) && is_file(fd, file);
}

/* Their names sort by time. */
static int
newest_first(gconstpointer a, gconstpointer b)
{
    return -strcmp(*(const char *const *)a, *(const char *const *)b);
}

GPtrArray *
effnet_watch_teach_models_list(int fd)
{
    GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
    int again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = again < 0 ? NULL : fdopendir(again);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        g_autofree char *name = g_strdup(entry->d_name);

        if (!g_str_has_suffix(name, SUFFIX))
            continue;
        name[strlen(name) - strlen(SUFFIX)] = '\0';
        if (effnet_watch_teach_models_has(fd, name))
            g_ptr_array_add(names, g_steal_pointer(&name));
    }
    if (dir)
        closedir(dir);
    else if (again >= 0)
        close(again);
    g_ptr_array_sort(names, newest_first);
    return names;
}

void
effnet_watch_teach_models_remove(int fd, const char *name)
{
    static const char *const suffixes[] = {SUFFIX, ".html", ".json"};

    for (guint i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *file = new_file_name(name, suffixes[i]);

        unlinkat(fd, file, 0);
    }
}

static void
prune(int fd, const char *current)
{
    g_autoptr(GPtrArray) names = effnet_watch_teach_models_list(fd);

    for (guint i = EFFNET_WATCH_TEACH_MODELS_KEPT; i < names->len; i++) {
        if (g_strcmp0(g_ptr_array_index(names, i), current) != 0)
            effnet_watch_teach_models_remove(fd, g_ptr_array_index(names, i));
    }
}

char *
effnet_watch_teach_models_new_name(int fd)
{
    g_autofree char *time = effnet_watch_retention_new_time();
    char *name = g_strconcat("model-", time, NULL);

    for (guint i = 1; i < MAX_TRIES && effnet_watch_teach_models_has(fd, name); i++) {
        g_free(name);
        name = g_strdup_printf("model-%s-%u", time, i);
    }
    return name;
}

/* The model is the last to move: a model is there with its reports. */
gboolean
effnet_watch_teach_models_adopt(int fd, const char *name, const char *current, GError **error)
{
    g_autofree char *model = new_file_name(name, SUFFIX);
    const char *const files[][2] = {{EFFNET_WATCH_LEARNER_JSON, ".json"},
                                    {EFFNET_WATCH_LEARNER_PAGE, ".html"},
                                    {model, SUFFIX}};

    for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *from = g_strconcat(EFFNET_WATCH_LEARNER_FOLDER, "/", files[i][0], NULL);
        g_autofree char *to = new_file_name(name, files[i][1]);

        if (renameat(fd, from, fd, to) == 0)
            continue;
        g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s: %s", from, g_strerror(errno));
        effnet_watch_teach_models_remove(fd, name);
        return FALSE;
    }
    prune(fd, current);
    return TRUE;
}

GBytes *
effnet_watch_teach_models_read_report(int fd, const char *name, const char *suffix)
{
    g_autofree char *file = g_strconcat(name, ".", suffix, NULL);

    return is_name(name) ? effnet_read_file_at(fd, file, MAX_REPORT) : NULL;
}

/* Names of streams may contain what keys may not. */
char *
effnet_watch_teach_models_load(int fd, GHashTable **zones)
{
    g_autoptr(GBytes) text = effnet_read_file_at(fd, NOTES, MAX_NOTES);
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_auto(GStrv) keys = NULL;
    g_autofree char *model = NULL;

    *zones = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (text == NULL || !g_key_file_load_from_bytes(file, text, G_KEY_FILE_NONE, NULL))
        return NULL;
    keys = g_key_file_get_keys(file, "zones", NULL, NULL);
    for (char **key = keys; key && *key; key++) {
        char *name = g_uri_unescape_string(*key, NULL);
        char *zone = g_key_file_get_string(file, "zones", *key, NULL);

        if (name && zone) {
            g_hash_table_replace(*zones, name, zone);
        } else {
            g_free(name);
            g_free(zone);
        }
    }
    model = g_key_file_get_string(file, "models", "current", NULL);
    return model && effnet_watch_teach_models_has(fd, model) ? g_steal_pointer(&model) : NULL;
}

static gboolean
write_file(int fd, const char *name, const char *text, gsize size)
{
    int out = openat(fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0666);
    gboolean ok = out >= 0 && write(out, text, size) == (gssize)size;

    return (out < 0 || close(out) == 0) && ok;
}

gboolean
effnet_watch_teach_models_save(int fd, const char *current, GHashTable *zones, GError **error)
{
    g_autoptr(GKeyFile) file = g_key_file_new();
    g_autofree char *text = NULL;
    GHashTableIter iter;
    gpointer name, zone;
    gsize size;

    if (current)
        g_key_file_set_string(file, "models", "current", current);
    g_hash_table_iter_init(&iter, zones);
    while (g_hash_table_iter_next(&iter, &name, &zone)) {
        g_autofree char *key = g_uri_escape_string(name, NULL, FALSE);

        g_key_file_set_string(file, "zones", key, zone);
    }
    text = g_key_file_to_data(file, &size, NULL);
    if (write_file(fd, "." NOTES, text, size) && renameat(fd, "." NOTES, fd, NOTES) == 0)
        return TRUE;
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, NOTES ": %s", g_strerror(errno));
    return FALSE;
}
