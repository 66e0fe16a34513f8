/* SPDX-License-Identifier: BSD-2-Clause */
/* Decodes image and video files into frames for the engine, as classify does, with the orientation
 * that they need. */
#ifndef EFFNET_FRAMES_H
#define EFFNET_FRAMES_H

#include <effnet/effnet.h>

typedef struct _EffNetFrames EffNetFrames;

/* Called for each frame, on another thread than effnet_frames_show()'s caller; FRAME is valid
 * during the call only. FALSE with ERROR set: no more frames of this file are wanted. */
typedef gboolean (*EffNetFramesUse)(gpointer data, const EffNetFrame *frame, GError **error);

/* Must be called after gst_init(). The caller frees the result, which one thread at a time may
 * use. */
EffNetFrames *effnet_frames_new(GError **error);
void effnet_frames_free(EffNetFrames *frames);

/* Passes the frame of the image NAME, a file or a URI, to USE; of a video, at most MOST frames from
 * the first on, spread evenly over its length, or one per second if the length is unknown. FALSE
 * with ERROR set if there is no frame, or if USE fails. */
gboolean effnet_frames_show(EffNetFrames *frames, const char *name, guint most, EffNetFramesUse use,
                            gpointer data, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(EffNetFrames, effnet_frames_free)

#endif
