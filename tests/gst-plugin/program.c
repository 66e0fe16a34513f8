/* SPDX-License-Identifier: BSD-2-Clause */
#include "program.h"

#include <glib.h>

static void
test_find(void)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *name = g_path_get_basename(self);
    g_autofree char *folder = g_path_get_dirname(self);
    g_autofree char *beside = gst_efficientnet_program_find(name);
    g_autofree char *installed = gst_efficientnet_program_find("effnet-nothing");

    g_assert_cmpstr(beside, ==, self);
    g_assert_true(g_path_is_absolute(installed) && !g_str_has_prefix(installed, folder));
    g_assert_true(g_str_has_suffix(installed, "/effnet-nothing"));
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/program/find", test_find);
    return g_test_run();
}
