/* SPDX-License-Identifier: BSD-2-Clause */
#include "convert/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <effnet/error.h>
#include <glib/gstdio.h>

#include "checkpoint.h"

typedef struct {
    char *root, *folder;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->root = effnet_test_make_folder();
    f->folder = g_build_filename(f->root, "cache", "converted", NULL);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    effnet_test_remove_folder(f->root);
    g_free(f->folder);
}

static EffNetStore *
open_store(const Fixture *f, const char *input, const char *arch, const char *content)
{
    GError *error = NULL;
    EffNetStore *store =
        effnet_store_open(f->folder, input, arch, content, strlen(content), NULL, &error);

    g_assert_no_error(error);
    g_assert_nonnull(store);
    return store;
}

/* Each content, and each network that was asked for, has a place of its own. */
static void
test_places(Fixture *f, gconstpointer data)
{
    static const char *const inputs[][3] = {
        {"/a/cat.onnx", NULL, "cat"},
        {"/a/cat.onnx", "b0", "cat"},
        {"/a/cat.onnx", NULL, "dog"},
        {"/a/.onnx", NULL, "cat"},
    };
    g_autoptr(GHashTable) paths = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(inputs); i++) {
        g_autoptr(EffNetStore) store = open_store(f, inputs[i][0], inputs[i][1], inputs[i][2]);
        const char *path = effnet_store_get_path(store);

        g_assert_true(g_str_has_prefix(path, f->folder));
        g_assert_true(g_str_has_suffix(path, i == 3 ? "/.onnx.safetensors" : "/cat.safetensors"));
        g_assert_true(g_hash_table_add(paths, g_strdup(path)));
        g_assert_false(effnet_store_has(store));
    }
}

/* What is in the files beside the model counts as well, and their names, but not their order. */
static void
test_files(Fixture *f, gconstpointer data)
{
    static const char *const files[][4] = {
        {"a", "1", "b", "2"}, {"b", "2", "a", "1"}, {"a", "2", "b", "1"}, {"a", "1", "c", "2"}};
    g_autofree char *first = NULL;

    for (gsize i = 0; i < G_N_ELEMENTS(files); i++) {
        g_autoptr(GHashTable) beside =
            g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_bytes_unref);
        g_autoptr(EffNetStore) store = NULL;

        for (guint k = 0; k < 4; k += 2)
            g_hash_table_insert(beside, (gpointer)files[i][k], g_bytes_new(files[i][k + 1], 1));
        store = effnet_store_open(f->folder, "cat.onnx", NULL, "cat", 3, beside, NULL);
        g_assert_nonnull(store);
        if (i == 0)
            first = g_strdup(effnet_store_get_path(store));
        g_assert_true(g_str_equal(effnet_store_get_path(store), first) == (i < 2));
    }
}

static void
test_kept(Fixture *f, gconstpointer data)
{
    EffNetStore *store = open_store(f, "cat.onnx", NULL, "cat");
    g_autofree char *path = g_strdup(effnet_store_get_path(store));

    effnet_test_write_lite0(path, 1, 10, 1.0f);
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
    g_assert_true(effnet_store_has(store));
    g_assert_cmpint(g_chmod(path, 0620), ==, 0);
    g_assert_false(effnet_store_has(store));
    g_assert_cmpint(g_chmod(path, 0600), ==, 0);
    effnet_store_close(store);
    store = open_store(f, "/else/where/cat.h5", NULL, "cat");
    g_assert_cmpstr(effnet_store_get_path(store), ==, path);
    g_assert_true(effnet_store_has(store));
    g_assert_cmpint(truncate(path, 100), ==, 0);
    g_assert_false(effnet_store_has(store));
    effnet_store_close(store);
}

/* Whoever has a place writes into it before the next one gets it. */
static void
test_lock(Fixture *f, gconstpointer data)
{
    int ends[2], status;
    g_autoptr(EffNetStore) store = NULL;
    pid_t child;
    char byte;

    g_assert_cmpint(pipe(ends), ==, 0);
    child = fork();
    if (child == 0) {
        EffNetStore *first = open_store(f, "cat.onnx", NULL, "cat");

        if (write(ends[1], "x", 1) != 1)
            abort();
        g_usleep(G_USEC_PER_SEC / 5);
        effnet_test_write_lite0(effnet_store_get_path(first), 1, 10, 1.0f);
        effnet_store_close(first);
        _exit(0);
    }
    g_assert_cmpint(read(ends[0], &byte, 1), ==, 1);
    store = open_store(f, "cat.onnx", NULL, "cat");
    g_assert_true(effnet_store_has(store));
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    g_assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    close(ends[0]);
    close(ends[1]);
}

static void
write_file(const char *folder, const char *name, gint64 modified)
{
    g_autofree char *path = g_build_filename(folder, name, NULL);
    const struct timespec times[] = {{modified, 0}, {modified, 0}};

    g_assert_true(g_file_set_contents(path, "x", 1, NULL));
    g_assert_cmpint(utimensat(AT_FDCWD, folder, times, 0), ==, 0);
}

/* Unfinished files go at once, what nobody asked for in a month with the next that is closed;
 * what is not ours stays. */
static void
test_old(Fixture *f, gconstpointer data)
{
    gint64 now = g_get_real_time() / G_USEC_PER_SEC, month = 31 * 24 * 3600;
    EffNetStore *old = open_store(f, "old.onnx", NULL, "old");
    g_autofree char *old_path = g_strdup(effnet_store_get_path(old));
    g_autofree char *old_place = g_path_get_dirname(old_path), *place = NULL, *unfinished = NULL;
    g_autofree char *foreign = g_build_filename(f->folder, "foreign", NULL);
    g_autofree char *foreign_file = g_build_filename(foreign, "a", NULL);
    EffNetStore *store;

    effnet_store_close(old);
    write_file(old_place, "old.safetensors", now - month);
    g_assert_cmpint(g_mkdir(foreign, 0700), ==, 0);
    write_file(foreign, "a", now - month);
    store = open_store(f, "new.onnx", NULL, "new");
    place = g_path_get_dirname(effnet_store_get_path(store));
    unfinished = g_build_filename(place, ".1234.new.safetensors", NULL);
    effnet_store_close(store);
    g_assert_false(g_file_test(old_place, G_FILE_TEST_EXISTS));
    g_assert_true(g_file_test(foreign_file, G_FILE_TEST_EXISTS));
    write_file(place, ".1234.new.safetensors", now - month);
    store = open_store(f, "new.onnx", NULL, "new");
    g_assert_false(g_file_test(unfinished, G_FILE_TEST_EXISTS));
    effnet_store_close(store);
    g_assert_true(g_file_test(place, G_FILE_TEST_IS_DIR));
}

static void
refuse(const Fixture *f, const char *folder, const char *says)
{
    GError *error = NULL;

    g_assert_null(effnet_store_open(folder, "cat.onnx", NULL, "cat", 3, NULL, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND);
    g_assert_nonnull(strstr(error->message, says));
    g_assert_nonnull(strstr(error->message, "effnet convert"));
    g_clear_error(&error);
}

static void
test_refused(Fixture *f, gconstpointer data)
{
    g_autofree char *file = g_build_filename(f->root, "file", NULL);
    g_autofree char *below = g_build_filename(file, "converted", NULL), *place = NULL;
    EffNetStore *store;

    refuse(f, "relative", "no absolute path");
    g_assert_true(g_file_set_contents(file, "", 0, NULL));
    refuse(f, below, g_strerror(ENOTDIR));
    store = open_store(f, "cat.onnx", NULL, "cat");
    place = g_path_get_dirname(effnet_store_get_path(store));
    effnet_store_close(store);
    g_assert_cmpint(g_chmod(place, 0770), ==, 0);
    refuse(f, f->folder, "not yours alone");
    g_assert_cmpint(g_chmod(f->folder, 0702), ==, 0);
    refuse(f, f->folder, "not writable by its owner alone");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/convert/store/places", Fixture, NULL, set_up, test_places, tear_down);
    g_test_add("/convert/store/files", Fixture, NULL, set_up, test_files, tear_down);
    g_test_add("/convert/store/kept", Fixture, NULL, set_up, test_kept, tear_down);
    g_test_add("/convert/store/lock", Fixture, NULL, set_up, test_lock, tear_down);
    g_test_add("/convert/store/old", Fixture, NULL, set_up, test_old, tear_down);
    g_test_add("/convert/store/refused", Fixture, NULL, set_up, test_refused, tear_down);
    return g_test_run();
}
