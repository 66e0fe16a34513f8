/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame/format.h"

#include <effnet/error.h>

static const guint8 byte;

static EffNetFrame
frame_new(EffNetPixelFormat format, guint width, guint height)
{
    return (EffNetFrame){.format = format,
                         .width = width,
                         .height = height,
                         .plane = {&byte, &byte, &byte},
                         .stride = {4 * width, 4 * width, 4 * width}};
}

static void
check_refused(const EffNetFrame *frame, const char *part)
{
    g_autoptr(GError) error = NULL;
    EffNetRect region;

    g_assert_false(effnet_frame_check(frame, &region, &error));
    g_assert_error(error, EFFNET_ERROR, EFFNET_ERROR_FRAME);
    if (!g_strrstr(error->message, part))
        g_error("'%s' does not say '%s'", error->message, part);
}

static void
check_taken(const EffNetFrame *frame, guint x, guint y, guint w, guint h)
{
    g_autoptr(GError) error = NULL;
    EffNetRect region;

    g_assert_true(effnet_frame_check(frame, &region, &error));
    g_assert_no_error(error);
    g_assert_cmpuint(region.x, ==, x);
    g_assert_cmpuint(region.y, ==, y);
    g_assert_cmpuint(region.w, ==, w);
    g_assert_cmpuint(region.h, ==, h);
}

static void
test_sizes(void)
{
    EffNetFrame frame;

    for (guint format = 0; format <= EFFNET_PIXEL_RGBP; format++) {
        frame = frame_new(format, 5, 3);
        check_taken(&frame, 0, 0, 5, 3);
        frame = frame_new(format, 0, 3);
        check_refused(&frame, "0 x 3");
        frame = frame_new(format, 5, EFFNET_FRAME_MAX_SIDE + 1);
        check_refused(&frame, "1048577");
        frame = frame_new(format, 5, 3);
        frame.plane[0] = NULL;
        check_refused(&frame, "plane 0");
    }
    frame = frame_new(EFFNET_PIXEL_I420, 2, 2);
    frame.plane[2] = NULL;
    check_refused(&frame, "plane 2");
}

static void
test_strides(void)
{
    EffNetFrame frame = frame_new(EFFNET_PIXEL_RGB, 5, 3);

    frame.stride[0] = 15;
    check_taken(&frame, 0, 0, 5, 3);
    frame.stride[0] = -15;
    check_taken(&frame, 0, 0, 5, 3);
    frame.stride[0] = 14;
    check_refused(&frame, "15 bytes");
    frame.stride[0] = G_MININT;
    check_taken(&frame, 0, 0, 5, 3);
    frame.height = 1;
    frame.stride[0] = 0;
    check_taken(&frame, 0, 0, 5, 1);

    frame = frame_new(EFFNET_PIXEL_NV12, 5, 3);
    frame.stride[1] = 6; /* three pairs */
    check_taken(&frame, 0, 0, 5, 3);
    frame.stride[1] = 5;
    check_refused(&frame, "plane 1");
    frame = frame_new(EFFNET_PIXEL_YUY2, 5, 3);
    frame.stride[0] = 11;
    check_refused(&frame, "12 bytes");
    frame = frame_new(EFFNET_PIXEL_NV12, 5, 3); /* samples of 16 bits */
    frame.sample_shift = 8;
    frame.stride[0] = 10;
    frame.stride[1] = 12;
    check_taken(&frame, 0, 0, 5, 3);
    frame.stride[1] = 11;
    check_refused(&frame, "12 bytes");
}

static void
test_regions(void)
{
    EffNetFrame frame = frame_new(EFFNET_PIXEL_RGB, 50, 30);

    frame.region = (EffNetRect){49, 29, 1, 1};
    check_taken(&frame, 49, 29, 1, 1);
    frame.region = (EffNetRect){7, 8, 0, 5};
    check_taken(&frame, 0, 0, 50, 30);
    frame.region = (EffNetRect){50, 0, 1, 1};
    check_refused(&frame, "50 x 30");
    frame.region = (EffNetRect){40, 0, 11, 1};
    check_refused(&frame, "11 x 1 at 40,0");
    frame.region = (EffNetRect){1, 1, G_MAXUINT, G_MAXUINT};
    check_refused(&frame, "region");
    frame.region = (EffNetRect){G_MAXUINT, 1, 2, 2};
    check_refused(&frame, "region");
}

static void
test_unknown(void)
{
    EffNetFrame frame = frame_new(EFFNET_PIXEL_RGBP + 1, 5, 3);

    check_refused(&frame, "unknown");
    frame = frame_new(-1, 5, 3);
    check_refused(&frame, "unknown");
    frame = frame_new(EFFNET_PIXEL_RGB, 5, 3);
    frame.orientation = EFFNET_ORIENTATION_UR_LL + 1;
    check_refused(&frame, "orientation 8");
    frame = frame_new(EFFNET_PIXEL_NV12, 5, 3);
    frame.matrix = 3;
    check_refused(&frame, "matrix 3");
    frame.matrix = EFFNET_MATRIX_BT601;
    frame.chroma_site = 4;
    check_refused(&frame, "site 4");
    frame.chroma_site = 0;
    frame.sample_shift = 9;
    check_refused(&frame, "shift 9");
}

int
main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/frame/format/sizes", test_sizes);
    g_test_add_func("/frame/format/strides", test_strides);
    g_test_add_func("/frame/format/regions", test_regions);
    g_test_add_func("/frame/format/unknown", test_unknown);
    return g_test_run();
}
