/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of a checkpoint's tensors are the network: by which naming, with which prefix, and with
 * which classifier; and what the other tensors are. */
#ifndef EFFNET_STATE_H
#define EFFNET_STATE_H

#include "head.h"
#include "naming.h"
#include "../checkpoint/checkpoint.h"

typedef struct {
    EffNetCheckpoint *checkpoint; /* owned */
    const EffNetNaming *naming;
    char *prefix; /* before NAMING's names; may be "" */
    EffNetHeadModules head;
    const char *container; /* the dictionaries of the file that it is in; NULL if in none */
    gboolean averaged;     /* of several copies of the network, this is the averaged one */
    GPtrArray *copies;     /* the other copies' prefixes */
} EffNetState;

/* Takes ownership of CHECKPOINT, even on failure: if there is no network's stem, if there are
 * several that are not copies of one, or several layers that could be the classifier. */
EffNetState *effnet_state_new(EffNetCheckpoint *checkpoint, GError **error);
void effnet_state_free(EffNetState *state);

/* The name of PART of LAYER; NULL for a layer that networks of this naming do not have. For
 * g_free(). */
char *effnet_state_tensor(const EffNetState *state, const EffNetLayer *layer, EffNetPart part);
/* The tensor of that name, or NULL. */
const EffNetTensor *effnet_state_find(const EffNetState *state, const EffNetLayer *layer,
                                      EffNetPart part);

/* Whether the classifier has the name that the naming gives it. */
gboolean effnet_state_has_own_head(const EffNetState *state);

/* Whether the tensor NAME belongs to another copy of the network, or to an average that is not
 * used. */
gboolean effnet_state_is_copied(const EffNetState *state, const char *name);

/* Whether TENSOR holds weights of a convolution or linear layer that may be the network's. */
gboolean effnet_state_is_weight(const EffNetState *state, const EffNetTensor *tensor);

/* Checks that every tensor is in USED (a set of names), or of no use for inference; adds the latter
 * to LEFT_OUT (names that the checkpoint owns). An error names a tensor that is neither. */
gboolean effnet_state_check_rest(const EffNetState *state, GHashTable *used, GPtrArray *left_out,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetState, effnet_state_free)

#endif
