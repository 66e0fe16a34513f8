/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef EFFNET_INPUT_H
#define EFFNET_INPUT_H

#include <effnet/frame.h>

G_BEGIN_DECLS

/* A picture as a network takes it, apart from any session: so that streams can read their frames
 * each on a thread of its own, while the session that they share is inferring. One thread at a time
 * may use an input; it may be handed on. */
typedef struct _EffNetInput EffNetInput;

/* For sessions of MODEL, of which it takes a reference. */
EffNetInput *effnet_input_new(EffNetModel *model, GError **error);
void effnet_input_free(EffNetInput *input);

/* As effnet_session_set_resize() and effnet_session_set_frame(). */
gboolean effnet_input_set_resize(EffNetInput *input, const EffNetResize *resize, GError **error);
gboolean effnet_input_set_frame(EffNetInput *input, const EffNetFrame *frame, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetInput, effnet_input_free)

G_END_DECLS

#endif
