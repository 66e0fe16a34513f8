/* SPDX-License-Identifier: BSD-2-Clause */
#include "jpeg.h"

#include <string.h>

#include "exif.h"

enum { MARKER_START, MARKER, LENGTH_HIGH, LENGTH_LOW, SEGMENT, SCAN, SCAN_MARKER, END };

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, APP2 = 0xe2, TEM = 0x01 };

static gboolean
is_frame_header(guint8 marker)
{
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
}

static gboolean
is_restart(guint8 marker)
{
    return marker >= 0xd0 && marker <= 0xd7;
}

static void
read_segment(EffNetJpeg *jpeg)
{
    const guint8 *segment = jpeg->segment;
    gsize n = MIN(jpeg->length, sizeof jpeg->segment);

    if (is_frame_header(jpeg->marker) && n >= 6)
        jpeg->n_components = segment[5];
    else if (jpeg->marker == APP1 && n >= 6 && memcmp(segment, "Exif\0", 6) == 0)
        jpeg->orientation = effnet_exif_get_orientation(segment + 6, n - 6);
    else if (jpeg->marker == APP2 && n >= 4 && memcmp(segment, "MPF", 4) == 0)
        jpeg->has_more = TRUE;
}

static guint
after_marker(EffNetJpeg *jpeg)
{
    if (jpeg->marker == EOI)
        jpeg->is_whole = TRUE;
    if (jpeg->marker == EOI || jpeg->marker == 0)
        return END; /* 0 is no marker: what follows cannot be read */
    if (jpeg->marker == SOI || jpeg->marker == TEM || is_restart(jpeg->marker))
        return MARKER_START;
    return LENGTH_HIGH;
}

static guint
after_segment(EffNetJpeg *jpeg)
{
    read_segment(jpeg);
    return jpeg->marker == SOS ? SCAN : MARKER_START;
}

/* Consumes what the states SEGMENT or SCAN can consume at once of N bytes; returns how many. */
static gsize
feed_many(EffNetJpeg *jpeg, const guint8 *bytes, gsize n)
{
    const guint8 *marker;

    if (jpeg->state == SCAN) {
        marker = memchr(bytes, 0xff, n);
        if (marker == NULL)
            return n;
        jpeg->state = SCAN_MARKER;
        return (gsize)(marker - bytes) + 1;
    }
    n = MIN(n, jpeg->length - jpeg->n_read);
    if (jpeg->n_read < sizeof jpeg->segment)
        memcpy(jpeg->segment + jpeg->n_read, bytes, MIN(n, sizeof jpeg->segment - jpeg->n_read));
    jpeg->n_read += n;
    if (jpeg->n_read == jpeg->length)
        jpeg->state = after_segment(jpeg);
    return n;
}

static void
feed_one(EffNetJpeg *jpeg, guint8 byte)
{
    switch (jpeg->state) {
    case MARKER_START:
        jpeg->state = byte == 0xff ? MARKER : END;
        break;
    case SCAN_MARKER:
        if (byte == 0 || is_restart(byte)) {
            jpeg->state = SCAN;
            break;
        }
        /* fall through */
    case MARKER:
        if (byte == 0xff) /* padding */
            break;
        jpeg->marker = byte;
        jpeg->state = after_marker(jpeg);
        break;
    case LENGTH_HIGH:
        jpeg->length = (gsize)byte << 8;
        jpeg->state = LENGTH_LOW;
        break;
    case LENGTH_LOW:
        jpeg->length |= byte;
        jpeg->length = jpeg->length < 2 ? 0 : jpeg->length - 2;
        jpeg->n_read = 0;
        jpeg->state = jpeg->length > 0 ? SEGMENT : after_segment(jpeg);
        break;
    }
}

void
effnet_jpeg_feed(EffNetJpeg *jpeg, const guint8 *bytes, gsize n)
{
    for (gsize i = 0; i < n && jpeg->state != END;) {
        if (jpeg->state == SEGMENT || jpeg->state == SCAN)
            i += feed_many(jpeg, bytes + i, n - i);
        else
            feed_one(jpeg, bytes[i++]);
    }
}
