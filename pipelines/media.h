/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the commands that pass images through an efficientnet. */
#ifndef EFFNET_MEDIA_H
#define EFFNET_MEDIA_H

#include "decoding.h"

/* Registers our elements that are part of the program. */
void effnet_media_register_elements(void);

/* Whether NAME is a URI. A file with such a name is a file. */
gboolean effnet_media_is_uri(const char *name);

/* The URI of NAME, a URI or a file that can be read. For g_free(). */
char *effnet_media_new_uri(const char *name, GError **error);

/* Sets the "uri" of SOURCE, a uridecodebin, to URI. A FIFO or device is opened here, and passed as
 * a descriptor: GStreamer's file reader cannot be stopped while it waits for a writer. */
void effnet_media_set_uri(GstElement *source, const char *uri);

/* Creates an element, called as its first one would be in a process ("efficientnet0"), and adds it
 * to BIN, which owns it and has no other of its kind. */
GstElement *effnet_media_add(GstBin *bin, const char *factory, GError **error);

/* Plays URI, which errors call NAME, in PIPELINE, from READY to the end and back. DECODING is that
 * of PIPELINE's SOURCE. It is an error if nothing comes for TIMEOUT seconds. */
gboolean effnet_media_show(GstElement *pipeline, GstElement *source, EffNetDecoding *decoding,
                           const char *name, const char *uri, guint timeout, GError **error);

/* Sets PROPERTY to VALUE, read as gst-launch-1.0 does; but a value that cannot be read, or is out
 * of range, is an error that names PROPERTY. */
gboolean effnet_media_set_property(GstElement *element, const char *property, const char *value,
                                   GError **error);

/* Sets CLASSIFIER, whose bus is BUS, to READY, where it opens its model; prints its warnings. */
gboolean effnet_media_open_model(GstElement *classifier, GstBus *bus, GError **error);

/* If MESSAGE says that a plugin is missing, sets *MISSING to its name. */
void effnet_media_note_missing(char **missing, GstMessage *message);

/* Sets ERROR to what MESSAGE, an error, says. NAME is what it is about, NULL: the settings; MISSING
 * is the name of a plugin that was found missing before, or NULL. */
void effnet_media_set_error(GError **error, const char *name, const char *missing,
                            GstMessage *message);

/* The length in bytes of the first of a label's synonyms. */
int effnet_media_label_length(const char *label);

#endif
