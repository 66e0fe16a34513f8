/* SPDX-License-Identifier: BSD-2-Clause */
/* Whose tensor names a checkpoint has. */
#ifndef EFFNET_NAMES_H
#define EFFNET_NAMES_H

#include "../checkpoint/checkpoint.h"
#include "weights.h"

typedef struct _EffNetNaming EffNetNaming;

/* By the name of the stem's weights; NULL with the error set when it is nobody's. */
const EffNetNaming *effnet_naming_find(const EffNetCheckpoint *checkpoint, GError **error);
/* The first that has names for all layers of NETWORK, timm's before the others'. */
const EffNetNaming *effnet_naming_of(const EffNetNetwork *network);
/* "timm", "torchvision", "lukemelas" */
const char *effnet_naming_get_name(const EffNetNaming *naming);

/* Caller frees; NULL for a layer that networks of this naming do not have. */
char *effnet_naming_tensor(const EffNetNaming *naming, const EffNetLayer *layer, EffNetPart part);

#endif
