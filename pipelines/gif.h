/* SPDX-License-Identifier: BSD-2-Clause */
/* How much of a GIF has come, read as its bytes arrive: some decoders take half an image for a
 * whole one. */
#ifndef EFFNET_GIF_H
#define EFFNET_GIF_H

#include <glib.h>

#define EFFNET_GIF_HEAD 13 /* bytes before the first colours and blocks */

typedef struct {
    gint n_whole; /* atomic: images that have come to their end; G_MAXINT: all that can be read */

    /* private */
    guint64 at; /* bytes of the file so far */
    guint state;
    gsize skip; /* bytes to leave out first */
    gsize n;    /* bytes that were collected */
    guint8 bytes[EFFNET_GIF_HEAD];
} EffNetGif;

/* Whether the first N bytes of a GIF have a size that is not 0. */
gboolean effnet_gif_has_size(const guint8 *bytes, gsize n);

/* Reads N bytes at OFFSET of a file; what was read before is left out. GIF is zeroed before the
 * first. */
void effnet_gif_feed(EffNetGif *gif, guint64 offset, const guint8 *bytes, gsize n);

#endif
