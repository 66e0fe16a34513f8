/* SPDX-License-Identifier: BSD-2-Clause */
#include <string.h>

#include "exif.h"
#include "fuzz.h"
#include "gif.h"
#include "jpeg.h"

typedef struct {
    EffNetGif gif;
    EffNetJpeg jpeg;
    EffNetExif exif;
} Readers;

static void
read_in_parts(Readers *readers, const guint8 *data, gsize size, gsize part)
{
    memset(readers, 0, sizeof *readers);
    for (gsize at = 0; at < size; at += part) {
        gsize n = MIN(part, size - at);

        effnet_gif_feed(&readers->gif, at, data + at, n);
        effnet_jpeg_feed(&readers->jpeg, data + at, n);
        effnet_exif_feed(&readers->exif, data + at, n);
    }
}

/* The first byte says how many of the others come at a time, which must make no difference. */
int
LLVMFuzzerTestOneInput(const guint8 *data, gsize size)
{
    Readers whole, parts;

    if (size < 2)
        return 0;
    read_in_parts(&whole, data + 1, size - 1, size - 1);
    read_in_parts(&parts, data + 1, size - 1, 1 + data[0] % 64);
    if (whole.gif.n_whole != parts.gif.n_whole ||
        whole.jpeg.n_components != parts.jpeg.n_components ||
        whole.jpeg.orientation != parts.jpeg.orientation ||
        whole.jpeg.has_more != parts.jpeg.has_more || whole.jpeg.is_whole != parts.jpeg.is_whole ||
        whole.exif.orientation != parts.exif.orientation ||
        whole.exif.is_deep != parts.exif.is_deep)
        g_error("a picture in parts of %d bytes is another", 1 + data[0] % 64);
    if (whole.jpeg.orientation > 8 || whole.exif.orientation > 8)
        g_error("no orientation");
    return 0;
}
