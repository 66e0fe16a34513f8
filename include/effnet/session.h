/* SPDX-License-Identifier: BSD-2-Clause */
/* Inference: a batch of inputs, one call that infers it, its results. */
#ifndef EFFNET_SESSION_H
#define EFFNET_SESSION_H

#include <effnet/input.h>

G_BEGIN_DECLS

/* What one stream of inferences needs besides the model: its inputs, its results, its share of the
 * process's threads. Only one thread at a time may use a session, but not always the same one.
 * Sessions of a model share the memory that is needed only during an inference: as many can infer
 * at once as the process may use threads, and others wait for their turn. */
typedef struct _EffNetSession EffNetSession;

/* A session for up to MAX_BATCH images at once (at least 1), on up to THREADS threads of the
 * process's one pool, including the calling one (0: all of them). It adds a reference to MODEL. All
 * images are at first of the mean colour. For effnet_session_free(). NULL and EFFNET_ERROR_MEMORY
 * if there is not enough memory. */
EffNetSession *effnet_session_new(EffNetModel *model, guint max_batch, guint threads,
                                  GError **error);

/* Frees SESSION, which may be NULL. */
void effnet_session_free(EffNetSession *session);

/* The session's model, to which SESSION owns a reference. */
EffNetModel *effnet_session_get_model(const EffNetSession *session);

/* How frames are resized to the network's resolution from now on; NULL: as it was trained. FALSE
 * and EFFNET_ERROR_SETTINGS for an unknown value, or a crop fraction that is out of range. */
gboolean effnet_session_set_resize(EffNetSession *session, const EffNetResize *resize,
                                   GError **error);

/* Reads, crops, resizes and normalises FRAME into place INDEX of the batch (below MAX_BATCH). FRAME
 * is not needed afterwards. FALSE and EFFNET_ERROR_FRAME if it cannot be read, or
 * EFFNET_ERROR_MEMORY; the place is then undefined until it is set again. */
gboolean effnet_session_set_frame(EffNetSession *session, guint index, const EffNetFrame *frame,
                                  GError **error);

/* Copies INPUT, which must be of the same model, to place INDEX. */
void effnet_session_set_input(EffNetSession *session, guint index, const EffNetInput *input);

/* Copies a normalised image to place INDEX: in_channels x resolution x resolution float32, channel
 * after channel (CHW), each pixel as (value / 255 - mean) / std. */
void effnet_session_set_tensor(EffNetSession *session, guint index, const float *chw);

/* Infers places 0 to N - 1, N from 1 to MAX_BATCH, and returns when all are done. Results depend
 * neither on N nor on the number of threads. Never fails and allocates nothing. */
void effnet_session_run(EffNetSession *session, guint n);

/* The n_classes logits of place INDEX; NULL for a network without a classifier. Owned by SESSION,
 * valid until the next inference. */
const float *effnet_session_get_logits(const EffNetSession *session, guint index);

/* The n_features pooled features of place INDEX, from which the logits are computed. Owned by
 * SESSION, valid until the next inference. */
const float *effnet_session_get_features(const EffNetSession *session, guint index);

/* An op of the plan, and the time it has taken since profiling was switched on. */
typedef struct {
    const char *name; /* e.g. "blocks.2.1.expand"; owned by the session */
    const char *kind; /* e.g. "conv 1x1"; static */
    guint64 macs;     /* multiply-adds of one image */
    guint64 bytes;    /* that one image must at least read and write: input, weights, output */
    guint64 ns;       /* the sum of all executions, in nanoseconds */
    guint runs;
} EffNetOpProfile;

/* Switches profiling on or off, and resets what was measured so far. */
void effnet_session_set_profile(EffNetSession *session, gboolean on);

/* The number of ops, which are in the order of execution. */
guint effnet_session_get_n_ops(const EffNetSession *session);

/* Sets PROFILE for OP (below effnet_session_get_n_ops()). */
void effnet_session_get_op(const EffNetSession *session, guint op, EffNetOpProfile *profile);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetSession, effnet_session_free)

G_END_DECLS

#endif
