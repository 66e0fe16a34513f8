/* SPDX-License-Identifier: BSD-2-Clause */
#include "captures.h"

#include <string.h>

#include <glib/gstdio.h>

#include "checkpoint.h"

static char *
put(EffNetWatchCaptures *captures, const char *label, gint index)
{
    char *path = effnet_watch_captures_new_path(captures, label, index);

    g_assert_true(g_file_set_contents(path, "0123456789", -1, NULL));
    return path;
}

/* Whatever labels and streams are called, files are in a folder within the folder. */
static void
test_paths(void)
{
    static const struct {
        const char *label;
        gint index;
        const char *before;
    } cases[] = {{"tabby, tabby cat", 281, "/out/tabby/gate_.._1-"},
                 {"../../up", 1, "/out/_.._up/gate_.._1-"},
                 {"/etc/passwd", 2, "/out/_etc_passwd/gate_.._1-"},
                 {"\033[2J", 3, "/out/_[2J/gate_.._1-"},
                 {"", 4, "/out/class-4/gate_.._1-"},
                 {"unknown", -2, "/out/unknown/gate_.._1-"},
                 {"tabby, another", 5, "/out/tabby-5/gate_.._1-"}};
    char *root = effnet_test_make_folder();
    g_autofree char *folder = g_build_filename(root, "out", NULL);
    EffNetWatchSettings settings = {.name = "gate/../1", .capture_keep = 9, .capture_space = 1};
    g_autoptr(EffNetWatchCaptures) captures = effnet_watch_captures_new(&settings, folder, ".jpg");

    for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *first = put(captures, cases[i].label, cases[i].index);
        g_autofree char *second = put(captures, cases[i].label, cases[i].index);

        g_assert_true(g_str_has_prefix(first, root) && g_str_has_prefix(second, root));
        if (!g_str_has_prefix(first + strlen(root), cases[i].before))
            g_error("%s is not in %s", first, cases[i].before);
        g_assert_true(g_str_has_suffix(first, ".jpg") && g_str_has_suffix(second, ".jpg"));
        g_assert_cmpstr(first, !=, second);
    }
    effnet_test_remove_folder(root);
}

/* Two paths differ though neither file is there yet, and their folder cannot be made. */
static void
test_unwritten(void)
{
    EffNetWatchSettings settings = {.name = "gate"};
    g_autoptr(EffNetWatchCaptures) captures =
        effnet_watch_captures_new(&settings, "/dev/null", ".jpg");
    g_autofree char *first = effnet_watch_captures_new_path(captures, "cat", 1);
    g_autofree char *second = effnet_watch_captures_new_path(captures, "cat", 1);

    g_assert_cmpstr(first, !=, second);
}

static void
test_prune(void)
{
    char *folder = effnet_test_make_folder();
    EffNetWatchSettings settings = {.name = "100%t", .capture_keep = 2, .capture_space = 1};
    g_autoptr(EffNetWatchCaptures) captures = effnet_watch_captures_new(&settings, folder, ".jpg");
    g_autofree char *cat = put(captures, "cat", 1), *dog = put(captures, "dog", 2);
    g_autofree char *newest = put(captures, "cat", 1);

    effnet_watch_captures_prune(captures, newest);
    g_assert_cmpint(g_access(newest, F_OK), ==, 0);
    g_assert_cmpint(g_access(cat, F_OK) + g_access(dog, F_OK), ==, -1); /* one of them */
    effnet_test_remove_folder(folder);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/captures/paths", test_paths);
    g_test_add_func("/captures/unwritten", test_unwritten);
    g_test_add_func("/captures/prune", test_prune);
    return g_test_run();
}
