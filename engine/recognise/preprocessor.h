/* SPDX-License-Identifier: BSD-2-Clause */
/* transformers' preprocessor_config.json: how pictures become a network's input. */
#ifndef EFFNET_PREPROCESSOR_H
#define EFFNET_PREPROCESSOR_H

#include "settings.h"

/* The path of the one beside CHECKPOINT, NULL where there is none; caller frees. */
char *effnet_preprocessor_find(const char *checkpoint);

/* What the file PATH says. An error says what of it is not supported, or cannot be read. */
gboolean effnet_preprocessor_read(const char *path, EffNetSettings *settings, GError **error);

#endif
