/* SPDX-License-Identifier: BSD-2-Clause */
/* The orientation that EXIF records in a picture, and its place in PNG, WebP and TIFF files, read
 * as their bytes arrive: no decoder of GStreamer's reports it. Likewise a PNG's form. */
#ifndef EFFNET_EXIF_H
#define EFFNET_EXIF_H

#include <glib.h>

#define EFFNET_EXIF_MAX 4096 /* the bytes of EXIF that are examined */

typedef struct {
    guint orientation; /* 1 to 8; 0: none */
    gboolean is_deep;  /* a PNG of 16 bits of red, green and blue each, without alpha */

    /* private */
    guint state;
    gboolean is_riff;
    gsize skip;   /* bytes to leave out first */
    gsize wanted; /* bytes to collect after that */
    gsize n;      /* bytes that were collected */
    guint8 bytes[EFFNET_EXIF_MAX];
} EffNetExif;

/* The orientation in the N bytes of EXIF, which are a TIFF file; 0: none. */
guint effnet_exif_get_orientation(const guint8 *tiff, gsize n);

/* Reads the next N bytes of a file of any kind. EXIF is zeroed before the first. */
void effnet_exif_feed(EffNetExif *exif, const guint8 *bytes, gsize n);

#endif
