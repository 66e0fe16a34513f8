/* SPDX-License-Identifier: BSD-2-Clause */
/* transformers' preprocessor_config.json: how images become a network's input. */
#ifndef EFFNET_PREPROCESSOR_H
#define EFFNET_PREPROCESSOR_H

#include "settings.h"

/* The path of the one beside CHECKPOINT, or NULL if there is none. For g_free(). */
char *effnet_preprocessor_find(const char *checkpoint);

/* Sets SETTINGS to what the file PATH says. Errors say what in it is not supported, or why it
 * cannot be read. */
gboolean effnet_preprocessor_read(const char *path, EffNetSettings *settings, GError **error);

#endif
