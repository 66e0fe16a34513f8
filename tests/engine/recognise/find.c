/* SPDX-License-Identifier: BSD-2-Clause */
#include <glib/gstdio.h>
#include <unistd.h>

#include <effnet/model.h>

#include "../support.h"

static char *root;
static char **own; /* folders to look in first */

/* An empty file at root/FOLDER/NAME. */
static void
put(const char *folder, const char *name)
{
    g_autofree char *dir = g_build_filename(root, folder, NULL);
    g_autofree char *path = g_build_filename(dir, name, NULL);

    g_assert_cmpint(g_mkdir_with_parents(dir, 0700), ==, 0);
    g_assert_true(g_file_set_contents(path, "x", 1, NULL));
}

static void
check(const char *name, const char *expected)
{
    GError *error = NULL;
    g_autofree char *path = effnet_model_find_in(name, (const char *const *)own, &error);
    g_autofree char *full = g_build_filename(root, expected, NULL);

    g_assert_no_error(error);
    g_assert_cmpstr(path, ==, full);
}

static void
test_order(void)
{
    g_autofree char *installed = NULL;
    GError *error = NULL;

    g_assert_null(effnet_model_find_in(NULL, (const char *const *)own, &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "\"effnet fetch lite0\" brings one");
    put("system/efficientnet/models", "default.pth");
    check(NULL, "system/efficientnet/models/default.pth");
    put("user/efficientnet/models", "default.pth");
    check("", "user/efficientnet/models/default.pth");
    put("user/efficientnet/models", "default.safetensors");
    check("default", "user/efficientnet/models/default.safetensors");
    put("second", "default.safetensors");
    check(NULL, "second/default.safetensors");
    put("first", "default.pth");
    check(NULL, "first/default.pth");
    check("default.pth", "first/default.pth");
    put("second/b0", "model.safetensors");
    check("b0", "second/b0/model.safetensors");
    installed = effnet_model_find(NULL, &error);
    g_assert_no_error(error);
    g_assert_true(g_str_has_suffix(installed, "user/efficientnet/models/default.safetensors"));
}

/* Makes root/FOLDER/NAME a link to TARGET. */
static void
put_link(const char *folder, const char *name, const char *target)
{
    g_autofree char *path = g_build_filename(root, folder, name, NULL);

    g_assert_cmpint(symlink(target, path), ==, 0);
}

/* Checks that the default model in FOLDER is EXPECTED or, if that is NULL, that the error contains
 * MESSAGE. */
static void
check_default(const char *folder, const char *expected, const char *message)
{
    g_autofree char *path = g_build_filename(root, folder, NULL);
    const char *const folders[] = {path, NULL};
    GError *error = NULL;
    g_autofree char *found = effnet_model_find_in(NULL, folders, &error);
    g_autofree char *full = expected ? g_build_filename(root, expected, NULL) : NULL;

    g_assert_cmpstr(found, ==, full);
    if (message)
        support_check_error(&error, EFFNET_ERROR_NOT_FOUND, message);
}

/* The default model keeps its own name. */
static void
test_default(void)
{
    g_autofree char *elsewhere = g_build_filename(root, "links", "b0", NULL);

    put("links", "lite0.pth");
    put("links/b0", "model.safetensors");
    put_link("links", "default", "b0");
    check_default("links", "links/b0/model.safetensors", NULL);
    put_link("links", "default.pth", "lite0.pth");
    check_default("links", "links/lite0.pth", NULL);
    put("links2", "b1.pth");
    put_link("links2", "default.pth", "nowhere.pth");
    put_link("links2", "default", elsewhere);
    check_default("links2", "links/b0/model.safetensors", NULL);
}

static void
test_only(void)
{
    put("only", "README");
    put("only", "lite0.pth.part");
    put("only/b0", "model.safetensors");
    put("only/b1", "config.json");
    check_default("only", "only/b0/model.safetensors", NULL);
    put("only", "lite0.pth");
    check_default("only", NULL, "none of the 2 models in");
    put("only", "default.pth");
    check_default("only", "only/default.pth", NULL);
}

static void
test_paths(void)
{
    g_autofree char *file = g_build_filename(root, "some", "model.pth", NULL);
    g_autofree char *folder = g_build_filename(root, "some", NULL);
    g_autofree char *found = NULL;
    GError *error = NULL;

    put("some", "model.pth");
    found = effnet_model_find(file, NULL);
    g_assert_cmpstr(found, ==, file);
    g_assert_null(effnet_model_find(folder, &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND,
                        "some is a folder without a model.safetensors or pytorch_model.bin in it");
    g_assert_null(effnet_model_find("../nowhere/default", &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "there is no file ../nowhere/default");
    g_assert_null(effnet_model_find("lite9", &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "\"effnet fetch --list\" says");
}

/* Checks what the folder FOLDER is found as, given by its path. */
static void
check_folder(const char *folder, const char *expected)
{
    g_autofree char *path = g_build_filename(root, folder, NULL);

    check(path, expected);
}

static void
test_hub(void)
{
    put("hub/index", "pytorch_model.bin");
    check_folder("hub/index", "hub/index/pytorch_model.bin");
    put("hub/index", "model.safetensors.index.json");
    check_folder("hub/index", "hub/index/model.safetensors.index.json");
    check_folder("hub/index/", "hub/index/model.safetensors.index.json");
    put("hub/index", "model.safetensors");
    check_folder("hub/index", "hub/index/model.safetensors");
    put("first/installed", "pytorch_model.bin");
    check("installed", "first/installed/pytorch_model.bin");
}

static void
test_hub_cache(void)
{
    g_autofree char *ref = g_build_filename(root, "models--o--n", "refs", "main", NULL);
    g_autofree char *path = g_build_filename(root, "models--o--n", NULL);
    GError *error = NULL;

    put("models--o--n/snapshots/abc", "model.safetensors");
    check_folder("models--o--n", "models--o--n/snapshots/abc/model.safetensors");
    check_folder("models--o--n/snapshots/abc", "models--o--n/snapshots/abc/model.safetensors");
    put("models--o--n/snapshots/def", "pytorch_model.bin");
    g_assert_null(effnet_model_find(path, &error)); /* ambiguous */
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "is a folder without");
    put("models--o--n/refs", "main");
    g_assert_true(g_file_set_contents(ref, "def\n", 4, NULL));
    check_folder("models--o--n", "models--o--n/snapshots/def/pytorch_model.bin");
    g_assert_true(g_file_set_contents(ref, "../../hub/index", -1, NULL));
    g_assert_null(effnet_model_find(path, &error));
    support_check_error(&error, EFFNET_ERROR_NOT_FOUND, "is a folder without");
}

int
main(int argc, char **argv)
{
    g_autofree char *user = NULL, *system = NULL, *folders = NULL;
    g_autofree char *remove = NULL;
    int result;

    g_test_init(&argc, &argv, NULL);
    root = g_dir_make_tmp("effnet-find-XXXXXX", NULL);
    user = g_build_filename(root, "user", NULL);
    system = g_build_filename(root, "system", NULL);
    folders = g_strdup_printf("%s/first::%s/second:/nowhere", root, root);
    g_setenv("XDG_DATA_HOME", user, TRUE);
    g_setenv("XDG_DATA_DIRS", system, TRUE);
    own = g_strsplit(folders, ":", -1);
    /* These need that no other test has installed a model yet. */
    g_test_add_func("/model/find/default", test_default);
    g_test_add_func("/model/find/only", test_only);
    g_test_add_func("/model/find/order", test_order);
    g_test_add_func("/model/find/paths", test_paths);
    g_test_add_func("/model/find/hub", test_hub);
    g_test_add_func("/model/find/hub-cache", test_hub_cache);
    result = g_test_run();
    remove = g_strdup_printf("rm -r '%s'", root);
    g_assert_true(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL));
    g_strfreev(own);
    g_free(root);
    return result;
}
