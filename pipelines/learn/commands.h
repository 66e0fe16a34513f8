/* SPDX-License-Identifier: BSD-2-Clause */
/* The commands of the program effnet-learn. */
#ifndef EFFNET_LEARN_COMMANDS_H
#define EFFNET_LEARN_COMMANDS_H

#include "command.h"

gboolean effnet_command_eval(const EffNetCommand *command, int argc, char **argv, GError **error);
gboolean effnet_command_explain(const EffNetCommand *command, int argc, char **argv,
                                GError **error);
gboolean effnet_command_learn(const EffNetCommand *command, int argc, char **argv, GError **error);

#endif
