/* SPDX-License-Identifier: BSD-2-Clause */
/* Commands that are programs of their own, like git's, so that the libraries they link with cost
 * the others neither time nor memory. */
#ifndef EFFNET_EXTERNAL_H
#define EFFNET_EXTERNAL_H

#include "command.h"

/* Becomes the program effnet-NAME. Returns only if it cannot. */
gboolean effnet_command_external(const EffNetCommand *command, int argc, char **argv,
                                 GError **error);

#endif
