/* SPDX-License-Identifier: BSD-2-Clause */
#include "external.h"

#include <errno.h>
#include <unistd.h>

char *
effnet_external_find(const char *name)
{
    g_autofree char *self = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *folder = self ? g_path_get_dirname(self) : NULL;
    g_autofree char *beside = folder ? g_build_filename(folder, name, NULL) : NULL;

    if (beside && g_file_test(beside, G_FILE_TEST_IS_EXECUTABLE))
        return g_steal_pointer(&beside);
    return g_build_filename(EFFNET_LIBEXEC_DIR, name, NULL);
}

gboolean
effnet_command_external(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_autofree char *name =
        g_strdup_printf("effnet-%s", command->program ? command->program : command->name);
    g_autofree char *path = effnet_external_find(name);

    execv(path, argv);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be started: %s", path,
                g_strerror(errno));
    return FALSE;
}
