/* SPDX-License-Identifier: BSD-2-Clause */
#include "gif.h"

/* What is collected: the file's head, a block's first byte, an image's head, the length of a part
 * of an extension or of an image. */
enum { FILE_HEAD, BLOCK, IMAGE_HEAD, EXTENSION_PART, IMAGE_PART, END };

enum { EXTENSION = 0x21, IMAGE = 0x2c };

#define SIZE       6 /* where the file's head has its width and height, of two bytes each */
#define FLAGS      10
#define IMAGE_SIZE 9 /* bytes of an image's head */
#define IMAGE_FLAG 8

static const gsize wanted[] = {
    [FILE_HEAD] = EFFNET_GIF_HEAD, [BLOCK] = 1,      [IMAGE_HEAD] = IMAGE_SIZE,
    [EXTENSION_PART] = 1,          [IMAGE_PART] = 1,
};

static gsize
get_colors_size(guint8 flags)
{
    return flags & 0x80 ? (gsize)3 << ((flags & 7) + 1) : 0;
}

static void
go_on(EffNetGif *gif, guint state, gsize skip)
{
    gif->state = state;
    gif->skip = skip;
    gif->n = 0;
}

/* At the trailer, or at what no GIF has. */
static void
end(EffNetGif *gif)
{
    gif->state = END;
    g_atomic_int_set(&gif->n_whole, G_MAXINT);
}

static void
read_block(EffNetGif *gif)
{
    guint8 kind = gif->bytes[0];

    if (kind == IMAGE)
        go_on(gif, IMAGE_HEAD, 0);
    else if (kind == EXTENSION)
        go_on(gif, EXTENSION_PART, 1); /* after its kind */
    else
        end(gif);
}

static void
read_part(EffNetGif *gif)
{
    guint length = gif->bytes[0];

    if (length == 0 && gif->state == IMAGE_PART)
        g_atomic_int_inc(&gif->n_whole);
    go_on(gif, length == 0 ? BLOCK : gif->state, length);
}

static void
read_collected(EffNetGif *gif)
{
    if (gif->state == FILE_HEAD)
        go_on(gif, BLOCK, get_colors_size(gif->bytes[FLAGS]));
    else if (gif->state == BLOCK)
        read_block(gif);
    else if (gif->state == IMAGE_HEAD) /* the bits of a code are before the parts */
        go_on(gif, IMAGE_PART, get_colors_size(gif->bytes[IMAGE_FLAG]) + 1);
    else
        read_part(gif);
}

gboolean
effnet_gif_has_size(const guint8 *bytes, gsize n)
{
    return n >= SIZE + 4 && (bytes[SIZE] || bytes[SIZE + 1]) &&
           (bytes[SIZE + 2] || bytes[SIZE + 3]);
}

void
effnet_gif_feed(EffNetGif *gif, guint64 offset, const guint8 *bytes, gsize n)
{
    gsize known = (gsize)MIN(n, offset < gif->at ? gif->at - offset : 0);

    gif->at += n - known;
    for (gsize i = known; i < n && gif->state != END;) {
        gsize skipped = MIN(gif->skip, n - i);

        gif->skip -= skipped;
        i += skipped;
        if (gif->skip > 0 || i == n)
            return;
        gif->bytes[gif->n++] = bytes[i++];
        if (gif->n == wanted[gif->state])
            read_collected(gif);
    }
}
