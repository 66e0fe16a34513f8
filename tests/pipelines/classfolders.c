/* SPDX-License-Identifier: BSD-2-Clause */
#include "classfolders.h"

static void
test_names(void)
{
    g_autoptr(EffNetClassFolders) folders = effnet_class_folders_new();

    g_assert_cmpstr(effnet_class_folders_get(folders, "crane, bird", 134), ==, "crane");
    g_assert_cmpstr(effnet_class_folders_get(folders, "crane, machine", 517), ==, "crane-517");
    g_assert_cmpstr(effnet_class_folders_get(folders, "../crane", 3), ==, "_crane");
    g_assert_cmpstr(effnet_class_folders_get(folders, "", 7), ==, "class-7");
    /* Asked again, in another order. */
    g_assert_cmpstr(effnet_class_folders_get(folders, "crane, machine", 517), ==, "crane-517");
    g_assert_cmpstr(effnet_class_folders_get(folders, "crane, bird", 134), ==, "crane");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/classfolders/names", test_names);
    return g_test_run();
}
