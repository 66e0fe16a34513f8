/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that are programs of their own, like git's, so that the libraries they link with cost
 * the others neither time nor memory. */
#ifndef EFFNET_EXTERNAL_H
#define EFFNET_EXTERNAL_H

#include "command.h"

/* The path of the program NAME, which is beside this one (in the build) or where it was installed.
 * For g_free(). */
char *effnet_external_find(const char *name);

/* Becomes the program effnet-NAME. Returns only if it cannot. */
gboolean effnet_command_external(const EffNetCommand *command, int argc, char **argv,
                                 GError **error);

#endif
