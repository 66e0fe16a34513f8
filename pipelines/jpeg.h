/* SPDX-License-Identifier: BSD-2-Clause */
/* What a JPEG says about itself, read as its bytes arrive: GStreamer 1.22's decoder reports neither
 * the orientation nor that the picture was truncated. */
#ifndef EFFNET_JPEG_H
#define EFFNET_JPEG_H

#include <glib.h>

#define EFFNET_JPEG_MAX_SEGMENT 4096 /* the bytes of a segment that are examined */

typedef struct {
    guint n_components; /* 0: not known yet */
    guint orientation;  /* EXIF's, 1 to 8; 0: none */
    gboolean has_more;  /* there is an index of further pictures: previews, gain maps */
    gboolean is_whole;  /* the end was seen */

    /* private */
    guint state;
    guint8 marker;
    gsize length; /* the segment's, without the length's own two bytes */
    gsize n_read; /* bytes of the segment so far */
    guint8 segment[EFFNET_JPEG_MAX_SEGMENT];
} EffNetJpeg;

/* Reads the next N bytes of a file. JPEG is zeroed before the first. */
void effnet_jpeg_feed(EffNetJpeg *jpeg, const guint8 *bytes, gsize n);

#endif
