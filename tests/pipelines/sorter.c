/* SPDX-License-Identifier: BSD-2-Clause */
#include "sorter.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <glib/gstdio.h>

typedef struct {
    char *root, *into;
} Fixture;

static void
set_up(Fixture *fixture, gconstpointer data)
{
    fixture->root = g_dir_make_tmp("effnet-sorter-XXXXXX", NULL);
    fixture->into = g_build_filename(fixture->root, "sorted", "here", NULL);
}

static void
tear_down(Fixture *fixture, gconstpointer data)
{
    g_autofree char *remove = g_strdup_printf("rm -r '%s'", fixture->root);

    g_assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
    g_free(fixture->into);
    g_free(fixture->root);
}

/* Writes TEXT into root/NAME; returns its path. */
static char *
put(const Fixture *fixture, const char *name, const char *text)
{
    char *path = g_build_filename(fixture->root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0777), ==, 0);
    g_assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static void
sort(EffNetSorter *sorter, const char *path, const char *label, guint index)
{
    g_autoptr(GError) error = NULL;

    effnet_sorter_put(sorter, path, label, index, &error);
    g_assert_no_error(error);
}

/* Checks that NAME in the sorted folder contains TEXT, and is a link to TARGET if that is not
 * NULL. */
static void
assert_there(const Fixture *fixture, const char *name, const char *text, const char *target)
{
    g_autofree char *path = g_build_filename(fixture->into, name, NULL);
    g_autofree char *link = g_file_read_link(path, NULL), *found = NULL;

    g_assert_cmpstr(link, ==, target);
    g_assert_true(g_file_get_contents(path, &found, NULL, NULL));
    g_assert_cmpstr(found, ==, text);
}

static guint
count(const Fixture *fixture, const char *name)
{
    g_autofree char *path = g_build_filename(fixture->into, name, NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    guint n = 0;

    while (g_dir_read_name(dir))
        n++;
    return n;
}

static void
check(Fixture *fixture, gboolean copy)
{
    g_autofree char *a = put(fixture, "a/1.jpg", "first"), *b = put(fixture, "b/1.jpg", "second");

    for (guint i = 0; i < 2; i++) { /* the second time, all files are there already */
        g_autoptr(EffNetSorter) sorter = effnet_sorter_new(fixture->into, copy, NULL);

        sort(sorter, a, "cat, house cat", 1);
        sort(sorter, b, "cat, house cat", 1);
        sort(sorter, a, "cat, big cat", 2);
        sort(sorter, a, "../../up", 3);
        assert_there(fixture, "cat/1.jpg", "first", copy ? NULL : a);
        assert_there(fixture, "cat/1-2.jpg", "second", copy ? NULL : b);
        assert_there(fixture, "cat-2/1.jpg", "first", copy ? NULL : a);
        assert_there(fixture, "_.._up/1.jpg", "first", copy ? NULL : a);
        g_assert_cmpuint(count(fixture, "cat"), ==, 2);
        g_assert_cmpuint(count(fixture, ""), ==, 3);
    }
}

static void
test_links(Fixture *fixture, gconstpointer data)
{
    check(fixture, FALSE);
}

static void
test_copies(Fixture *fixture, gconstpointer data)
{
    check(fixture, TRUE);
}

static void
test_large_copy(Fixture *fixture, gconstpointer data)
{
    g_autofree char *text = g_strnfill((3 << 20) + 5, 'x'), *path = NULL;
    g_autoptr(EffNetSorter) sorter = effnet_sorter_new(fixture->into, TRUE, NULL);

    path = put(fixture, "large.mp4", text);
    sort(sorter, path, "cat", 1);
    assert_there(fixture, "cat/large.mp4", text, NULL);
}

/* Existing files of other content are left alone. */
static void
test_others(Fixture *fixture, gconstpointer data)
{
    g_autofree char *a = put(fixture, "a", "first"), *dangling = NULL;
    g_autoptr(EffNetSorter) sorter = effnet_sorter_new(fixture->into, TRUE, NULL);

    g_free(put(fixture, "sorted/here/cat/a", "other"));
    dangling = g_build_filename(fixture->into, "cat", "a-2", NULL);
    g_assert_cmpint(symlink("/nonexistent/file", dangling), ==, 0);
    sort(sorter, a, "cat", 1);
    assert_there(fixture, "cat/a", "other", NULL);
    assert_there(fixture, "cat/a-3", "first", NULL);
    g_assert_cmpuint(count(fixture, "cat"), ==, 3);
}

static void
test_failures(Fixture *fixture, gconstpointer data)
{
    g_autofree char *file = put(fixture, "file", "x"), *gone = g_strconcat(file, "-gone", NULL);
    g_autoptr(EffNetSorter) sorter = NULL;
    g_autoptr(GError) error = NULL;

    g_free(put(fixture, "sorted/here/dog", "no folder"));
    g_assert_null(effnet_sorter_new(file, FALSE, &error));
    g_assert_nonnull(strstr(error->message, file));
    g_clear_error(&error);
    sorter = effnet_sorter_new(fixture->into, TRUE, &error);
    g_assert_no_error(error);
    g_assert_false(effnet_sorter_put(sorter, gone, "cat", 1, &error));
    g_assert_nonnull(strstr(error->message, "No such file"));
    g_assert_cmpuint(count(fixture, "cat"), ==, 0);
    g_clear_error(&error);
    g_assert_false(effnet_sorter_put(sorter, file, "dog", 2, &error));
    g_assert_nonnull(strstr(error->message, "dog"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add("/sorter/links", Fixture, NULL, set_up, test_links, tear_down);
    g_test_add("/sorter/copies", Fixture, NULL, set_up, test_copies, tear_down);
    g_test_add("/sorter/large-copy", Fixture, NULL, set_up, test_large_copy, tear_down);
    g_test_add("/sorter/others", Fixture, NULL, set_up, test_others, tear_down);
    g_test_add("/sorter/failures", Fixture, NULL, set_up, test_failures, tear_down);
    return g_test_run();
}
