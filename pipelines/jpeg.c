/* SPDX-License-Identifier: BSD-2-Clause */
#include "jpeg.h"

#include <string.h>

enum { MARKER_START, MARKER, LENGTH_HIGH, LENGTH_LOW, SEGMENT, SCAN, SCAN_MARKER, END };

enum { SOI = 0xd8, EOI = 0xd9, SOS = 0xda, APP1 = 0xe1, APP2 = 0xe2, TEM = 0x01 };

#define EXIF_ORIENTATION 0x0112

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

static guint
read_16(const guint8 *bytes, gboolean is_little)
{
    return is_little ? bytes[1] << 8 | bytes[0] : bytes[0] << 8 | bytes[1];
}

static guint32
read_32(const guint8 *bytes, gboolean is_little)
{
    guint32 first = read_16(bytes, is_little), second = read_16(bytes + 2, is_little);

    return is_little ? second << 16 | first : first << 16 | second;
}

/* The orientation in a TIFF header's first directory, which is what EXIF is. */
static guint
read_orientation(const guint8 *tiff, gsize n)
{
    gboolean is_little;
    guint32 at, entries;

    if (n < 8 || (memcmp(tiff, "II*", 3) != 0 && memcmp(tiff, "MM\0*", 4) != 0))
        return 0;
    is_little = tiff[0] == 'I';
    at = read_32(tiff + 4, is_little);
    if (at > n - 2)
        return 0;
    entries = read_16(tiff + at, is_little);
    at += 2;
    for (; entries > 0 && n - at >= 12; entries--, at += 12) {
        guint value = read_16(tiff + at + 8, is_little);

        if (read_16(tiff + at, is_little) == EXIF_ORIENTATION)
            return value >= 1 && value <= 8 ? value : 0;
    }
    return 0;
}

static void
read_segment(EffNetJpeg *jpeg)
{
    const guint8 *segment = jpeg->segment;
    gsize n = MIN(jpeg->length, sizeof jpeg->segment);

    if (is_frame_header(jpeg->marker) && n >= 6)
        jpeg->n_components = segment[5];
    else if (jpeg->marker == APP1 && n >= 6 && memcmp(segment, "Exif\0", 6) == 0)
        jpeg->orientation = read_orientation(segment + 6, n - 6);
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
