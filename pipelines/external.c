/* SPDX-License-Identifier: BSD-2-Clause */
#include "external.h"

#include <errno.h>
#include <unistd.h>

#include "program.h"

gboolean
effnet_command_external(const EffNetCommand *command, int argc, char **argv, GError **error)
{
    g_autofree char *name =
        g_strdup_printf("effnet-%s", command->program ? command->program : command->name);
    g_autofree char *path = gst_efficientnet_program_find(name);

    execv(path, argv);
    g_set_error(error, EFFNET_ERROR, EFFNET_ERROR_NOT_FOUND, "%s cannot be started: %s", path,
                g_strerror(errno));
    return FALSE;
}
