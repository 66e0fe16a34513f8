/* SPDX-License-Identifier: BSD-2-Clause */
/* Which of a checkpoint's tensors are the network: whose names they have, what is in front of them
 * all, and under which name the classifier is; and what the others are. */
#ifndef EFFNET_STATE_H
#define EFFNET_STATE_H

#include "naming.h"
#include "../checkpoint/checkpoint.h"

typedef struct {
    EffNetCheckpoint *checkpoint; /* its own */
    const EffNetNaming *naming;
    char *prefix;          /* in front of the names of NAMING; "" */
    char *head;            /* the classifier's module, in full; NULL: there is none */
    const char *container; /* the dictionaries of the file in which it is; NULL: in none */
    gboolean averaged;     /* of several copies of the network this is the averaged one */
    GPtrArray *copies;     /* prefixes of the others */
} EffNetState;

/* Takes CHECKPOINT over, also where it fails: no network's stem is there, several that are not
 * copies of one, or several layers that could be the classifier. */
EffNetState *effnet_state_new(EffNetCheckpoint *checkpoint, GError **error);
void effnet_state_free(EffNetState *state);

/* The name of PART of LAYER; NULL for a layer that networks of the naming do not have. Caller
 * frees. */
char *effnet_state_tensor(const EffNetState *state, const EffNetLayer *layer, EffNetPart part);
/* The tensor of that name; NULL where there is none. */
const EffNetTensor *effnet_state_find(const EffNetState *state, const EffNetLayer *layer,
                                      EffNetPart part);

/* The classifier has the name that the naming gives it. */
gboolean effnet_state_has_own_head(const EffNetState *state);

/* Whether the tensor NAME is of another copy of the network, or of an average that is not used. */
gboolean effnet_state_is_copied(const EffNetState *state, const char *name);

/* Whether TENSOR holds weights of a convolution or linear layer that may be the network's. */
gboolean effnet_state_is_weight(const EffNetState *state, const EffNetTensor *tensor);

/* Every tensor is in USED (a set of names), or of no use to inference and then added to LEFT_OUT
 * (of names that stay the checkpoint's); an error names one that is neither. */
gboolean effnet_state_check_rest(const EffNetState *state, GHashTable *used, GPtrArray *left_out,
                                 GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetState, effnet_state_free)

#endif
