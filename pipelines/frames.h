/* SPDX-License-Identifier: BSD-2-Clause */
/* Frames of pictures and videos for the engine, decoded as classify decodes them and turned the
 * right way up. */
#ifndef EFFNET_FRAMES_H
#define EFFNET_FRAMES_H

#include <effnet/effnet.h>

typedef struct _EffNetFrames EffNetFrames;

/* FRAME is there during the call alone, on another thread than the caller's. FALSE with the error
 * set: no more frames of this file are wanted. */
typedef gboolean (*EffNetFramesUse)(gpointer data, const EffNetFrame *frame, GError **error);

/* After gst_init(). One thread at a time may use the result. */
EffNetFrames *effnet_frames_new(GError **error);
void effnet_frames_free(EffNetFrames *frames);

/* Shows the picture NAME, a file or a URI; of a video, at most MOST frames, spread over its length:
 * from the first on, at equal distances, or a second apart where the length is not known. An error
 * if there is none, or if USE fails. */
gboolean effnet_frames_show(EffNetFrames *frames, const char *name, guint most, EffNetFramesUse use,
                            gpointer data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetFrames, effnet_frames_free)

#endif
