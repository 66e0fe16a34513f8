/* SPDX-License-Identifier: BSD-2-Clause */
/* A network's input apart from any session: streams that share a session read their frames each on
 * a thread of its own, while the session is inferring. */
#ifndef EFFNET_INPUT_H
#define EFFNET_INPUT_H

#include <effnet/frame.h>

G_BEGIN_DECLS

/* One image, cropped, resized and normalised as a model takes it. One thread at a time may use an
 * input; it may be handed on. */
typedef struct _EffNetInput EffNetInput;

/* An input for sessions of MODEL, of which it takes a reference. It begins as an image of the mean
 * colour. NULL and EFFNET_ERROR_MEMORY where there is no memory for it. */
EffNetInput *effnet_input_new(EffNetModel *model, GError **error);

/* Frees INPUT, which may be NULL. */
void effnet_input_free(EffNetInput *input);

/* As effnet_session_set_resize(). */
gboolean effnet_input_set_resize(EffNetInput *input, const EffNetResize *resize, GError **error);

/* As effnet_session_set_frame(). */
gboolean effnet_input_set_frame(EffNetInput *input, const EffNetFrame *frame, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetInput, effnet_input_free)

G_END_DECLS

#endif
