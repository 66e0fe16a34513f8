/* SPDX-License-Identifier: BSD-2-Clause */
#include "captures.h"

#include "../classfolders.h"
#include "retention.h"

struct _EffNetWatchCaptures {
    char *folder;
    char *pattern; /* of a file's name, as retention has it */
    char *stem, *suffix;
    EffNetWatchRetentionLimits limits;
    EffNetClassFolders *classes;
    char *second;      /* of the newest paths */
    GHashTable *given; /* the paths in that second, whose files may not be there yet */
};

EffNetWatchCaptures *
effnet_watch_captures_new(const EffNetWatchSettings *settings, const char *folder,
                          const char *suffix)
{
    EffNetWatchCaptures *self = g_new0(EffNetWatchCaptures, 1);

    self->folder = g_strdup(folder);
    self->stem = g_strdelimit(g_strdup(settings->name), "/", '_');
    self->suffix = g_strdup(suffix);
    self->pattern = g_strdup_printf("%s/%s-%%t%s", folder, self->stem, suffix);
    self->limits.files = settings->capture_keep;
    self->limits.bytes = settings->capture_space * G_GUINT64_CONSTANT(1000000);
    self->classes = effnet_class_folders_new();
    self->given = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    return self;
}

void
effnet_watch_captures_free(EffNetWatchCaptures *self)
{
    effnet_class_folders_free(self->classes);
    g_hash_table_unref(self->given);
    g_free(self->second);
    g_free(self->folder);
    g_free(self->stem);
    g_free(self->suffix);
    g_free(self->pattern);
    g_free(self);
}

static gboolean
is_taken(const EffNetWatchCaptures *self, const char *path)
{
    return g_hash_table_contains(self->given, path) || g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Whoever opens the file finds out if the folder could not be made. */
char *
effnet_watch_captures_new_path(EffNetWatchCaptures *self, const char *label, gint index)
{
    const char *name = effnet_class_folders_get(self->classes, label, (guint)index);
    g_autofree char *folder = g_build_filename(self->folder, name, NULL);
    char *second = effnet_watch_retention_new_time();
    char *path = g_strdup_printf("%s/%s-%s%s", folder, self->stem, second, self->suffix);

    if (g_strcmp0(second, self->second) != 0)
        g_hash_table_remove_all(self->given);
    g_free(self->second);
    self->second = second;
    g_mkdir_with_parents(folder, 0777);
    for (guint i = 1; is_taken(self, path); i++) {
        g_free(path);
        path = g_strdup_printf("%s/%s-%s-%u%s", folder, self->stem, second, i, self->suffix);
    }
    g_hash_table_add(self->given, g_strdup(path));
    return path;
}

void
effnet_watch_captures_prune(const EffNetWatchCaptures *self, const char *path)
{
    effnet_watch_retention_prune(self->pattern, TRUE, &self->limits, path);
}
