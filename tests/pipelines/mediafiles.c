/* SPDX-License-Identifier: BSD-2-Clause */
#include "mediafiles.h"

#include <string.h>
#include <unistd.h>

#include <glib/gstdio.h>

static char *root;

static void
put(const char *name)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *folder = g_path_get_dirname(path);

    g_assert_cmpint(g_mkdir_with_parents(folder, 0777), ==, 0);
    g_assert_true(g_file_set_contents(path, "x", 1, NULL));
}

/* Checks that root/NAME without EXCEPT contains EXPECTED: names relative to root, separated by
 * spaces. */
static void
check(const char *name, const char *except, const char *expected)
{
    g_autofree char *path = g_build_filename(root, name, NULL);
    g_autofree char *without = except ? g_build_filename(root, except, NULL) : NULL;
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GString) found = g_string_new(NULL);
    g_autoptr(GError) error = NULL;

    effnet_media_files_add(files, path, without, &error);
    g_assert_no_error(error);
    for (guint i = 0; i < files->len; i++)
        g_string_append_printf(found, "%s%s", i > 0 ? " " : "",
                               (char *)files->pdata[i] + strlen(root) + 1);
    g_assert_cmpstr(found->str, ==, expected);
}

static void
test_folder(void)
{
    g_autofree char *link = g_build_filename(root, "photos", "link", NULL);
    g_autofree char *loop = g_build_filename(root, "photos", "b", "loop", NULL);
    g_autofree char *linked = g_build_filename(root, "photos", "linked.png", NULL);

    put("photos/2.jpg");
    put("photos/1.JPG");
    put("photos/notes.txt");
    put("photos/jpg");
    put("photos/.hidden.jpg");
    put("photos/.git/a.jpg");
    put("photos/b/film.mp4");
    put("photos/b/sorted/cat/1.jpg");
    put("photos/c.jpg/deep.webp");
    put("elsewhere/e.png");
    g_assert_cmpint(symlink("../elsewhere", link), ==, 0);
    g_assert_cmpint(symlink("..", loop), ==, 0);
    g_assert_cmpint(symlink("../elsewhere/e.png", linked), ==, 0);
    check("photos", NULL,
          "photos/1.JPG photos/2.jpg photos/b/film.mp4 photos/b/sorted/cat/1.jpg "
          "photos/c.jpg/deep.webp photos/linked.png");
    check("photos", "photos/b/sorted",
          "photos/1.JPG photos/2.jpg photos/b/film.mp4 photos/c.jpg/deep.webp photos/linked.png");
    check("photos/b", "nowhere", "photos/b/film.mp4 photos/b/sorted/cat/1.jpg");
}

/* Arguments that are no folders are taken as they are. */
static void
test_names(void)
{
    check("photos/notes.txt", NULL, "photos/notes.txt");
    check("photos/nowhere", NULL, "photos/nowhere");
}

static void
test_failures(void)
{
    g_autoptr(GPtrArray) files = g_ptr_array_new_with_free_func(g_free);
    g_autofree char *path = g_build_filename(root, "empty", NULL);
    g_autoptr(GError) error = NULL;

    put("empty/text.txt");
    g_assert_false(effnet_media_files_add(files, path, NULL, &error));
    g_assert_nonnull(strstr(error->message, "empty: there is no picture or video"));
    g_assert_cmpuint(files->len, ==, 0);
}

int
main(int argc, char **argv)
{
    g_autofree char *remove = NULL;
    int result;

    g_test_init(&argc, &argv, NULL);
    root = g_dir_make_tmp("effnet-files-XXXXXX", NULL);
    g_test_add_func("/media-files/folder", test_folder);
    g_test_add_func("/media-files/names", test_names);
    g_test_add_func("/media-files/failures", test_failures);
    result = g_test_run();
    remove = g_strdup_printf("rm -r '%s'", root);
    g_assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
    g_free(root);
    return result;
}
