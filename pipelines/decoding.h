/* SPDX-License-Identifier: BSD-2-Clause */
/* Makes a uridecodebin fit for what anybody's cameras and files send: only pictures are decoded,
 * these well, the right way up, and within bounds. */
#ifndef EFFNET_DECODING_H
#define EFFNET_DECODING_H

#include <gst/gst.h>

#define EFFNET_DECODING_MAX_PIXELS 100000000 /* of a frame, unless its user says otherwise */

typedef struct _EffNetDecoding EffNetDecoding;

/* Of what SOURCE, a uridecodebin in PIPELINE, finds the first video is linked with SINK, an element
 * with one sink pad, by a handler of "pad-added": those that are connected later find the pad
 * linked. Where there is none, or frames have more than MAX_PIXELS, SOURCE posts an error. Frames
 * that are marked as broken or not to be shown do not come through. PIPELINE owns the result. */
EffNetDecoding *effnet_decoding_new(GstElement *pipeline, GstElement *source, GstElement *sink,
                                    guint64 max_pixels);

/* That of PIPELINE; NULL: it has none. */
EffNetDecoding *effnet_decoding_find(GstElement *pipeline);

/* Before the next URI, in READY. */
void effnet_decoding_begin(EffNetDecoding *decoding);

/* Before the same URI once more, after a failure: TRUE where another decoder may do better. */
gboolean effnet_decoding_begin_again(EffNetDecoding *decoding);

/* Whoever takes the frames says when it is done with one. From any thread. */
void effnet_decoding_note_done(EffNetDecoding *decoding);

/* Changes as long as anything moves. From any thread. */
guint effnet_decoding_get_progress(const EffNetDecoding *decoding);
/* How many frames there have been, with those that are left out. */
guint effnet_decoding_get_decoded(const EffNetDecoding *decoding);
/* Whether a frame is being worked at. */
gboolean effnet_decoding_is_busy(const EffNetDecoding *decoding);
/* Whether the file is a picture, and that has been seen. */
gboolean effnet_decoding_has_picture(const EffNetDecoding *decoding);

/* Of the streaming thread that brings a frame, or after all is over. The file's end is missing. */
gboolean effnet_decoding_is_truncated(const EffNetDecoding *decoding);
/* What kind of picture the decoder fails at, where the file's beginning does not tell. */
gboolean effnet_decoding_is_cmyk(const EffNetDecoding *decoding);

#endif
