/* SPDX-License-Identifier: BSD-2-Clause */
/* What the commands that show pictures to an efficientnet have in common. */
#ifndef EFFNET_MEDIA_H
#define EFFNET_MEDIA_H

#include "decoding.h"

/* Makes the elements of ours known that the program has in itself. */
void effnet_media_register_elements(void);

/* Whether NAME is a URI. A file that is called as if it were one is a file. */
gboolean effnet_media_is_uri(const char *name);

/* NAME is a URI, or a file that can be read. */
char *effnet_media_new_uri(const char *name, GError **error);

/* Makes an element and adds it to BIN, which owns it. */
GstElement *effnet_media_add(GstBin *bin, const char *factory, GError **error);

/* Plays what is at URI, of which errors speak as NAME, from PIPELINE's READY to its end, and back.
 * DECODING is that of PIPELINE's SOURCE. It is an error if nothing comes for TIMEOUT seconds. */
gboolean effnet_media_show(GstElement *pipeline, GstElement *source, EffNetDecoding *decoding,
                           const char *name, const char *uri, guint timeout, GError **error);

/* Reads VALUE as gst-launch-1.0 does; but what cannot be read, or is out of range, is an error that
 * says which PROPERTY it is about. */
gboolean effnet_media_set_property(GstElement *element, const char *property, const char *value,
                                   GError **error);

/* Takes CLASSIFIER, whose bus is BUS, to READY, where it opens its model. */
gboolean effnet_media_open_model(GstElement *classifier, GstBus *bus, GError **error);

/* If MESSAGE says that a plugin is missing, its name becomes *MISSING. */
void effnet_media_note_missing(char **missing, GstMessage *message);

/* What a message of an error says. NAME is what it is about, NULL: the settings; MISSING the name
 * of the plugin that was missed before, or NULL. */
void effnet_media_set_error(GError **error, const char *name, const char *missing,
                            GstMessage *message);

/* Of a label's synonyms the first, as the number of its bytes. */
int effnet_media_label_length(const char *label);

#endif
