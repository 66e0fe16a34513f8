/* SPDX-License-Identifier: BSD-2-Clause */
#include "cache.h"
#include "memory.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#define BYTES 300000

typedef struct {
    char *folder, *cache, *source; /* the folder, and paths in it */
    guint8 *weights;
    EffNetCacheEntry entry;
} Fixture;

static void
write_source(const Fixture *f, const char *content)
{
    g_assert_true(g_file_set_contents(f->source, content, -1, NULL));
}

static void
look_at_source(Fixture *f)
{
    g_assert_true(effnet_identity_of(f->source, &f->entry.identity));
}

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("effnet-cache-XXXXXX", NULL);
    f->cache = g_build_filename(f->folder, "a", "b", NULL);
    f->source = g_build_filename(f->folder, "model.pth", NULL);
    f->weights = g_malloc(BYTES);
    for (gsize i = 0; i < BYTES; i++)
        f->weights[i] = i * 7 / 3;
    write_source(f, "first content");
    f->entry = (EffNetCacheEntry){.folder = f->cache, .source = f->source, .key = "key"};
    look_at_source(f);
}

static char *
only_file(const Fixture *f)
{
    g_autoptr(GDir) dir = g_dir_open(f->cache, 0, NULL);
    const char *name = dir ? g_dir_read_name(dir) : NULL;
    char *path = name ? g_build_filename(f->cache, name, NULL) : NULL;

    if (path)
        g_assert_null(g_dir_read_name(dir));
    return path;
}

static void
remove_all(const char *path)
{
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inside = g_build_filename(path, name, NULL);

        remove_all(inside);
    }
    g_remove(path);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    remove_all(f->folder);
    g_free(f->folder);
    g_free(f->cache);
    g_free(f->source);
    g_free(f->weights);
}

static gboolean
is_there(const Fixture *f)
{
    gpointer weights = effnet_cache_load(&f->entry, BYTES);

    if (!weights)
        return FALSE;
    g_assert_cmpmem(weights, BYTES, f->weights, BYTES);
    g_assert_cmpuint((gsize)weights % EFFNET_ALIGNMENT, ==, 0);
    free(weights);
    return TRUE;
}

static void
test_kept(Fixture *f, gconstpointer data)
{
    g_assert_false(is_there(f));
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_true(is_there(f));
    g_assert_null(effnet_cache_load(&f->entry, BYTES - 64));
    f->entry.key = "another key";
    g_assert_false(is_there(f));
}

/* Corrupts one byte of the magic number, the size, the sum, the key or the weights; then truncates
 * the file. */
static void
test_corrupt(Fixture *f, gconstpointer data)
{
    static const gsize places[] = {0, 24, 40, 2168, 4096, 4096 + BYTES / 2, 4096 + BYTES - 1};
    g_autofree char *path = NULL;

    effnet_cache_store(&f->entry, f->weights, BYTES);
    path = only_file(f);
    for (gsize i = 0; i < G_N_ELEMENTS(places); i++) {
        int fd = g_open(path, O_RDWR);
        guint8 byte;

        g_assert_cmpint(pread(fd, &byte, 1, places[i]), ==, 1);
        byte ^= 0x10;
        g_assert_cmpint(pwrite(fd, &byte, 1, places[i]), ==, 1);
        close(fd);
        g_assert_false(is_there(f));
        effnet_cache_store(&f->entry, f->weights, BYTES);
        g_assert_true(is_there(f));
    }
    g_assert_cmpint(truncate(path, 4096 + BYTES - 1), ==, 0);
    g_assert_false(is_there(f));
    g_assert_cmpint(truncate(path, 0), ==, 0);
    g_assert_false(is_there(f));
}

/* A source of the same length and time of modification, but with other content. */
static void
test_changed_source(Fixture *f, gconstpointer data)
{
    struct stat st;
    int fd;

    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_cmpint(stat(f->source, &st), ==, 0);
    fd = g_open(f->source, O_WRONLY);
    g_assert_cmpint(write(fd, "other content", 13), ==, 13);
    g_assert_cmpint(futimens(fd, (struct timespec[]){st.st_atim, st.st_mtim}), ==, 0);
    close(fd);
    /* Where clocks are coarse, a change so soon may keep the time of change. */
    look_at_source(f);
    f->entry.identity.changed_ns ^= 1;
    g_assert_false(is_there(f));
}

static void
test_touched_source(Fixture *f, gconstpointer data)
{
    effnet_cache_store(&f->entry, f->weights, BYTES);
    f->entry.identity.modified++;
    g_assert_true(is_there(f));
    /* The new identity was remembered: the content is not read again. */
    g_unlink(f->source);
    g_assert_true(is_there(f));
    f->entry.identity.modified++;
    g_assert_false(is_there(f));
}

/* A source that was written to since it was packed: the weights are not its own. */
static void
test_written_source(Fixture *f, gconstpointer data)
{
    f->entry.identity.modified--;
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_null(only_file(f));
}

static void
test_unwritable(Fixture *f, gconstpointer data)
{
    write_source(f, "a file where the folder would be");
    look_at_source(f);
    f->entry.folder = f->source;
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_false(is_there(f));
}

static void
test_orphans(Fixture *f, gconstpointer data)
{
    g_autofree char *path = NULL;

    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_unlink(f->source);
    g_free(f->source);
    f->source = g_build_filename(f->folder, "another.pth", NULL);
    write_source(f, "second content");
    f->entry.source = f->source;
    look_at_source(f);
    effnet_cache_store(&f->entry, f->weights, BYTES);
    path = only_file(f);
    g_assert_nonnull(path);
    g_assert_true(is_there(f));
}

/* Files of a process that was killed while storing, and of one that still is. */
static void
test_abandoned(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *name;
        gint64 age;
        gboolean stays;
    } files[] = {
        {"0123.weights.aB3xYz", 2 * 3600, FALSE},
        {"0123.weights.aB3xYw", 60, TRUE},
        {"0123.weights.aB3xYzw", 2 * 3600, TRUE},
        {"notes.aB3xYz", 2 * 3600, TRUE},
    };
    const gint64 now = g_get_real_time() / G_USEC_PER_SEC;

    g_assert_cmpint(g_mkdir_with_parents(f->cache, 0700), ==, 0);
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(f->cache, files[i].name, NULL);
        const struct timespec then = {.tv_sec = now - files[i].age};

        g_assert_true(g_file_set_contents(path, "half", -1, NULL));
        g_assert_cmpint(utimensat(AT_FDCWD, path, (struct timespec[]){then, then}, 0), ==, 0);
    }
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_true(is_there(f));
    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autofree char *path = g_build_filename(f->cache, files[i].name, NULL);

        g_assert_cmpint(g_file_test(path, G_FILE_TEST_EXISTS), ==, files[i].stays);
    }
}

/* A file that is truncated while its weights are in use: they stay as they were read. */
static void
test_cut_in_use(Fixture *f, gconstpointer data)
{
    g_autofree char *path = NULL;
    gpointer weights;

    effnet_cache_store(&f->entry, f->weights, BYTES);
    path = only_file(f);
    weights = effnet_cache_load(&f->entry, BYTES);
    g_assert_nonnull(weights);
    g_assert_cmpint(truncate(path, 0), ==, 0);
    g_assert_cmpmem(weights, BYTES, f->weights, BYTES);
    free(weights);
}

/* A FIFO in place of the file, and among the leftovers: nobody waits for a writer. */
static void
test_fifo(Fixture *f, gconstpointer data)
{
    g_autofree char *path = NULL, *other = g_build_filename(f->cache, "0123.weights", NULL);

    effnet_cache_store(&f->entry, f->weights, BYTES);
    path = only_file(f);
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(mkfifo(path, 0600), ==, 0);
    g_assert_cmpint(mkfifo(other, 0600), ==, 0);
    g_assert_false(is_there(f));
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_true(is_there(f));
}

/* A folder or file that others may write to, or, as root sees it, that belongs to another user. */
static void
test_trust(Fixture *f, gconstpointer data)
{
    g_autofree char *path = NULL;

    effnet_cache_store(&f->entry, f->weights, BYTES);
    path = only_file(f);
    for (mode_t bit = S_IWOTH; bit <= S_IWGRP; bit <<= 3) {
        g_assert_cmpint(chmod(f->cache, 0700 | bit), ==, 0);
        g_assert_false(is_there(f));
        g_assert_cmpint(chmod(f->cache, 0700), ==, 0);
        g_assert_true(is_there(f));
        g_assert_cmpint(chmod(path, 0600 | bit), ==, 0);
        g_assert_false(is_there(f));
        g_assert_cmpint(chmod(path, 0600), ==, 0);
        g_assert_true(is_there(f));
    }
    g_assert_cmpint(g_unlink(path), ==, 0);
    g_assert_cmpint(chmod(f->cache, 0777), ==, 0);
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_null(only_file(f));
    g_assert_cmpint(chmod(f->cache, 0700), ==, 0);
    if (geteuid() != 0)
        return;
    g_assert_cmpint(chown(f->cache, 65534, -1), ==, 0);
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_null(only_file(f));
}

/* A relative folder, as from an empty or relative home. */
static void
test_relative(Fixture *f, gconstpointer data)
{
    g_autofree char *before = g_get_current_dir();

    g_assert_cmpint(g_chdir(f->folder), ==, 0);
    f->entry.folder = "a/b";
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_false(g_file_test("a", G_FILE_TEST_EXISTS));
    f->entry.folder = f->cache;
    effnet_cache_store(&f->entry, f->weights, BYTES);
    g_assert_true(is_there(f));
    f->entry.folder = "a/b";
    g_assert_false(is_there(f));
    g_assert_cmpint(g_chdir(before), ==, 0);
}

static gpointer
store_often(gpointer data)
{
    const Fixture *f = data;

    for (int i = 0; i < 20; i++) {
        effnet_cache_store(&f->entry, f->weights, BYTES);
        g_assert_true(is_there(f));
    }
    return NULL;
}

static void
test_at_once(Fixture *f, gconstpointer data)
{
    GThread *threads[4];

    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        threads[i] = g_thread_new("store", store_often, f);
    for (gsize i = 0; i < G_N_ELEMENTS(threads); i++)
        g_thread_join(threads[i]);
    g_free(only_file(f));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/cache/kept", Fixture, NULL, set_up, test_kept, tear_down);
    g_test_add("/cache/corrupt", Fixture, NULL, set_up, test_corrupt, tear_down);
    g_test_add("/cache/changed-source", Fixture, NULL, set_up, test_changed_source, tear_down);
    g_test_add("/cache/touched-source", Fixture, NULL, set_up, test_touched_source, tear_down);
    g_test_add("/cache/written-source", Fixture, NULL, set_up, test_written_source, tear_down);
    g_test_add("/cache/unwritable", Fixture, NULL, set_up, test_unwritable, tear_down);
    g_test_add("/cache/orphans", Fixture, NULL, set_up, test_orphans, tear_down);
    g_test_add("/cache/abandoned", Fixture, NULL, set_up, test_abandoned, tear_down);
    g_test_add("/cache/cut-in-use", Fixture, NULL, set_up, test_cut_in_use, tear_down);
    g_test_add("/cache/fifo", Fixture, NULL, set_up, test_fifo, tear_down);
    g_test_add("/cache/trust", Fixture, NULL, set_up, test_trust, tear_down);
    g_test_add("/cache/relative", Fixture, NULL, set_up, test_relative, tear_down);
    g_test_add("/cache/at-once", Fixture, NULL, set_up, test_at_once, tear_down);
    return g_test_run();
}
