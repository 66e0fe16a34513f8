/* SPDX-License-Identifier: BSD-2-Clause */
#include "exif.h"

#include <string.h>

#define BIG                                                                                        \
    "MM\0*\0\0\0\x08\0\x02\x01\0\0\x03\0\0\0\x01\0\x10\0\0\x01\x12\0\x03\0\0\0\x01\0\x06\0\0"      \
    "\0\0\0\0"
#define LITTLE                                                                                     \
    "II*\0\x08\0\0\0\x02\0\0\x01\x03\0\x01\0\0\0\x10\0\0\0\x12\x01\x03\0\x01\0\0\0\x05\0\0\0"      \
    "\0\0\0\0"
#define N "\x26" /* both have 38 bytes */

#define PNG "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR1234567890123crc."
#define DEEP                                                                                       \
    "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR12345678\x10\2"                                                \
    "123crc."
#define PNG_END "\0\0\0\x02IDAThicrc.\0\0\0\0IENDcrc."
#define WEBP                                                                                       \
    "RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0"                                                               \
    "1234567890VP8 \x03\0\0\0"                                                                     \
    "odd\0"

#define BYTES(text) (const guint8 *)(text), sizeof(text) - 1

static const struct {
    const guint8 *bytes;
    gsize n;
    guint orientation;
    gboolean is_deep;
} cases[] = {
    {BYTES(PNG "\0\0\0" N "eXIf" BIG "crc." PNG_END), 6},
    {BYTES(PNG PNG_END), 0},
    {BYTES(DEEP PNG_END), 0, TRUE},
    {BYTES(DEEP "\0\0\0" N "eXIf" BIG), 6, TRUE},
    {BYTES("\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR12345678\x10\6890crc."), 0},
    {BYTES(PNG "\0\0\0\x05tEXteXIf!crc.\0\0\0" N "eXIf" LITTLE), 5},
    {BYTES(PNG "\0\0\0\x2c"
               "eXIfExif\0\0" BIG "crc."),
     6},
    {BYTES(PNG "\0\0\0\0eXIfcrc." PNG_END), 0},
    {BYTES(PNG "\xff\xff\xff\xff"
               "eXIf" BIG),
     0},
    {BYTES(WEBP "EXIF" N "\0\0\0" LITTLE), 5},
    {BYTES(WEBP "EXIF\x2c\0\0\0Exif\0\0" BIG), 6},
    {BYTES(WEBP "XMP \x02\0\0\0xy"), 0},
    {BYTES(BIG), 6},
    {BYTES(LITTLE "and pixels"), 5},
    {BYTES("II*\0\x0c\0\0\0four\x01\0\x12\x01\x03\0\x01\0\0\0\x08\0\0\0"), 8},
    {BYTES("II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x09\0\0\0"), 0},
    {BYTES("II*\0\x02\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0"), 0},
    {BYTES("\xff\xd8\xff\xe1" BIG), 0},
};

static void
test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (gsize step = 1; step <= cases[i].n; step += cases[i].n - 1) {
            EffNetExif exif = {0};

            g_test_message("case %u, %" G_GSIZE_FORMAT " bytes at once", i, step);
            for (gsize at = 0; at < cases[i].n; at += step)
                effnet_exif_feed(&exif, cases[i].bytes + at, MIN(step, cases[i].n - at));
            g_assert_cmpuint(exif.orientation, ==, cases[i].orientation);
            g_assert_cmpint(exif.is_deep, ==, cases[i].is_deep);
        }
}

/* Whatever bytes claim, nothing outside of them is read. */
static void
test_bounds(void)
{
    static const char whole[] = PNG "\0\0\0" N "eXIf" BIG;
    const gsize n = sizeof whole - 1;

    for (gsize at = 8; at < n; at++)
        for (guint value = 0; value < 256; value += 15) {
            g_autofree guint8 *bytes = g_memdup2(whole, n);
            EffNetExif exif = {0};

            bytes[at] = (guint8)value;
            effnet_exif_feed(&exif, bytes, n);
            g_assert_cmpuint(exif.orientation, <=, 8);
            for (gsize cut = n - 38; cut < n; cut++) {
                g_autofree guint8 *tiff = g_memdup2(bytes + n - 38, cut - (n - 38));

                g_assert_cmpuint(effnet_exif_get_orientation(tiff, cut - (n - 38)), <=, 8);
            }
        }
}

/* EXIF may be larger than what is kept of it, and a directory anywhere. */
static void
test_long(void)
{
    g_autofree guint8 *zeros = g_malloc0(100000);
    EffNetExif exif = {0};

    effnet_exif_feed(&exif, BYTES(PNG "\0\x01\0\0eXIf" LITTLE));
    g_assert_cmpuint(exif.orientation, ==, 0); /* there may be more of it */
    effnet_exif_feed(&exif, zeros, 100000);
    g_assert_cmpuint(exif.orientation, ==, 5);

    memset(&exif, 0, sizeof exif);
    effnet_exif_feed(&exif, BYTES("MM\0*\0\x01\x86\xa8")); /* 100,008 */
    effnet_exif_feed(&exif, zeros, 100000);
    effnet_exif_feed(&exif, BYTES("\0\x01\x01\x12\0\x03\0\0\0\x01\0\x03\0\0"));
    g_assert_cmpuint(exif.orientation, ==, 3);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/exif/cases", test_cases);
    g_test_add_func("/exif/bounds", test_bounds);
    g_test_add_func("/exif/long", test_long);
    return g_test_run();
}
