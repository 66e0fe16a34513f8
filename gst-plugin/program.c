/* SPDX-License-Identifier: BSD-2-Clause */
#include "program.h"

#include <glib.h>

char *
gst_efficientnet_program_find(const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *beside = folder ? g_build_filename(folder, name, NULL) : NULL;

    if (beside && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    return g_build_filename(EFFNET_LIBEXEC_DIR, name, NULL);
}
