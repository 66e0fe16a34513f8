/* SPDX-License-Identifier: BSD-2-Clause */
/* The modules of a checkpoint that come after the network's body: its linear layers, in the order
 * of execution, and the batch norms around them. */
#ifndef EFFNET_HEAD_H
#define EFFNET_HEAD_H

#include "../arch/network.h"
#include "../checkpoint/checkpoint.h"

#define EFFNET_MAX_LINEAR (EFFNET_MAX_HIDDEN + 1)

/* Names are in full, with whatever precedes them. */
typedef struct {
    guint n_linear; /* 0: there is no classifier */
    char *linear[EFFNET_MAX_LINEAR];
    char *before[EFFNET_MAX_LINEAR];  /* the norm of what the layer reads; or NULL */
    char *after[EFFNET_MAX_LINEAR];   /* the norm before the layer's activation; or NULL */
    char *unclear[EFFNET_MAX_LINEAR]; /* a norm before the layer that may come before or after the
                                       * activation there; or NULL */
} EffNetHeadModules;

/* Fills HEAD, which is zeroed, from LINEAR, the modules of all linear layers, and NORMS, those of
 * all batch norms; CLASSIFIER, where it is among them, is the last one. An error if their order is
 * not clear, or if there are too many. */
gboolean effnet_head_order(EffNetHeadModules *head, const EffNetCheckpoint *checkpoint,
                           GPtrArray *linear, GPtrArray *norms, const char *classifier,
                           GError **error);
void effnet_head_clear(EffNetHeadModules *head);

/* Sets OUT, which is zeroed, to the number of hidden layers and their units. */
void effnet_head_get(const EffNetHeadModules *head, const EffNetCheckpoint *checkpoint,
                     EffNetHead *out);

/* Whether HEAD is one that a library makes, which tells its hidden layer's activation and the
 * places of its norms; then sets OUT to them. ORIGIN becomes which one it is. */
gboolean effnet_head_guess(const EffNetHeadModules *head, const EffNetCheckpoint *checkpoint,
                           EffNetHead *out, const char **origin);

/* Completes HEAD by what SAID, the head in the network's name ARCH, says of it. An error that names
 * the choices if it does not say what weights do not tell: activations, and the places of some
 * norms. */
gboolean effnet_head_settle(EffNetHeadModules *head, const EffNetCheckpoint *checkpoint,
                            const char *arch, const EffNetHead *said, GError **error);

/* The index of LAYER, a HIDDEN or the CLASSIFIER, among the linear layers; a larger number if it is
 * not there. */
guint effnet_head_index(const EffNetHeadModules *head, const EffNetLayer *layer);

/* Whether LAYER may have no bias: as one of several modules that are called in a row. A lone one
 * without a bias may be of a loss, and compute something else. */
gboolean effnet_head_may_lack_bias(const EffNetHeadModules *head, const EffNetLayer *layer);

/* Adds the names of the norms' tensors to NAMES, a set of strings that it owns. */
void effnet_head_add_norms(const EffNetHeadModules *head, GHashTable *names);

/* Reads what the norm MODULE does to N values: SCALE * x + SHIFT, for g_free() as one array, SCALE
 * first. NULL with the error set. */
float *effnet_head_read_norm(EffNetCheckpoint *checkpoint, const char *module, guint n,
                             GError **error);

#endif
