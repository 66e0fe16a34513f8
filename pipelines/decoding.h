/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a uridecodebin fit for untrusted cameras and files: it decodes only video and pictures,
 * well, the right way up, and within bounds. */
#ifndef EFFNET_DECODING_H
#define EFFNET_DECODING_H

#include <gst/gst.h>

#define EFFNET_DECODING_MAX_PIXELS 100000000 /* pixels of a frame, by default */

typedef struct _EffNetDecoding EffNetDecoding;

/* Links the first video that SOURCE, a uridecodebin in PIPELINE, finds with SINK, an element with
 * one sink pad, in a handler of "pad-added"; handlers that are connected later find the pad linked.
 * If there is none, or frames have more than MAX_PIXELS, SOURCE posts an error. Frames that are
 * marked as broken or not to be shown are left out. PIPELINE owns the result. */
EffNetDecoding *effnet_decoding_new(GstElement *pipeline, GstElement *source, GstElement *sink,
                                    guint64 max_pixels);

/* PIPELINE's; NULL if it has none. */
EffNetDecoding *effnet_decoding_find(GstElement *pipeline);

/* To be called before the next URI, in READY. */
void effnet_decoding_begin(EffNetDecoding *decoding);

/* To be called after a failure, before trying the same URI again: TRUE if another decoder may do
 * better. */
gboolean effnet_decoding_begin_again(EffNetDecoding *decoding);

/* Notes that a frame is done with. Any thread. */
void effnet_decoding_note_done(EffNetDecoding *decoding);

/* Changes as long as there is any progress. Any thread. */
guint effnet_decoding_get_progress(const EffNetDecoding *decoding);
/* The number of frames so far, including those that are left out. */
guint effnet_decoding_get_decoded(const EffNetDecoding *decoding);
/* Whether a frame is being processed. */
gboolean effnet_decoding_is_busy(const EffNetDecoding *decoding);
/* Whether the file is known to be a picture. */
gboolean effnet_decoding_has_picture(const EffNetDecoding *decoding);

/* Whether ELEMENT decodes video or pictures. */
gboolean effnet_decoding_is_decoder(GstElement *element);

/* Whether the file's end is missing. For the streaming thread that brings a frame, or when all is
 * over. */
gboolean effnet_decoding_is_truncated(const EffNetDecoding *decoding);
/* Whether the picture is CMYK, at which decoders fail and which the file's first bytes do not
 * tell. */
gboolean effnet_decoding_is_cmyk(const EffNetDecoding *decoding);

#endif
