/* SPDX-License-Identifier: BSD-2-Clause */
#include "exif.h"

#include <string.h>

/* What is collected: a file's head, a chunk's head, a PNG's form, EXIF, a TIFF file's directory. */
enum { FILE_HEAD, CHUNK_HEAD, FORM, EXIF, LITTLE_DIRECTORY, BIG_DIRECTORY, END };

#define ORIENTATION 0x0112
#define HEAD        8  /* bytes of a file's, a chunk's and TIFF's head */
#define ENTRY       12 /* bytes of an entry of a directory */
#define CRC         4  /* bytes after a chunk of PNG */
#define FORM_SIZE   13
#define FORM_DEPTH  8 /* where it has the bits of a channel; what the channels are is next */
#define FORM_RGB    2

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

static gboolean
is_tiff(const guint8 *bytes, gsize n)
{
    return n >= HEAD && (memcmp(bytes, "II*", 4) == 0 || memcmp(bytes, "MM\0*", 4) == 0);
}

static guint
read_directory(const guint8 *bytes, gsize n, gboolean is_little)
{
    guint entries = n < 2 ? 0 : read_16(bytes, is_little);

    for (gsize at = 2; entries > 0 && at + ENTRY <= n; entries--, at += ENTRY) {
        guint value = read_16(bytes + at + 8, is_little);

        if (read_16(bytes + at, is_little) == ORIENTATION)
            return value >= 1 && value <= 8 ? value : 0;
    }
    return 0;
}

guint
effnet_exif_get_orientation(const guint8 *tiff, gsize n)
{
    gboolean is_little;
    guint32 at;

    if (!is_tiff(tiff, n))
        return 0;
    is_little = tiff[0] == 'I';
    at = read_32(tiff + 4, is_little);
    return at < n ? read_directory(tiff + at, n - at, is_little) : 0;
}

static void
collect(EffNetExif *exif, guint state, gsize skip, gsize wanted)
{
    exif->state = state;
    exif->skip = skip;
    exif->wanted = MIN(wanted, sizeof exif->bytes);
    exif->n = 0;
}

static void
read_file_head(EffNetExif *exif)
{
    gboolean is_little = exif->bytes[0] == 'I';
    guint32 directory = read_32(exif->bytes + 4, is_little);

    exif->is_riff = memcmp(exif->bytes, "RIFF", 4) == 0;
    if (exif->is_riff)
        collect(exif, CHUNK_HEAD, strlen("WEBP"), HEAD);
    else if (memcmp(exif->bytes, "\x89PNG\r\n\x1a\n", HEAD) == 0)
        collect(exif, CHUNK_HEAD, 0, HEAD);
    else if (is_tiff(exif->bytes, HEAD) && directory >= HEAD)
        collect(exif, is_little ? LITTLE_DIRECTORY : BIG_DIRECTORY, directory - HEAD, G_MAXSIZE);
    else
        exif->state = END;
}

static void
read_chunk_head(EffNetExif *exif)
{
    const guint8 *bytes = exif->bytes;
    gsize length = read_32(exif->is_riff ? bytes + 4 : bytes, exif->is_riff);

    if (memcmp(exif->is_riff ? bytes : bytes + 4, exif->is_riff ? "EXIF" : "eXIf", 4) == 0)
        collect(exif, EXIF, 0, length);
    else if (!exif->is_riff && memcmp(bytes + 4, "IHDR", 4) == 0 && length == FORM_SIZE)
        collect(exif, FORM, 0, FORM_SIZE);
    else
        collect(exif, CHUNK_HEAD, length + (exif->is_riff ? length % 2 : CRC), HEAD);
}

static void
read_form(EffNetExif *exif)
{
    exif->is_deep = exif->bytes[FORM_DEPTH] == 16 && exif->bytes[FORM_DEPTH + 1] == FORM_RGB;
    collect(exif, CHUNK_HEAD, CRC, HEAD);
}

/* Some programs leave what JPEG has before EXIF. */
static void
read_exif(EffNetExif *exif)
{
    gsize at = exif->n > 6 && memcmp(exif->bytes, "Exif\0", 6) == 0 ? 6 : 0;

    exif->orientation = effnet_exif_get_orientation(exif->bytes + at, exif->n - at);
    exif->state = END;
}

/* Reads what was collected; a directory's length is not known before, and what there is counts. */
static void
read_collected(EffNetExif *exif)
{
    if (exif->state == LITTLE_DIRECTORY || exif->state == BIG_DIRECTORY) {
        exif->orientation = read_directory(exif->bytes, exif->n, exif->state == LITTLE_DIRECTORY);
        if (exif->n == exif->wanted)
            exif->state = END;
    } else if (exif->n < exif->wanted) {
        return;
    } else if (exif->state == FILE_HEAD) {
        read_file_head(exif);
    } else if (exif->state == CHUNK_HEAD) {
        read_chunk_head(exif);
    } else if (exif->state == FORM) {
        read_form(exif);
    } else {
        read_exif(exif);
    }
}

void
effnet_exif_feed(EffNetExif *exif, const guint8 *bytes, gsize n)
{
    if (exif->state == FILE_HEAD)
        exif->wanted = HEAD;
    while (n > 0 && exif->state != END) {
        gsize skipped = MIN(exif->skip, n), taken = MIN(exif->wanted - exif->n, n - skipped);

        memcpy(exif->bytes + exif->n, bytes + skipped, taken);
        exif->skip -= skipped;
        exif->n += taken;
        bytes += skipped + taken;
        n -= skipped + taken;
        if (exif->skip == 0)
            read_collected(exif);
    }
}
