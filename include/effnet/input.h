/* SPDX-License-Identifier: BSD-2-Clause */
/* A network's input outside of any session: streams that share a session can read their frames,
 * each on its own thread, while the session is inferring. */
#ifndef EFFNET_INPUT_H
#define EFFNET_INPUT_H

#include <effnet/frame.h>

G_BEGIN_DECLS

/* An image, cropped, resized and normalised as a model takes it. Only one thread at a time may use
 * an input, but not always the same one. */
typedef struct _EffNetInput EffNetInput;

/* An input for sessions of MODEL, to which it adds a reference; at first an image of the mean
 * colour. For effnet_input_free(). NULL and EFFNET_ERROR_MEMORY if there is not enough memory. */
EffNetInput *effnet_input_new(EffNetModel *model, GError **error);

/* Frees INPUT, which may be NULL. */
void effnet_input_free(EffNetInput *input);

/* As effnet_session_set_resize(). */
gboolean effnet_input_set_resize(EffNetInput *input, const EffNetResize *resize, GError **error);

/* As effnet_session_set_frame(). */
gboolean effnet_input_set_frame(EffNetInput *input, const EffNetFrame *frame, GError **error);

/* Writes the image to CHW as effnet_session_set_tensor() takes it: in_channels x resolution x
 * resolution normalised float32. */
void effnet_input_get_tensor(const EffNetInput *input, float *chw);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetInput, effnet_input_free)

G_END_DECLS

#endif
