/* SPDX-License-Identifier: BSD-2-Clause */
#include "retention.h"

#include <glib/gstdio.h>
#include <unistd.h>
#include <utime.h>

static const char *const others[] = {
    "cam-20260101-000000.mkv.bak", "xcam-20260101-000000.mkv", "cam-2026.mkv", "cam.mkv",
    "cam-20260101-000000.webm",    "cam-20260101-000000-a.mkv"};

/* A file that was last written SECONDS after another. */
static void
put(const char *folder, const char *name, guint seconds)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    struct utimbuf times = {1767225600 + seconds, 1767225600 + seconds};

    g_assert_true(g_file_set_contents(path, "x", 1, NULL));
    g_assert_cmpint(g_utime(path, &times), ==, 0);
}

static gboolean
has(const char *folder, const char *name)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);

    return g_file_test(path, G_FILE_TEST_EXISTS);
}

static void
prune(const char *record, gboolean in_classes, guint files, guint64 bytes, const char *folder,
      const char *name)
{
    const EffNetWatchRetentionLimits limits = {files, bytes};
    g_autofree char *path = g_build_filename(folder, name, NULL);

    effnet_watch_retention_prune(record, in_classes, &limits, path);
}

static void
remove_folder(const char *folder)
{
    g_autofree char *remove = g_strdup_printf("rm -r '%s'", folder);

    g_assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
}

static void
test_prune(void)
{
    static const char *const ours[] = {"cam-20260101-000000.mkv", "cam-20260101-000000-1.mkv",
                                       "cam-20260102-000000.mkv", "cam-20260103-000000.mkv"};
    g_autofree char *folder = g_dir_make_tmp("effnet-[1].*-XXXXXX", NULL);
    g_autofree char *record = g_build_filename(folder, "cam-%t.mkv", NULL);
    g_autofree char *link = g_build_filename(folder, "cam-20250101-000000.mkv", NULL);
    g_autofree char *untimed = g_build_filename(folder, "cam.mkv", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        put(folder, others[i], 0);
    for (guint i = 0; i < G_N_ELEMENTS(ours); i++)
        put(folder, ours[i], i);
    g_assert_cmpint(symlink("cam.mkv", link), ==, 0);
    prune(untimed, FALSE, 1, 0, folder, "cam.mkv");
    prune(record, FALSE, 9, 0, folder, ours[3]);
    for (guint i = 0; i < G_N_ELEMENTS(ours); i++)
        g_assert_true(has(folder, ours[i]));
    prune(record, FALSE, 2, 0, folder, ours[3]);
    for (guint i = 0; i < G_N_ELEMENTS(ours); i++)
        g_assert_cmpint(has(folder, ours[i]), ==, i >= 2);
    prune(record, FALSE, 1, 0, folder, ours[2]); /* which is being written */
    g_assert_true(has(folder, ours[2]));
    for (guint i = 0; i < G_N_ELEMENTS(others); i++)
        g_assert_true(has(folder, others[i]));
    g_assert_true(has(folder, "cam-20250101-000000.mkv"));
    remove_folder(folder);
}

/* The oldest of all classes go first, until there are few enough and they are small enough; files
 * in linked folders, and deeper ones, are not a stream's. */
static void
test_classes(void)
{
    static const char *const ours[] = {"cat/cam-20260101-000000.jpg", "dog/cam-20260102-000000.jpg",
                                       "cat/cam-20260103-000000.jpg",
                                       "dog/cam-20260103-000000.jpg"};
    static const char *const left[] = {"cam-20250101-000000.jpg", "cat/yard-20250101-000000.jpg",
                                       "cat/deep/cam-20250101-000000.jpg",
                                       "cat/cam-20250101-000000.mkv"};
    static const char *const folders[] = {"cat", "dog", "cat/deep"};
    g_autofree char *folder = g_dir_make_tmp("effnet-XXXXXX", NULL);
    g_autofree char *record = g_build_filename(folder, "cam-%t.jpg", NULL);
    g_autofree char *elsewhere = g_dir_make_tmp("effnet-XXXXXX", NULL);
    g_autofree char *link = g_build_filename(folder, "bird", NULL);

    for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
        g_autofree char *path = g_build_filename(folder, folders[i], NULL);

        g_assert_cmpint(g_mkdir(path, 0777), ==, 0);
    }
    g_assert_cmpint(symlink(elsewhere, link), ==, 0);
    put(elsewhere, "cam-20250101-000000.jpg", 0);
    for (guint i = 0; i < G_N_ELEMENTS(left); i++)
        put(folder, left[i], 0);
    for (guint i = 0; i < G_N_ELEMENTS(ours); i++)
        put(folder, ours[i], i + 1);
    prune(record, TRUE, 4, 4, folder, ours[3]);
    g_assert_true(has(folder, ours[0]));
    prune(record, TRUE, 3, 0, folder, ours[3]);
    g_assert_true(!has(folder, ours[0]) && has(folder, ours[1]));
    prune(record, TRUE, 9, 2, folder, ours[3]); /* each has one byte */
    g_assert_true(!has(folder, ours[1]) && has(folder, ours[2]));
    prune(record, TRUE, 1, 0, folder, ours[2]);
    g_assert_true(has(folder, ours[2]) && !has(folder, ours[3]));
    for (guint i = 0; i < G_N_ELEMENTS(left); i++)
        g_assert_true(has(folder, left[i]));
    g_assert_true(has(elsewhere, "cam-20250101-000000.jpg"));
    remove_folder(folder);
    remove_folder(elsewhere);
}

static void
test_time(void)
{
    g_autofree char *time = effnet_watch_retention_new_time();

    g_assert_true(g_regex_match_simple("^20[0-9]{6}-[0-9]{6}$", time, 0, 0));
}

static void
test_order(void)
{
    static const struct timespec times[] = {{-1, 5}, {0, 0}, {7, 1}, {7, 2}, {8, 0}};

    for (gint i = 0; i < (gint)G_N_ELEMENTS(times); i++)
        for (gint k = 0; k < (gint)G_N_ELEMENTS(times); k++)
            g_assert_cmpint(effnet_watch_retention_compare_times(&times[i], &times[k]), ==,
                            (i > k) - (i < k));
}

static void
test_limits(void)
{
    const EffNetWatchRetentionLimits none = {0, 0}, both = {2, 10};

    g_assert_true(effnet_watch_retention_are_met(&none, G_MAXUINT, G_MAXUINT64));
    g_assert_true(effnet_watch_retention_are_met(&both, 2, 10));
    g_assert_false(effnet_watch_retention_are_met(&both, 3, 10));
    g_assert_false(effnet_watch_retention_are_met(&both, 2, 11));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/retention/prune", test_prune);
    g_test_add_func("/retention/classes", test_classes);
    g_test_add_func("/retention/time", test_time);
    g_test_add_func("/retention/order", test_order);
    g_test_add_func("/retention/limits", test_limits);
    return g_test_run();
}
