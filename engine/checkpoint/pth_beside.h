/* SPDX-License-Identifier: BSD-2-Clause */
/* What tensors a file of torch.save() holds beside those that were chosen. */
#ifndef EFFNET_PTH_BESIDE_H
#define EFFNET_PTH_BESIDE_H

#include "pth_state.h"

/* A JSON list of sentences, one for each key on STATE's way under which there are tensors that are
 * not STATE's: "2 tensors under \"head\"". NULL if there are none; for g_free(). */
char *effnet_pth_beside_list(const EffNetPthState *state);

#endif
