/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_SESSION_H
#define EFFNET_SESSION_H

#include <effnet/input.h>

G_BEGIN_DECLS

/* What one stream of inferences needs beside the model: its input, its results, its share of the
 * process's threads. One thread at a time may use a session; it may be handed on. Sessions of a
 * model share the memory that only runs need: as many run at once as the process may use threads,
 * others when their turn comes. */
typedef struct _EffNetSession EffNetSession;

/* For up to MAX_BATCH pictures at once (1 or more) on up to THREADS threads of the process's
 * pool, the caller's own among them (0: all of it). Takes a reference of MODEL. */
EffNetSession *effnet_session_new(EffNetModel *model, guint max_batch, guint threads,
                                  GError **error);
void effnet_session_free(EffNetSession *session);

EffNetModel *effnet_session_get_model(const EffNetSession *session);

/* How frames are brought to the network's resolution from now on; NULL: as it was trained. */
gboolean effnet_session_set_resize(EffNetSession *session, const EffNetResize *resize,
                                   GError **error);

/* Reads, crops, resizes and normalises FRAME into the place INDEX of the batch. The frame is
 * not needed afterwards. EFFNET_ERROR_FRAME when it cannot be. */
gboolean effnet_session_set_frame(EffNetSession *session, guint index, const EffNetFrame *frame,
                                  GError **error);

/* Copies INPUT, which is of the same model, into the place INDEX. */
void effnet_session_set_input(EffNetSession *session, guint index, const EffNetInput *input);

/* Copies a normalised picture, in_channels x resolution x resolution float32 (CHW). */
void effnet_session_set_tensor(EffNetSession *session, guint index, const float *chw);

/* Infers the first N places. The results do not depend on N nor on the threads. Never fails
 * and allocates nothing. */
void effnet_session_run(EffNetSession *session, guint n);

/* n_classes logits, n_features pooled features of a place; valid until the next run. */
const float *effnet_session_get_logits(const EffNetSession *session, guint index);
const float *effnet_session_get_features(const EffNetSession *session, guint index);

/* One step of the plan, and the time that it took since profiling was switched on. */
typedef struct {
    const char *name; /* e.g. "blocks.2.1.expand" */
    const char *kind; /* e.g. "conv 1x1" */
    guint64 macs;     /* of one picture */
    guint64 bytes;    /* read and written at least: input, weights, output of one picture */
    guint64 ns;       /* the sum over the runs */
    guint runs;
} EffNetOpProfile;

void effnet_session_set_profile(EffNetSession *session, gboolean on);
guint effnet_session_get_n_ops(const EffNetSession *session);
void effnet_session_get_op(const EffNetSession *session, guint op, EffNetOpProfile *profile);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetSession, effnet_session_free)

G_END_DECLS

#endif
