/* SPDX-License-Identifier: BSD-2-Clause */
#include "retention.h"

#include <string.h>
#include <sys/stat.h>

#include <glib/gstdio.h>

#define TIME_PATTERN "[0-9]{8}-[0-9]{6}(-[0-9]+)?"

char *
effnet_watch_retention_new_time(void)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_local();

    return g_date_time_format(now, "%Y%m%d-%H%M%S");
}

/* Matches the names of RECORD's files within their folder; NULL if its name has no %t. */
static GRegex *
new_pattern(const char *record)
{
    g_autofree char *name = g_path_get_basename(record);
    char *time = g_strrstr(name, "%t");
    g_autofree char *before = NULL, *after = NULL, *pattern = NULL;

    if (time == NULL)
        return NULL;
    before = g_regex_escape_string(name, (gint)(time - name));
    after = g_regex_escape_string(time + strlen("%t"), -1);
    pattern = g_strconcat("^", before, TIME_PATTERN, after, "$", NULL);
    return g_regex_new(pattern, G_REGEX_RAW | G_REGEX_DOLLAR_ENDONLY, 0, NULL);
}

typedef struct {
    char *path;
    struct stat st;
} Recording;

static void
recording_free(gpointer data)
{
    Recording *recording = data;

    g_free(recording->path);
    g_free(recording);
}

int
effnet_watch_retention_compare_times(const struct timespec *a, const struct timespec *b)
{
    if (a->tv_sec != b->tv_sec)
        return a->tv_sec < b->tv_sec ? -1 : 1;
    return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

/* The oldest first: those of one second have numbers, which names do not sort by. */
static int
by_age(gconstpointer a, gconstpointer b)
{
    const Recording *x = *(Recording *const *)a, *y = *(Recording *const *)b;
    int order = effnet_watch_retention_compare_times(&x->st.st_mtim, &y->st.st_mtim);

    return order != 0 ? order : strcmp(x->path, y->path);
}

static void
add_recordings(GPtrArray *recordings, const char *folder, const GRegex *pattern)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat st;

        if (g_regex_match(pattern, name, 0, NULL) && lstat(path, &st) == 0 && S_ISREG(st.st_mode)) {
            Recording *recording = g_new(Recording, 1);

            *recording = (Recording){g_steal_pointer(&path), st};
            g_ptr_array_add(recordings, recording);
        }
    }
}

/* Follows no link: it may lead to folders of others. */
static void
add_recordings_of_classes(GPtrArray *recordings, const char *folder, const GRegex *pattern)
{
    g_autoptr(GDir) dir = g_dir_open(folder, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *path = g_build_filename(folder, name, NULL);
        struct stat st;

        if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
            add_recordings(recordings, path, pattern);
    }
}

gboolean
effnet_watch_retention_are_met(const EffNetWatchRetentionLimits *limits, guint files, guint64 bytes)
{
    return (limits->files == 0 || files <= limits->files) &&
           (limits->bytes == 0 || bytes <= limits->bytes);
}

static void
delete_oldest(GPtrArray *recordings, const EffNetWatchRetentionLimits *limits, const char *path)
{
    guint files = recordings->len;
    guint64 bytes = 0;
    struct stat current;

    if (lstat(path, &current) != 0)
        current = (struct stat){0};
    for (guint i = 0; i < recordings->len; i++)
        bytes += (guint64)((const Recording *)g_ptr_array_index(recordings, i))->st.st_size;
    for (guint i = 0; i < recordings->len && !effnet_watch_retention_are_met(limits, files, bytes);
         i++) {
        const Recording *recording = g_ptr_array_index(recordings, i);

        if (recording->st.st_dev == current.st_dev && recording->st.st_ino == current.st_ino)
            continue;
        g_unlink(recording->path);
        files--;
        bytes -= (guint64)recording->st.st_size;
    }
}

void
effnet_watch_retention_prune(const char *record, gboolean in_classes,
                             const EffNetWatchRetentionLimits *limits, const char *path)
{
    g_autoptr(GRegex) pattern = new_pattern(record);
    g_autofree char *folder = g_path_get_dirname(record);
    g_autoptr(GPtrArray) recordings = g_ptr_array_new_with_free_func(recording_free);

    if (pattern == NULL)
        return;
    if (in_classes)
        add_recordings_of_classes(recordings, folder, pattern);
    else
        add_recordings(recordings, folder, pattern);
    g_ptr_array_sort(recordings, by_age);
    delete_oldest(recordings, limits, path);
}
