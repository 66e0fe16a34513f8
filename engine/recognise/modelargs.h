/* SPDX-License-Identifier: BSD-2-Clause */
/* Checks what timm's configurations say about a network beyond its name, and its weights do not
 * show. */
#ifndef EFFNET_MODELARGS_H
#define EFFNET_MODELARGS_H

#include "../arch/network.h"
#include "../checkpoint/json.h"

/* What in CONFIG, which may be NULL, contradicts NETWORK, as the end of a sentence, for g_free().
 * NULL if nothing does. */
char *effnet_modelargs_check(const EffNetJson *config, const EffNetNetwork *network);

/* The same for the global pooling NAME; NULL: the usual one. */
char *effnet_modelargs_check_pooling(const char *name);

#endif
