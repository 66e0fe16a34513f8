/* SPDX-License-Identifier: BSD-2-Clause */
#include "thumbnail.h"

#include <gio/gio.h>
#include <math.h>
#include <string.h>

guint8 *
effnet_thumbnail_read(const EffNetInput *input, const EffNetModelInfo *info)
{
    gsize pixels = (gsize)info->resolution * info->resolution;
    guint channels = info->in_channels;
    g_autofree float *chw = g_new(float, pixels *channels);
    guint8 *image = g_malloc(pixels * 3);

    effnet_input_get_tensor(input, chw);
    for (gsize i = 0; i < pixels; i++)
        for (guint c = 0; c < 3; c++) {
            guint from = channels == 3 ? c : 0;
            float value = chw[from * pixels + i] * info->std[from] + info->mean[from];

            image[i * 3 + c] = (guint8)CLAMP(lrintf(value * 255), 0, 255);
        }
    return image;
}

static void
append_number(GByteArray *bytes, guint32 number)
{
    guint32 ordered = GUINT32_TO_BE(number);

    g_byte_array_append(bytes, (const guint8 *)&ordered, sizeof ordered);
}

/* The checksum that PNG prescribes. */
static guint32
crc_of(const guint8 *bytes, gsize n)
{
    guint32 crc = G_MAXUINT32;

    for (gsize i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (guint bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
    }
    return ~crc;
}

static void
append_chunk(GByteArray *png, const char *type, const guint8 *data, gsize n)
{
    guint start;

    append_number(png, (guint32)n);
    start = png->len;
    g_byte_array_append(png, (const guint8 *)type, 4);
    g_byte_array_append(png, data, (guint)n);
    append_number(png, crc_of(png->data + start, png->len - start));
}

/* ROWS of BYTES, each after its filter's number, compressed. */
static GByteArray *
compress(const guint8 *pixels, gsize bytes, guint rows)
{
    g_autoptr(GZlibCompressor) zlib = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_ZLIB, 9);
    gsize n = (bytes + 1) * rows, read, written;
    g_autofree guint8 *filtered = g_malloc0(n);
    GByteArray *out = g_byte_array_new();

    for (guint y = 0; y < rows; y++) {
        guint8 *row = filtered + (bytes + 1) * y;

        row[0] = y > 0 ? 2 : 0; /* the difference from the row above */
        for (gsize i = 0; i < bytes; i++)
            row[1 + i] =
                (guint8)(pixels[bytes * y + i] - (y > 0 ? pixels[bytes * (y - 1) + i] : 0));
    }
    g_byte_array_set_size(out, (guint)(n + n / 8 + 256)); /* more than zlib ever needs */
    g_converter_convert(G_CONVERTER(zlib), filtered, n, out->data, out->len,
                        G_CONVERTER_INPUT_AT_END, &read, &written, NULL);
    g_byte_array_set_size(out, (guint)written);
    return out;
}

GBytes *
effnet_thumbnail_to_png(const guint8 *pixels, guint width, guint height)
{
    static const guint8 signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const guint8 rgb[] = {8, 2, 0, 0, 0}; /* 8 bits, colours, three times the only method */
    g_autoptr(GByteArray) data = compress(pixels, (gsize)width * 3, height);
    g_autoptr(GByteArray) header = g_byte_array_new();
    GByteArray *png = g_byte_array_new();

    append_number(header, width);
    append_number(header, height);
    g_byte_array_append(header, rgb, sizeof rgb);
    g_byte_array_append(png, signature, sizeof signature);
    append_chunk(png, "IHDR", header->data, header->len);
    append_chunk(png, "IDAT", data->data, data->len);
    append_chunk(png, "IEND", NULL, 0);
    return g_byte_array_free_to_bytes(png);
}

/* Each pixel is the mean of four. */
static guint8 *
halve(const guint8 *pixels, guint side)
{
    guint half = side / 2;
    guint8 *small = g_malloc((gsize)half * half * 3);

    for (guint y = 0; y < half; y++)
        for (guint x = 0; x < half; x++)
            for (guint c = 0; c < 3; c++) {
                const guint8 *at = pixels + ((gsize)2 * y * side + 2 * x) * 3 + c;

                small[((gsize)y * half + x) * 3 + c] =
                    (guint8)((at[0] + at[3] + at[side * 3] + at[side * 3 + 3] + 2) / 4);
            }
    return small;
}

char *
effnet_thumbnail_to_uri(const guint8 *pixels, guint side)
{
    g_autofree guint8 *small = halve(pixels, side);
    g_autoptr(GBytes) png = effnet_thumbnail_to_png(small, side / 2, side / 2);
    gsize n;
    gconstpointer bytes = g_bytes_get_data(png, &n);
    g_autofree char *text = g_base64_encode(bytes, n);

    return g_strconcat("data:image/png;base64,", text, NULL);
}
