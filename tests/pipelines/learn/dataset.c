/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/dataset.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

typedef struct {
    char *folder;
} Fixture;

static void
set_up(Fixture *f, gconstpointer data)
{
    f->folder = g_dir_make_tmp("effnet-dataset-XXXXXX", NULL);
}

static void
remove_all(const char *path)
{
    g_autoptr(GDir) dir =
        g_file_test(path, G_FILE_TEST_IS_SYMLINK) ? NULL : g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);

        remove_all(inner);
    }
    g_remove(path);
}

static void
tear_down(Fixture *f, gconstpointer data)
{
    remove_all(f->folder);
    g_free(f->folder);
}

static void
make(const Fixture *f, const char *path)
{
    g_autofree char *full = g_build_filename(f->folder, path, NULL);
    g_autofree char *folder = g_path_get_dirname(full);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0700), ==, 0);
    g_assert_true(g_file_set_contents(full, "", 0, NULL));
}

static const EffNetExample *
example(const EffNetDataset *dataset, guint i)
{
    return g_ptr_array_index(dataset->examples, i);
}

static void
assert_example(const EffNetDataset *dataset, guint i, const char *end, const char *labels)
{
    g_autoptr(GString) found = g_string_new(NULL);

    for (guint k = 0; k < example(dataset, i)->n_labels; k++)
        g_string_append_printf(
            found, "%s%s", k ? ";" : "",
            (char *)g_ptr_array_index(dataset->labels, example(dataset, i)->labels[k]));
    g_assert_true(g_str_has_suffix(example(dataset, i)->path, end));
    g_assert_cmpstr(found->str, ==, labels);
}

static void
assert_fails(EffNetDataset *dataset, GError **error, const char *says)
{
    g_assert_null(dataset);
    if (!strstr((*error)->message, says))
        g_error("\"%s\" is not in \"%s\"", says, (*error)->message);
    g_clear_error(error);
}

static void
test_folder(Fixture *f, gconstpointer data)
{
    g_autoptr(EffNetDataset) dataset = NULL;
    g_autofree char *link = g_build_filename(f->folder, "fox", NULL);
    g_autofree char *target = g_build_filename(f->folder, ".elsewhere", NULL);

    make(f, "cat/2.jpg");
    make(f, "cat/1.jpg");
    make(f, "cat/.hidden.jpg");
    make(f, "cat/indoor/3.jpg");
    make(f, "dog/1.jpg");
    make(f, ".elsewhere/1.jpg");
    make(f, "notes.txt");
    g_assert_cmpint(symlink(target, link), ==, 0);
    dataset = effnet_dataset_open_folder(f->folder, NULL);
    g_assert_cmpuint(dataset->labels->len, ==, 3);
    g_assert_cmpuint(dataset->examples->len, ==, 5);
    g_assert_false(dataset->multi);
    assert_example(dataset, 0, "cat/1.jpg", "cat");
    assert_example(dataset, 1, "cat/2.jpg", "cat");
    assert_example(dataset, 2, "cat/indoor/3.jpg", "cat");
    assert_example(dataset, 3, "dog/1.jpg", "dog");
    assert_example(dataset, 4, "fox/1.jpg", "fox");
}

static void
test_folder_failures(Fixture *f, gconstpointer data)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *empty = g_build_filename(f->folder, "empty", NULL);
    g_autofree char *loop = g_build_filename(f->folder, "a", "loop", NULL);
    g_autofree char *odd = g_build_filename(f->folder, "a\x1b[31m", NULL);
    g_autofree char *latin = g_build_filename(f->folder, "\xe4", NULL);

    assert_fails(effnet_dataset_open_folder("/nonexistent", &error), &error, "/nonexistent");
    assert_fails(effnet_dataset_open_folder(f->folder, &error), &error, "no folders");
    g_assert_cmpint(g_mkdir(empty, 0700), ==, 0);
    assert_fails(effnet_dataset_open_folder(f->folder, &error), &error, "without a picture");
    g_rmdir(empty);
    make(f, "a/1.jpg");
    g_assert_cmpint(symlink(f->folder, loop), ==, 0);
    assert_fails(effnet_dataset_open_folder(f->folder, &error), &error, "a link to one");
    g_unlink(loop);
    g_assert_cmpint(g_mkdir(odd, 0700), ==, 0);
    assert_fails(effnet_dataset_open_folder(f->folder, &error), &error, "control character");
    g_rmdir(odd);
    g_assert_cmpint(g_mkdir(latin, 0700), ==, 0);
    assert_fails(effnet_dataset_open_folder(f->folder, &error), &error, "not UTF-8");
}

static EffNetDataset *
open_list(const Fixture *f, const char *text, GError **error)
{
    g_autofree char *path = g_build_filename(f->folder, "list.csv", NULL);

    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return effnet_dataset_open_list(path, error);
}

static void
test_list(Fixture *f, gconstpointer data)
{
    g_autoptr(EffNetDataset) dataset = open_list(f,
                                                 "\xef\xbb\xbfpath,labels\r\n"
                                                 "b.jpg,parcel/box\r\n"
                                                 "\r\n"
                                                 "/tmp/a.jpg, gate \r\n"
                                                 "\"c,\"\"d\"\".jpg\",\"gate\"\n"
                                                 "e.jpg,gate",
                                                 NULL);

    g_assert_cmpuint(dataset->labels->len, ==, 2);
    g_assert_cmpuint(dataset->examples->len, ==, 4);
    g_assert_false(dataset->multi);
    for (guint i = 0; i < 4; i++) {
        const char *path = example(dataset, i)->path;

        if (g_str_equal(path, "/tmp/a.jpg") || g_str_has_suffix(path, "/c,\"d\".jpg") ||
            g_str_has_suffix(path, "/e.jpg"))
            assert_example(dataset, i, ".jpg", "gate");
        else
            assert_example(dataset, i, "/b.jpg", "parcel/box");
        g_assert_true(g_path_is_absolute(path));
    }
}

static void
test_several_labels(Fixture *f, gconstpointer data)
{
    g_autoptr(EffNetDataset) dataset = open_list(f, "a,dog; cat;dog\nb,\nc,\"ant;dog\"\n", NULL);

    g_assert_true(dataset->multi);
    assert_example(dataset, 0, "/a", "cat;dog");
    assert_example(dataset, 1, "/b", "");
    assert_example(dataset, 2, "/c", "ant;dog");
}

static void
test_list_failures(Fixture *f, gconstpointer data)
{
    static const struct {
        const char *text, *says;
    } wrong[] = {
        {"a\n", "line 1"},
        {"a,b\nc,d,e\n", "line 2"},
        {",b\n", "line 1"},
        {"\"a,b\n", "line 1"},
        {"\"a\"x,b\n", "line 1"},
        {"a,b;;c\n", "without a letter"},
        {"a,b\x07\n", "control character"},
        {"a,\xff\n", "not UTF-8"},
        {"", "no picture"},
        {"a,\n", "no picture"},
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *path = g_build_filename(f->folder, "list.csv", NULL);

    for (gsize i = 0; i < G_N_ELEMENTS(wrong); i++)
        assert_fails(open_list(f, wrong[i].text, &error), &error, wrong[i].says);
    g_assert_true(g_file_set_contents(path, "a,b\0c\n", 6, NULL));
    assert_fails(effnet_dataset_open_list(path, &error), &error, "no text");
    assert_fails(effnet_dataset_open_list("/nonexistent", &error), &error, "/nonexistent");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/learn/dataset/folder", Fixture, NULL, set_up, test_folder, tear_down);
    g_test_add("/learn/dataset/folder-failures", Fixture, NULL, set_up, test_folder_failures,
               tear_down);
    g_test_add("/learn/dataset/list", Fixture, NULL, set_up, test_list, tear_down);
    g_test_add("/learn/dataset/several-labels", Fixture, NULL, set_up, test_several_labels,
               tear_down);
    g_test_add("/learn/dataset/list-failures", Fixture, NULL, set_up, test_list_failures,
               tear_down);
    return g_test_run();
}
