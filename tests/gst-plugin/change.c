/* SPDX-License-Identifier: BSD-2-Clause */
#include "change.h"

static void
write_component(GstVideoFrame *map, guint c, guint base, guint slope)
{
    guint depth = GST_VIDEO_FRAME_COMP_DEPTH(map, c);

    for (gint y = 0; y < GST_VIDEO_FRAME_COMP_HEIGHT(map, c); y++) {
        for (gint x = 0; x < GST_VIDEO_FRAME_COMP_WIDTH(map, c); x++) {
            guint8 *at = (guint8 *)GST_VIDEO_FRAME_COMP_DATA(map, c) +
                         y * GST_VIDEO_FRAME_COMP_STRIDE(map, c) +
                         x * GST_VIDEO_FRAME_COMP_PSTRIDE(map, c);
            guint value = base + (guint)x * slope;

            if (depth <= 8)
                *at = (guint8)value;
            else /* the offset of a pair's second number is 1, though each has two bytes */
                GST_WRITE_UINT16_LE(at + GST_VIDEO_FRAME_COMP_POFFSET(map, c) % 2,
                                    value << (depth - 8)
                                          << GST_VIDEO_FORMAT_INFO_SHIFT(map->info.finfo, c));
        }
    }
}

/* The grid of an image whose pixel at X, Y is COLORS + X * SLOPE; differences of colour are just
 * COLORS. */
static void
make_colored_grid(GstEfficientNetGrid *grid, const char *format, guint width, guint height,
                  const guint8 colors[3], guint slope, const EffNetRect *region)
{
    g_autofree char *text = g_strdup_printf(
        "video/x-raw,format=%s,width=%u,height=%u,colorimetry=1:1:0:0", format, width, height);
    GstCaps *caps = gst_caps_from_string(text);
    gboolean is_yuv;
    GstVideoFrame map;
    GstVideoInfo info;
    GstBuffer *buffer;
    EffNetRect all = {0, 0, width, height};

    g_assert_true(gst_video_info_from_caps(&info, caps));
    is_yuv = GST_VIDEO_INFO_IS_YUV(&info);
    buffer = gst_buffer_new_allocate(NULL, info.size, NULL);
    gst_buffer_memset(buffer, 0, 0, info.size);
    g_assert_true(gst_video_frame_map(&map, &info, buffer, GST_MAP_READWRITE));
    for (guint c = 0; c < GST_VIDEO_FRAME_N_COMPONENTS(&map); c++)
        write_component(&map, c, c < 3 ? colors[c] : 255, is_yuv && c > 0 ? 0 : slope);
    gst_efficientnet_grid_init(grid, &map, region ? region : &all);
    gst_video_frame_unmap(&map);
    gst_buffer_unref(buffer);
    gst_caps_unref(caps);
}

/* The grid of a grey image. */
static void
make_grid(GstEfficientNetGrid *grid, const char *format, guint width, guint height, guint base,
          guint slope, const EffNetRect *region)
{
    gboolean is_yuv = GST_VIDEO_FORMAT_INFO_IS_YUV(
        gst_video_format_get_info(gst_video_format_from_string(format)));
    guint8 grey = (guint8)base, other = is_yuv ? 128 : grey;

    make_colored_grid(grid, format, width, height, (guint8[]){grey, other, other}, slope, region);
}

static void
test_distance(void)
{
    GstEfficientNetGrid a, b, c;

    make_grid(&a, "GRAY8", 64, 48, 10, 0, NULL);
    make_grid(&b, "GRAY8", 64, 48, 61, 0, NULL);
    make_grid(&c, "GRAY8", 64, 48, 255, 0, NULL);
    g_assert_cmpfloat(gst_efficientnet_grid_distance(&a, &a), ==, 0);
    g_assert_cmpfloat_with_epsilon(gst_efficientnet_grid_distance(&a, &b), 51 / 255.0f, 1e-6f);
    g_assert_cmpfloat_with_epsilon(gst_efficientnet_grid_distance(&b, &a), 51 / 255.0f, 1e-6f);
    make_grid(&a, "GRAY8", 64, 48, 0, 0, NULL);
    g_assert_cmpfloat(gst_efficientnet_grid_distance(&a, &c), ==, 1);
}

/* An image gives the same grid in every format, size and depth. */
static void
test_formats(void)
{
    static const char *const formats[] = {"RGB",  "BGRx", "xRGB",      "GRAY8",     "I420",
                                          "NV12", "YUY2", "I420_10LE", "P010_10LE", "GRAY16_LE",
                                          "UYVY", "Y444", "GBR",       "Y42B",      "NV21"};
    GstEfficientNetGrid expected, grid;

    make_grid(&expected, "GRAY8", 64, 48, 16, 3, NULL);
    g_assert_cmpuint(expected.cells[31], >, expected.cells[0] + 100);
    for (gsize i = 0; i < G_N_ELEMENTS(formats); i++) {
        g_test_message("%s", formats[i]);
        make_grid(&grid, formats[i], 64, 48, 16, 3, NULL);
        g_assert_cmpmem(&grid, sizeof grid, &expected, sizeof expected);
    }
}

/* Colours of equal brightness differ, too. */
static void
test_colors(void)
{
    static const char *const yuv[] = {"I420", "NV12", "NV21",      "YUY2",      "UYVY",
                                      "Y444", "Y42B", "I420_10LE", "P010_10LE", "YV12"};
    static const char *const rgb[] = {"RGB", "BGRx", "xRGB", "GBR", "GBR_10LE"};
    GstEfficientNetGrid a, b;

    for (gsize i = 0; i < G_N_ELEMENTS(yuv); i++) {
        g_test_message("%s", yuv[i]);
        make_colored_grid(&a, yuv[i], 63, 47, (guint8[]){90, 128, 128}, 0, NULL);
        make_colored_grid(&b, yuv[i], 63, 47, (guint8[]){90, 98, 179}, 0, NULL);
        g_assert_cmpfloat_with_epsilon(gst_efficientnet_grid_distance(&a, &b), 51 / 255.0f, 1e-6f);
        make_colored_grid(&b, yuv[i], 63, 47, (guint8[]){80, 77, 129}, 0, NULL);
        g_assert_cmpfloat_with_epsilon(gst_efficientnet_grid_distance(&a, &b), 51 / 255.0f, 1e-6f);
    }
    for (gsize i = 0; i < G_N_ELEMENTS(rgb); i++) {
        g_test_message("%s", rgb[i]);
        make_colored_grid(&a, rgb[i], 64, 48, (guint8[]){200, 0, 0}, 0, NULL);
        make_colored_grid(&b, rgb[i], 64, 48, (guint8[]){0, 80, 0}, 0, NULL);
        g_assert_cmpmem(a.cells, sizeof a.cells, b.cells, sizeof b.cells);
        g_assert_cmpfloat_with_epsilon(gst_efficientnet_grid_distance(&a, &b), 100 / 255.0f, 1e-6f);
    }
}

/* What is outside of the region does not matter; a single pixel is enough. */
static void
test_region(void)
{
    const EffNetRect left = {0, 5, 1, 1}, right = {63, 47, 1, 1};
    GstEfficientNetGrid a, b;

    make_grid(&a, "GRAY8", 64, 48, 0, 4, &left);
    make_grid(&b, "GRAY8", 64, 48, 0, 4, &right);
    g_assert_cmpuint(a.cells[0], ==, 0);
    g_assert_cmpuint(b.cells[0], ==, 252);
    g_assert_cmpuint(b.cells[1023], ==, 252);
    make_grid(&a, "I420", 1, 1, 77, 0, NULL);
    g_assert_cmpuint(a.cells[500], ==, 77);
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    gst_init(&argc, &argv);
    g_test_add_func("/change/distance", test_distance);
    g_test_add_func("/change/formats", test_formats);
    g_test_add_func("/change/colors", test_colors);
    g_test_add_func("/change/region", test_region);
    return g_test_run();
}
