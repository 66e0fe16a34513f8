/* SPDX-License-Identifier: BSD-2-Clause */
/* Finds the weights in the object that torch.save() wrote. */
#ifndef EFFNET_PTH_STATE_H
#define EFFNET_PTH_STATE_H

#include "pickle.h"

#define EFFNET_PTH_MAX_WRAPPING 4

typedef struct {
    const EffNetPickleValue
        *way[EFFNET_PTH_MAX_WRAPPING + 1]; /* the dictionaries from the root to the tensors */
    guint n_way;
    char *container; /* the keys to the tensors, joined: "state.model"; NULL if the root has the
                      * tensors */
    const EffNetPickleValue *opaque; /* what was found in place of a dictionary, for the error */
} EffNetPthState;

/* The dictionary of tensors that ROOT is or wraps. NULL if there is none; NULL with the error set
 * if there are several and the choice is ambiguous. STATE must be cleared in any case. */
const EffNetPickleValue *effnet_pth_state_find(const EffNetPickle *pickle,
                                               const EffNetPickleValue *root, EffNetPthState *state,
                                               GError **error);
void effnet_pth_state_clear(EffNetPthState *state);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(EffNetPthState, effnet_pth_state_clear)

#endif
