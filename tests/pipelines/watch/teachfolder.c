/* SPDX-License-Identifier: BSD-2-Clause */
#include "teachfolder.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

#include "checkpoint.h"

static const EffNetWatchRetentionLimits roomy = {.files = 100, .bytes = 100000};

static EffNetWatchTeachFolder *
open_folder(const char *path, const EffNetWatchRetentionLimits *limits, gboolean rotates)
{
    EffNetWatchTeachFolder *folder = effnet_watch_teach_folder_new(path, limits, rotates, NULL);

    g_assert_nonnull(folder);
    return folder;
}

static gboolean
add(EffNetWatchTeachFolder *folder, const char *class, const char *stem, const char *text,
    GError **error)
{
    g_autoptr(GBytes) bytes = g_bytes_new_static(text, strlen(text));

    return effnet_watch_teach_folder_add(folder, class, stem, "jpg", bytes, error);
}

static void
assert_class(EffNetWatchTeachFolder *folder, const char *name, guint files, guint64 bytes)
{
    g_autoptr(GPtrArray) classes = effnet_watch_teach_folder_list_classes(folder);

    for (guint i = 0; i < classes->len; i++) {
        const EffNetWatchTeachClass *class = g_ptr_array_index(classes, i);

        if (!g_str_equal(class->name, name))
            continue;
        g_assert_cmpuint(class->files, ==, files);
        g_assert_cmpuint(class->bytes, ==, bytes);
        return;
    }
    g_assert_cmpuint(files, ==, 0);
}

static void
test_pictures(void)
{
    char *path = effnet_test_make_folder();
    g_autofree char *deep = g_build_filename(path, "not", "there", NULL);
    g_autoptr(EffNetWatchTeachFolder) folder = open_folder(deep, &roomy, FALSE);
    g_autoptr(GPtrArray) names = NULL;
    g_autoptr(GBytes) bytes = NULL;
    g_autofree char *first = g_build_filename(deep, "gate open", "cam-1.jpg", NULL);
    const struct timespec before[2] = {{1000, 0}, {1000, 0}};

    g_assert_cmpstr(effnet_watch_teach_folder_get_path(folder), ==, deep);
    g_assert_true(add(folder, "gate open", "cam-1", "one", NULL));
    g_assert_cmpint(utimensat(AT_FDCWD, first, before, 0), ==, 0);
    g_assert_true(add(folder, "gate open", "cam-1", "three", NULL));
    g_assert_true(add(folder, "T\xc3\xbcr zu", "cam-1", "!", NULL));
    assert_class(folder, "gate open", 2, 8);
    assert_class(folder, "T\xc3\xbcr zu", 1, 1);
    names = effnet_watch_teach_folder_list(folder, "gate open", NULL);
    g_assert_cmpuint(names->len, ==, 2);
    g_assert_cmpstr(g_ptr_array_index(names, 0), ==, "cam-1-1.jpg");
    g_assert_cmpstr(g_ptr_array_index(names, 1), ==, "cam-1.jpg");
    bytes = effnet_watch_teach_folder_read(folder, "gate open", "cam-1-1.jpg", NULL);
    g_assert_cmpmem(g_bytes_get_data(bytes, NULL), g_bytes_get_size(bytes), "three", 5);

    g_assert_true(effnet_watch_teach_folder_remove(folder, "gate open", "cam-1.jpg", NULL));
    assert_class(folder, "gate open", 1, 5);
    g_assert_true(effnet_watch_teach_folder_remove(folder, "gate open", "cam-1-1.jpg", NULL));
    assert_class(folder, "gate open", 0, 0);
    effnet_test_remove_folder(path);
}

static void
test_names(void)
{
    static const char *const classes[] = {
        "",     ".",    "..", ".hidden", "a/b", "/a", "../a", "a\nb", "a\x1b[1m",
        "\xff", "a\\b", "c:", "a,b",     "-a",  " a", "a ",   "a.",   "a|b",
    };
    static const char *const pictures[] = {"", ".", "..", "../x.jpg", "a/b.jpg", "\xff.jpg", ".x"};
    char *path = effnet_test_make_folder();
    g_autofree char *taught = g_build_filename(path, "taught", NULL);
    g_autofree char *beside = g_build_filename(path, "x.jpg", NULL);
    g_autofree char *longest = g_strnfill(300, 'a');
    g_autoptr(EffNetWatchTeachFolder) folder = open_folder(taught, &roomy, FALSE);

    g_assert_true(g_file_set_contents(beside, "mine", -1, NULL));
    g_assert_true(effnet_watch_teach_folder_is_class("gate open 2"));
    g_assert_false(effnet_watch_teach_folder_is_class(NULL));
    g_assert_false(effnet_watch_teach_folder_is_class(longest));
    for (guint i = 0; i < G_N_ELEMENTS(classes); i++) {
        g_autoptr(GError) error = NULL;

        g_assert_false(effnet_watch_teach_folder_is_class(classes[i]));
        g_assert_false(add(folder, classes[i], "x", "text", &error));
        g_assert_true(g_str_has_prefix(error->message, "the name of a class must be"));
    }
    g_assert_true(add(folder, "a", "x", "text", NULL));
    for (guint i = 0; i < G_N_ELEMENTS(pictures); i++) {
        g_assert_null(effnet_watch_teach_folder_read(folder, "a", pictures[i], NULL));
        g_assert_false(effnet_watch_teach_folder_remove(folder, "a", pictures[i], NULL));
        g_assert_null(effnet_watch_teach_folder_read(folder, pictures[i], "x.jpg", NULL));
        g_assert_false(effnet_watch_teach_folder_remove(folder, pictures[i], "x.jpg", NULL));
        g_assert_null(effnet_watch_teach_folder_list(folder, pictures[i], NULL));
    }
    g_assert_null(effnet_watch_teach_folder_read(folder, "a", NULL, NULL));
    g_assert_null(effnet_watch_teach_folder_list(folder, NULL, NULL));
    g_assert_true(g_file_test(beside, G_FILE_TEST_EXISTS));
    assert_class(folder, "a", 1, 4);
    effnet_test_remove_folder(path);
}

/* Links lead to folders of others, wherever they are. */
static void
test_links(void)
{
    char *path = effnet_test_make_folder();
    g_autofree char *taught = g_build_filename(path, "taught", NULL);
    g_autofree char *other = g_build_filename(path, "other", NULL);
    g_autofree char *secret = g_build_filename(other, "secret.jpg", NULL);
    g_autofree char *class = g_build_filename(taught, "class", NULL);
    g_autofree char *link = g_build_filename(class, "link.jpg", NULL);
    g_autofree char *folder_link = g_build_filename(taught, "stolen", NULL);
    g_autofree char *fifo = g_build_filename(class, "pipe.jpg", NULL);
    g_autoptr(EffNetWatchTeachFolder) folder = open_folder(taught, &roomy, FALSE);
    g_autoptr(GPtrArray) names = NULL;
    g_autoptr(GError) error = NULL;

    g_assert_cmpint(g_mkdir(other, 0700), ==, 0);
    g_assert_true(g_file_set_contents(secret, "secret", -1, NULL));
    g_assert_true(add(folder, "class", "mine", "text", NULL));
    g_assert_cmpint(symlink(secret, link), ==, 0);
    g_assert_cmpint(symlink(other, folder_link), ==, 0);
    g_assert_cmpint(mkfifo(fifo, 0600), ==, 0);

    g_assert_null(effnet_watch_teach_folder_read(folder, "class", "link.jpg", NULL));
    g_assert_null(effnet_watch_teach_folder_read(folder, "class", "pipe.jpg", NULL));
    g_assert_null(effnet_watch_teach_folder_read(folder, "stolen", "secret.jpg", NULL));
    g_assert_false(effnet_watch_teach_folder_remove(folder, "stolen", "secret.jpg", NULL));
    g_assert_null(effnet_watch_teach_folder_list(folder, "stolen", NULL));
    g_assert_false(add(folder, "stolen", "new", "text", &error));
    g_assert_nonnull(strstr(error->message, "stolen"));
    assert_class(folder, "class", 1, 4);
    assert_class(folder, "stolen", 0, 0);
    names = effnet_watch_teach_folder_list(folder, "class", NULL);
    g_assert_cmpuint(names->len, ==, 1);
    g_assert_true(g_file_test(secret, G_FILE_TEST_EXISTS));
    effnet_test_remove_folder(path);
}

static void
test_limits(void)
{
    static const EffNetWatchRetentionLimits few = {.files = 2, .bytes = 10};
    char *path = effnet_test_make_folder();
    g_autoptr(EffNetWatchTeachFolder) folder = open_folder(path, &few, FALSE);
    g_autoptr(GError) many = NULL, large = NULL;

    g_assert_true(add(folder, "a", "1", "1234", NULL));
    g_assert_true(add(folder, "b", "1", "1234", NULL));
    g_assert_false(add(folder, "c", "1", "1", &many));
    g_assert_nonnull(strstr(many->message, "it may have 2 files"));
    g_assert_true(effnet_watch_teach_folder_remove(folder, "b", "1.jpg", NULL));
    g_assert_false(add(folder, "c", "1", "1234567", &large));
    assert_class(folder, "c", 0, 0);
    g_assert_true(add(folder, "c", "1", "123456", NULL));
    effnet_test_remove_folder(path);
}

/* The oldest pictures make room, whatever their class is. */
static void
test_rotation(void)
{
    static const EffNetWatchRetentionLimits few = {.files = 2, .bytes = 10};
    char *path = effnet_test_make_folder();
    g_autofree char *oldest = g_build_filename(path, "b", "1.jpg", NULL);
    g_autoptr(EffNetWatchTeachFolder) folder = open_folder(path, &few, TRUE);
    const struct timespec long_ago[2] = {{1000, 0}, {1000, 0}};

    g_assert_true(add(folder, "a", "1", "1234", NULL));
    g_assert_true(add(folder, "b", "1", "1234", NULL));
    g_assert_cmpint(utimensat(AT_FDCWD, oldest, long_ago, 0), ==, 0);
    g_assert_true(add(folder, "a", "2", "1234", NULL));
    assert_class(folder, "a", 2, 8);
    assert_class(folder, "b", 0, 0);
    g_assert_true(add(folder, "a", "3", "123456789", NULL));
    assert_class(folder, "a", 1, 9);
    g_assert_false(add(folder, "a", "4", "12345678901", NULL));
    effnet_test_remove_folder(path);
}

/* What others do in the folder is seen. */
static void
test_others(void)
{
    char *path = effnet_test_make_folder();
    g_autofree char *class = g_build_filename(path, "a", NULL);
    g_autofree char *file = g_build_filename(class, "holiday.png", NULL);
    g_autoptr(EffNetWatchTeachFolder) folder = open_folder(path, &roomy, FALSE);
    const struct timespec before[2] = {{1000, 0}, {1000, 0}};

    assert_class(folder, "a", 0, 0);
    g_assert_cmpint(g_mkdir(class, 0700), ==, 0);
    g_assert_cmpint(utimensat(AT_FDCWD, class, before, 0), ==, 0);
    assert_class(folder, "a", 0, 0);
    g_assert_true(g_file_set_contents(file, "12345", -1, NULL));
    assert_class(folder, "a", 1, 5);
    effnet_test_remove_folder(path);
}

static void
test_no_folder(void)
{
    char *path = effnet_test_make_folder();
    g_autofree char *file = g_build_filename(path, "file", NULL);
    g_autoptr(GError) error = NULL;

    g_assert_true(g_file_set_contents(file, "text", -1, NULL));
    g_assert_null(effnet_watch_teach_folder_new(file, &roomy, FALSE, &error));
    g_assert_true(g_str_has_prefix(error->message, file));
    effnet_test_remove_folder(path);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/teachfolder/pictures", test_pictures);
    g_test_add_func("/teachfolder/names", test_names);
    g_test_add_func("/teachfolder/links", test_links);
    g_test_add_func("/teachfolder/limits", test_limits);
    g_test_add_func("/teachfolder/rotation", test_rotation);
    g_test_add_func("/teachfolder/others", test_others);
    g_test_add_func("/teachfolder/no-folder", test_no_folder);
    return g_test_run();
}
