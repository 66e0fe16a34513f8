/* SPDX-License-Identifier: BSD-2-Clause */
#include "learn/thumbnail.h"

#include <gio/gio.h>
#include <string.h>

static guint32
read_number(const guint8 *bytes)
{
    return (guint32)bytes[0] << 24 | (guint32)bytes[1] << 16 | (guint32)bytes[2] << 8 | bytes[3];
}

/* The pixels of PNG, of WIDTH x HEIGHT, as a decoder finds them: with the filters "none" and "up".
 */
static guint8 *
decode(GBytes *png, guint width, guint height)
{
    static const guint8 end_crc[] = {0xae, 0x42, 0x60, 0x82}; /* of an empty IEND */
    gsize n, read, written, row = (gsize)width * 3;
    const guint8 *bytes = g_bytes_get_data(png, &n);
    g_autoptr(GZlibDecompressor) zlib = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB);
    g_autofree guint8 *filtered = g_malloc((row + 1) * height + 1);
    guint8 *pixels = g_malloc(row * height);

    g_assert_cmpmem(bytes, 8, "\x89PNG\r\n\x1a\n", 8);
    g_assert_cmpuint(read_number(bytes + 8), ==, 13);
    g_assert_cmpuint(read_number(bytes + 16), ==, width);
    g_assert_cmpuint(read_number(bytes + 20), ==, height);
    g_assert_cmpmem(bytes + 24, 5, "\x08\x02\x00\x00\x00", 5);
    g_assert_cmpmem(bytes + 37, 4, "IDAT", 4);
    g_assert_cmpmem(bytes + n - 4, 4, end_crc, 4);
    g_assert_cmpint(g_converter_convert(G_CONVERTER(zlib), bytes + 41, read_number(bytes + 33),
                                        filtered, (row + 1) * height + 1, G_CONVERTER_INPUT_AT_END,
                                        &read, &written, NULL),
                    ==, G_CONVERTER_FINISHED);
    g_assert_cmpuint(written, ==, (row + 1) * height);
    for (guint y = 0; y < height; y++) {
        g_assert_cmpuint(filtered[(row + 1) * y], ==, y > 0 ? 2 : 0);
        for (gsize i = 0; i < row; i++)
            pixels[row * y + i] =
                (guint8)(filtered[(row + 1) * y + 1 + i] + (y > 0 ? pixels[row * (y - 1) + i] : 0));
    }
    return pixels;
}

static void
test_png(void)
{
    guint8 noise[7 * 5 * 3], plain[200 * 3] = {0};
    g_autoptr(GBytes) of_noise = NULL;
    g_autoptr(GBytes) of_plain = effnet_thumbnail_to_png(plain, 200, 1);
    g_autofree guint8 *back = NULL;

    for (guint i = 0; i < sizeof noise; i++)
        noise[i] = (guint8)(i * 2654435769u >> 24);
    of_noise = effnet_thumbnail_to_png(noise, 7, 5);
    back = decode(of_noise, 7, 5);
    g_assert_cmpmem(back, sizeof noise, noise, sizeof noise);
    g_assert_cmpuint(g_bytes_get_size(of_plain), <, 120);
}

/* At half the size, pixels are means. */
static void
test_uri(void)
{
    const guint8 pixels[] = {0, 0, 0, 100, 0, 0, 0, 40, 0, 100, 0, 255};
    g_autofree char *uri = effnet_thumbnail_to_uri(pixels, 2);
    g_autofree guint8 *bytes = NULL, *back = NULL;
    g_autoptr(GBytes) png = NULL;
    const guint8 mean[] = {50, 10, 64};
    gsize n;

    g_assert_true(g_str_has_prefix(uri, "data:image/png;base64,"));
    bytes = g_base64_decode(strchr(uri, ',') + 1, &n);
    png = g_bytes_new(bytes, n);
    back = decode(png, 1, 1);
    g_assert_cmpmem(back, 3, mean, 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/learn/thumbnail/png", test_png);
    g_test_add_func("/learn/thumbnail/uri", test_uri);
    return g_test_run();
}
