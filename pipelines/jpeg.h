/* SPDX-License-Identifier: BSD-2-Clause */
/* What a JPEG says of itself, read as its bytes come: GStreamer 1.22's decoder passes on neither
 * the orientation nor that the picture was cut off. */
#ifndef EFFNET_JPEG_H
#define EFFNET_JPEG_H

#include <glib.h>

#define EFFNET_JPEG_MAX_SEGMENT 4096 /* bytes of a segment that are looked at */

typedef struct {
    guint n_components; /* 0: not known yet */
    guint orientation;  /* of EXIF, 1 to 8; 0: it says none */
    gboolean has_more;  /* an index of further pictures: previews, gain maps */
    gboolean is_whole;  /* the end has been seen */

    /* private */
    guint state;
    guint8 marker;
    gsize length; /* of the segment, without its own two bytes */
    gsize n_read; /* of it */
    guint8 segment[EFFNET_JPEG_MAX_SEGMENT];
} EffNetJpeg;

/* The next N bytes of a file whose JPEG, which begins zeroed, is its first. */
void effnet_jpeg_feed(EffNetJpeg *jpeg, const guint8 *bytes, gsize n);

#endif
