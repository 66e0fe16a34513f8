/* SPDX-License-Identifier: BSD-2-Clause */
#include "jpeg.h"

#include <string.h>

#define EXIF_BIG                                                                                   \
    "\xff\xe1\0\x22"                                                                               \
    "Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
#define EXIF_LITTLE                                                                                \
    "\xff\xe1\0\x22"                                                                               \
    "Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x03\0\0\0\0\0\0\0"
#define MPF     "\xff\xe2\0\x06MPF\0"
#define FRAME_3 "\xff\xc0\0\x0b\x08\0\x10\0\x10\x03\x01\x11\0"
#define FRAME_4 "\xff\xc2\0\x0b\x08\0\x10\0\x10\x04\x01\x11\0"
/* Stuffing, a restart, and what does not end the scan. */
#define SCAN  "\xff\xda\0\x08\x01\x01\0\0\x3f\0ab\xff\0c\xff\xd0"
#define THUMB "\xff\xec\0\x06\xff\xd8\xff\xd9"

#define BYTES(text) (const guint8 *)(text), sizeof(text) - 1

typedef struct {
    const guint8 *bytes;
    gsize n;
    guint n_components, orientation;
    gboolean has_more, is_whole;
} Case;

static const Case cases[] = {
    {BYTES("\xff\xd8" EXIF_BIG FRAME_3 SCAN "\xff\xd9"), 3, 6, FALSE, TRUE},
    {BYTES("\xff\xd8" EXIF_LITTLE FRAME_3 SCAN "\xff\xd9"), 3, 3, FALSE, TRUE},
    {BYTES("\xff\xd8" MPF FRAME_4 SCAN "\xff\xff\xd9 and more"), 4, 0, TRUE, TRUE},
    {BYTES("\xff\xd8" THUMB FRAME_3 SCAN "rest"), 3, 0, FALSE, FALSE},
    {BYTES("\xff\xd8" FRAME_3 SCAN "\xff\xc4\0\x04xx\xff\xda\0\x02more\xff\xd9"), 3, 0, FALSE,
     TRUE},
    {BYTES("\xff\xd8\xff\xe1\0\x02" FRAME_3), 3, 0, FALSE, FALSE},
    {BYTES("GIF89a\xff\xd9"), 0, 0, FALSE, FALSE},
};

static void
test_cases(void)
{
    for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
        for (gsize step = 1; step <= cases[i].n; step += cases[i].n - 1) {
            EffNetJpeg jpeg = {0};

            for (gsize at = 0; at < cases[i].n; at += step)
                effnet_jpeg_feed(&jpeg, cases[i].bytes + at, MIN(step, cases[i].n - at));
            g_assert_cmpuint(jpeg.n_components, ==, cases[i].n_components);
            g_assert_cmpuint(jpeg.orientation, ==, cases[i].orientation);
            g_assert_cmpint(jpeg.has_more, ==, cases[i].has_more);
            g_assert_cmpint(jpeg.is_whole, ==, cases[i].is_whole);
        }
}

/* Wherever a directory claims to be, nothing outside of the segment is read. */
static void
test_exif_bounds(void)
{
    static const char whole[] = "\xff\xd8" EXIF_BIG FRAME_3;

    for (gsize at = 12; at < sizeof EXIF_BIG; at++)
        for (guint value = 0; value < 256; value += 15) {
            guint8 bytes[sizeof whole];
            EffNetJpeg jpeg = {0};

            memcpy(bytes, whole, sizeof whole);
            bytes[at] = (guint8)value;
            effnet_jpeg_feed(&jpeg, bytes, sizeof bytes);
            g_assert_cmpuint(jpeg.orientation, <=, 8);
        }
}

/* A segment may be larger than what is kept of it. */
static void
test_long_segment(void)
{
    g_autofree guint8 *bytes = g_malloc0(2 + 2 + 0xffff);
    EffNetJpeg jpeg = {0};

    memcpy(bytes,
           "\xff\xd8\xff\xe1\xff\xff"
           "Exif\0\0MM\0*\xff\xff\xff\xff",
           20);
    effnet_jpeg_feed(&jpeg, bytes, 2 + 2 + 0xffff);
    effnet_jpeg_feed(&jpeg, BYTES(FRAME_3 SCAN "\xff\xd9"));
    g_assert_true(jpeg.is_whole);
    g_assert_cmpuint(jpeg.n_components, ==, 3);
    g_assert_cmpuint(jpeg.orientation, ==, 0);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/jpeg/cases", test_cases);
    g_test_add_func("/jpeg/exif-bounds", test_exif_bounds);
    g_test_add_func("/jpeg/long-segment", test_long_segment);
    return g_test_run();
}
