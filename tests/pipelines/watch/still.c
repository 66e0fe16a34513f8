/* SPDX-License-Identifier: BSD-2-Clause */
#include "still.h"

#include <gst/video/video.h>

/* A frame whose left half is black and whose right half is white. */
static GstSample *
new_frame(GstVideoFormat format, guint width, guint height)
{
    GstVideoInfo info;
    g_autoptr(GstCaps) caps = NULL;
    g_autoptr(GstBuffer) buffer = NULL;
    GstVideoFrame frame;

    gst_video_info_set_format(&info, format, width, height);
    info.fps_n = 25;
    info.fps_d = 1;
    caps = gst_video_info_to_caps(&info);
    buffer = gst_buffer_new_allocate(NULL, info.size, NULL);
    g_assert_true(gst_video_frame_map(&frame, &info, buffer, GST_MAP_WRITE));
    for (guint p = 0; p < GST_VIDEO_FRAME_N_PLANES(&frame); p++) {
        guint8 *data = GST_VIDEO_FRAME_PLANE_DATA(&frame, p);
        gint stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, p);
        gint rows = GST_VIDEO_FRAME_COMP_HEIGHT(&frame, p);

        for (gint y = 0; y < rows; y++) {
            for (gint x = 0; x < stride; x++)
                data[y * stride + x] = p > 0 ? 128 : x < stride / 2 ? 16 : 235;
        }
    }
    gst_video_frame_unmap(&frame);
    return gst_sample_new(buffer, caps, NULL, NULL);
}

/* At any address, unlike GStreamer's macro. */
static guint
read_uint16(const guint8 *data)
{
    return (guint)data[0] << 8 | data[1];
}

/* The size that a JPEG's header says. */
static void
read_size(GBytes *jpeg, guint *width, guint *height)
{
    gsize n;
    const guint8 *data = g_bytes_get_data(jpeg, &n);

    for (gsize i = 2; i + 9 < n; i += 2 + read_uint16(data + i + 2)) {
        if (data[i + 1] < 0xc0 || data[i + 1] > 0xc2)
            continue;
        *height = read_uint16(data + i + 5);
        *width = read_uint16(data + i + 7);
        return;
    }
    g_assert_not_reached();
}

static void
assert_encoded(EffNetWatchStill *still, GstSample *frame, EffNetRect zone, guint width,
               guint height)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(GBytes) jpeg = effnet_watch_still_encode(still, frame, &zone, &error);
    guint w, h;

    g_assert_no_error(error);
    read_size(jpeg, &w, &h);
    g_assert_cmpuint(w, ==, width);
    g_assert_cmpuint(h, ==, height);
}

static EffNetWatchStill *
open_still(void)
{
    g_autoptr(GstElementFactory) found = gst_element_factory_find("jpegenc");

    if (found)
        return effnet_watch_still_new(NULL);
    g_test_skip("GStreamer has no element jpegenc");
    return NULL;
}

static void
test_zones(void)
{
    g_autoptr(EffNetWatchStill) still = open_still();
    g_autoptr(GstSample) frame = new_frame(GST_VIDEO_FORMAT_NV12, 640, 360);
    g_autoptr(GstSample) odd = new_frame(GST_VIDEO_FORMAT_I420, 321, 243);
    g_autoptr(GstSample) huge = new_frame(GST_VIDEO_FORMAT_I420, 2560, 1440);

    if (still == NULL)
        return;
    assert_encoded(still, frame, (EffNetRect){0, 0, 640, 360}, 640, 360);
    assert_encoded(still, frame, (EffNetRect){320, 7, 101, 53}, 101, 53);
    assert_encoded(still, odd, (EffNetRect){320, 242, 1, 1}, 1, 1);
    assert_encoded(still, odd, (EffNetRect){0, 0, 321, 243}, 321, 243);
    assert_encoded(still, huge, (EffNetRect){0, 0, 2560, 1440}, 1280, 720);
    assert_encoded(still, huge, (EffNetRect){0, 0, 4, 1440}, 4, 1280);
}

/* A picture of one half is of one colour, and so smaller than one of both. */
static void
test_contents(void)
{
    g_autoptr(EffNetWatchStill) still = open_still();
    g_autoptr(GstSample) frame = new_frame(GST_VIDEO_FORMAT_I420, 400, 400);
    g_autoptr(GBytes) left = NULL, middle = NULL;

    if (still == NULL)
        return;
    left = effnet_watch_still_encode(still, frame, &(EffNetRect){0, 0, 200, 400}, NULL);
    middle = effnet_watch_still_encode(still, frame, &(EffNetRect){99, 0, 200, 400}, NULL);
    g_assert_cmpuint(g_bytes_get_size(left), <, g_bytes_get_size(middle));
}

static void
test_no_frame(void)
{
    g_autoptr(EffNetWatchStill) still = open_still();
    g_autoptr(GstCaps) caps = gst_caps_new_empty_simple("audio/x-raw");
    g_autoptr(GstBuffer) buffer = gst_buffer_new();
    g_autoptr(GstSample) sound = gst_sample_new(buffer, caps, NULL, NULL);
    g_autoptr(GError) error = NULL;

    if (still == NULL)
        return;
    g_assert_null(effnet_watch_still_encode(still, sound, &(EffNetRect){0, 0, 1, 1}, &error));
    g_assert_cmpstr(error->message, ==, "no JPEG picture can be made of a frame");
}

int
main(int argc, char **argv)
{
    gst_init(&argc, &argv);
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/still/zones", test_zones);
    g_test_add_func("/still/contents", test_contents);
    g_test_add_func("/still/no-frame", test_no_frame);
    return g_test_run();
}
